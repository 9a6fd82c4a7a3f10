"""No page leads nowhere, and what pages name is there: commands, options, settings, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flows.cli import cli
from flows.paths import DOCS_DIR, PROJECT_ROOT
from tests.documentation.pages import anchors, links, pages, spans, text_of

_COMMAND = re.compile(r"(?:^|\s|/)greenzone ([a-z][a-z-]*)((?: [^|#;&()]*)?)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_MAKE = re.compile(r"^make ([a-z-]+)")
FLOWS = PROJECT_ROOT / "flows"
# What a run tells its own parts, and a channel's webhook, which is named after the channel.
_OF_RUNS = {
    "GREENZONE_BUILD_DB",
    "GREENZONE_TEMP_DIRECTORY",
    "GREENZONE_PROJECT",
    "GREENZONE_SLACK_WEBHOOK_OPERATIONS",
}
_SETTING = re.compile(r"GREENZONE_[A-Z_]*[A-Z]")
_TEST_FILE = re.compile(r"(?:tests/)?[a-z_]+/(?:test_[a-z_0-9]+)\.py")
_OUR_FILE = re.compile(r"(?:flows|tests|dbt_project|data_contracts|docs)/[\w./-]*\w/?")


def _outside(link: str) -> bool:
    return link.startswith(("https://", "http://", "mailto:"))


def _all_spans() -> Iterator[tuple[str, str]]:
    """Each page's name with each of its spans of code."""
    for path in pages():
        for span in spans(path):
            yield str(path.relative_to(PROJECT_ROOT)), span


def _trouble(path: Path, link: str) -> str | None:
    place, _, anchor = link.partition("#")
    target = (path.parent / place).resolve() if place else path
    if not target.exists():
        return f"{path.name}: {link} leads nowhere"
    if anchor and anchor not in anchors(target):
        return f"{path.name}: {link} has no such heading"
    return None


def test_every_link_leads_somewhere() -> None:
    found = [_trouble(path, link) for path in pages() for link in links(path) if not _outside(link)]
    assert [trouble for trouble in found if trouble] == []


def test_the_map_leads_to_every_page() -> None:
    reached: set[Path] = set()
    ahead = [PROJECT_ROOT / "README.md", DOCS_DIR / "index.md"]
    while ahead:
        path = ahead.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        ahead += [
            (path.parent / link.partition("#")[0]).resolve()
            for link in links(path)
            if not _outside(link) and not link.startswith("#")
        ]
    assert set(pages()) - reached == set()


def _options(name: str) -> set[str]:
    command = cli.commands[name]
    return {option for item in command.params for option in item.opts} | {"--help"}


def test_every_command_and_option_is_one() -> None:
    wrong = []
    for page, span in _all_spans():
        for name, rest in _COMMAND.findall(span):
            if name not in cli.commands:
                wrong.append(f"{page}: there is no greenzone {name}")
                continue
            named = set(_OPTION.findall(rest))
            wrong += [f"{page}: {name} has no {one}" for one in sorted(named - _options(name))]
    assert wrong == []


def test_every_command_is_in_the_readme() -> None:
    rows = re.findall(r"^\| (`.*)$", text_of(PROJECT_ROOT / "README.md"), re.MULTILINE)
    named = {word for row in rows for word in re.findall(r"`([a-z]+)", row)}
    assert set(cli.commands) - named == set()


def test_every_setting_is_in_a_page() -> None:
    read = "".join(path.read_text(encoding="utf-8") for path in FLOWS.rglob("*.py"))
    named = {name for path in pages() for name in _SETTING.findall(text_of(path))}
    assert set(_SETTING.findall(read)) - named - _OF_RUNS == set()


def test_every_setting_is_in_the_table_of_settings() -> None:
    table = (
        text_of(DOCS_DIR / "operations.md").partition("\n## Settings\n")[2].partition("\n## ")[0]
    )
    listed = set(_SETTING.findall(table))
    read = {name for path in FLOWS.rglob("*.py") for name in _SETTING.findall(path.read_text())}
    kept = {name for name in read if name.startswith("GREENZONE_KEEP_")}
    assert read - kept - _OF_RUNS - listed == set()


def test_every_target_of_make_is_one() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {found[1] for _, span in _all_spans() if (found := _MAKE.match(span))}
    assert named - targets == set()


def test_every_setting_is_read_somewhere() -> None:
    known = "".join(
        item.read_text(encoding="utf-8")
        for folder in ("flows", "dbt_project", "tests")
        for kind in ("*.py", "*.yml")
        for item in (PROJECT_ROOT / folder).rglob(kind)
        if "documentation" not in item.parts
    )
    known += (PROJECT_ROOT / "prefect.yaml").read_text(encoding="utf-8")
    known += (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    named = {name for path in pages() for name in _SETTING.findall(text_of(path))}
    # A channel's own webhook is named after the channel.
    channel = "GREENZONE_SLACK_WEBHOOK_"
    assert {name for name in named if name not in known and not name.startswith(channel)} == set()


def test_every_file_of_ours_that_is_named_is_there() -> None:
    wrong = []
    for page, span in _all_spans():
        for name in _TEST_FILE.findall(span):
            path = PROJECT_ROOT / (name if name.startswith("tests/") else f"tests/{name}")
            if not path.exists():
                wrong.append(f"{page}: {name}")
        places = (PROJECT_ROOT / span, PROJECT_ROOT / "tests" / span)
        if _OUR_FILE.fullmatch(span) and not any(place.exists() for place in places):
            wrong.append(f"{page}: {span}")
    assert wrong == []


def test_no_page_names_this_machine() -> None:
    assert [path for path in pages() if str(PROJECT_ROOT) in text_of(path)] == []
