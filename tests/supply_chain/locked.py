"""What the lock files name: one entry a package, with its hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.paths import PROJECT_ROOT

LOCK = PROJECT_ROOT / "requirements.lock"
BOOTSTRAP = PROJECT_ROOT / ".ci" / "bootstrap.lock"

_ENTRY = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;]+)(\s*;\s*(?P<when>.+))?"
)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Locked:
    """A locked package: its name as the index spells it, version, condition, number of hashes."""

    name: str
    version: str
    when: str
    hashes: int


def plain_name(name: str) -> str:
    """A package's name in the form in which two spellings are equal."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(path: Path) -> Iterator[Locked]:
    """The entries of a lock file. Raises `ValueError` for a line that is none."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        entry = line.partition(" #")[0].strip()
        if not entry or entry.startswith("#"):
            continue
        requirement, *options = re.split(r"\s+(?=--)", entry)
        found = _ENTRY.fullmatch(requirement.strip())
        if found is None or not all(_HASH.fullmatch(option) for option in options):
            raise ValueError(f"{path.name}: {entry[:80]}")
        yield Locked(plain_name(found["name"]), found["version"], found["when"] or "", len(options))
