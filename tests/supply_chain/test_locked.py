"""What is installed is what is locked, by hash; and what its licences and advisories are."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pytest

from flows.paths import PROJECT_ROOT
from tests.supply_chain import audit
from tests.supply_chain.locked import BOOTSTRAP, LOCK, locked, plain_name

OURS = "greenzone"
TOOLS = {"uv"}
"""Tools of developers, which nothing imports; `make lock` brings uv."""

PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|0BSD|Zlib|CC0|CNRI",
    re.IGNORECASE,
)
OTHERWISE = {
    "axe-playwright-python": "MIT by its LICENSE file; what it carries of axe-core is MPL 2.0",
    "text-unidecode": "dual: the Artistic License is the one that is taken",
}
"""Licences that are not of the permissive kinds, each with why it may be used."""


def test_every_entry_is_pinned_and_hashed() -> None:
    for path in (LOCK, BOOTSTRAP):
        entries = list(locked(path))
        assert len(entries) > 2
        assert [entry.name for entry in entries if not entry.hashes] == []
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|file:|\s@\s|index-url|find-links|^-e", text, re.MULTILINE)


def test_setup_installs_by_hash_and_nothing_else() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    setup = makefile.partition("$(READY): requirements.lock")[2].partition("\n\n")[0]
    installs = [line for line in setup.splitlines() if "pip install" in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line and "--no-deps" in line for line in installs[:2])
    # The project itself: no dependency, no other build environment.
    assert "--no-deps --no-build-isolation" in installs[2] and "--editable ." in installs[2]


def test_every_installed_distribution_is_locked_at_its_version() -> None:
    allowed: dict[str, set[str]] = {}
    for path in (LOCK, BOOTSTRAP):
        for entry in locked(path):
            allowed.setdefault(entry.name, set()).add(entry.version)
    found = {plain_name(item.name): item.version for item in distributions()}
    strangers = {
        name: version
        for name, version in found.items()
        if name not in {OURS, *TOOLS} and version not in allowed.get(name, set())
    }
    assert strangers == {}


def test_every_direct_dependency_is_bounded_from_below() -> None:
    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.findall(r'^    "([A-Za-z0-9._-]+)([^"]*)",$', text, re.MULTILINE)
    names = {entry.name for entry in locked(LOCK)}
    declared = [(name, bound) for name, bound in declared if plain_name(name) in names]
    assert len(declared) > 30
    assert [name for name, bound in declared if not bound.startswith(">=")] == []


def test_every_licence_is_one_that_may_be_used() -> None:
    names = {entry.name for entry in locked(LOCK)}
    unknown = {
        plain_name(item.name): licence(item)
        for item in distributions()
        if plain_name(item.name) in names
        and plain_name(item.name) not in OTHERWISE
        and not PERMISSIVE.search(licence(item))
    }
    assert unknown == {}


def licence(item: Distribution) -> str:
    """What a distribution says of its licence."""
    classifiers = item.metadata.get_all("Classifier") or []
    named = [part.split(" :: ")[-1] for part in classifiers if part.startswith("License ::")]
    stated = _field(item, "License-Expression") or " / ".join(named)
    return stated or _field(item, "License").split("\n")[0]


def _field(item: Distribution, name: str) -> str:
    """The first value of a field of a distribution's metadata, empty where there is none."""
    return next(iter(item.metadata.get_all(name) or []), "")


def known(name: str, *advisories: str) -> dict[str, Any]:
    found = [{"id": advisory, "fix_versions": ["9.9"]} for advisory in advisories]
    return {"name": name, "version": "1.0", "vulns": found}


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ([[known("requests")], [known("requests"), known("jinja2")]], 0, "0 of 2 locked"),
        ([[known("requests")], [known("jinja2", "CVE-1")]], 1, "jinja2 1.0: CVE-1, mended in 9.9"),
        ([[known("requests")], [{"name": "own", "skip_reason": "x"}]], 0, "of 1 (own)"),
        ([[{"name": "requests", "skip_reason": "not found"}]], 0, "NOT MADE"),
        ([None], 0, "NOT MADE"),
        ([[known("requests")], None], 0, "NOT MADE"),
    ],
)
def test_an_audit_that_could_not_be_made_says_so(
    answers: list[list[dict[str, Any]] | None],
    code: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    left = list(answers)

    def ask(requirements: Path) -> list[dict[str, Any]] | None:
        assert "==" in requirements.read_text()
        return left.pop(0)

    assert audit.main(ask) == code
    assert words in capsys.readouterr().out
