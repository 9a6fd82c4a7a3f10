"""What each number of the reports means and where it comes from, section by section."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from flows.contracts.load import load_contracts
from flows.documentation.marts import NOTICE, mart_link
from flows.documentation.models import feeds_of
from flows.documentation.sections import (
    FIRST_SCREEN,
    REPORTS,
    WORKLISTS,
    ReportSection,
    load_sections,
)
from flows.markdown import bullets, codes, page
from flows.paths import DOCS_DIR
from flows.report.definitions import DEFINITIONS

_FIRST_SCREENS = {
    "daily": "Verdict, the four rates, what will hurt next, what to do today: the worst first. "
    "[The four rates](rates.md) says how each is counted and judged.",
    "weekly": "Verdict, the four rates of the week, and the decisions that are asked for.",
}


def report_page() -> dict[Path, str]:
    """Path and text of `docs/reports.md`."""
    sections = [item for item in load_sections() if item.anchor != WORKLISTS]
    shown: set[str] = set()
    text = page(
        "# What the reports say",
        NOTICE,
        "Each section of a report asks a question, answers it in a sentence, and shows a picture, "
        "a table and its files (CSV, beside the page). Here is how its numbers are counted, which "
        "[marts](marts/index.md) they are read from, and which [feeds](feeds/index.md) these rest "
        "on. A section whose feed is missing says so, and names the feed. `report.json` beside "
        "each page holds the same numbers.",
        *(block for report in REPORTS for block in _report(report, sections, shown)),
    )
    return {DOCS_DIR / "reports.md": text}


def _report(report: str, sections: Iterable[ReportSection], shown: set[str]) -> Iterable[str]:
    mine = [section for section in sections if section.report == report]
    yield f"## {REPORTS[report]}"
    yield bullets(f"[{item.title}](#{_slug(_heading(item))})" for item in mine)
    for section in mine:
        yield f"### {_heading(section)}"
        yield from _meaning(section, shown)
        shown.add(section.anchor)
        yield bullets(_facts(section))


def _heading(section: ReportSection) -> str:
    return f"{REPORTS[section.report]}: {section.title}"


def _slug(heading: str) -> str:
    """The anchor that a heading gets."""
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")


def _meaning(section: ReportSection, shown: Collection[str]) -> Iterable[str]:
    if section.anchor == FIRST_SCREEN:
        yield _FIRST_SCREENS[section.report]
    elif section.anchor in shown:
        yield "Counted as in the daily report."
    else:
        yield from DEFINITIONS.get(section.anchor, ())


def _facts(section: ReportSection) -> Iterable[str]:
    if section.anchor != FIRST_SCREEN:
        yield f"**On the page:** `index.html#{section.anchor}`"
    if section.marts:
        yield f"**Read from:** {', '.join(mart_link(mart) for mart in section.marts)}"
    if section.files:
        yield f"**Files:** {codes(section.files)}"
    tables = {item.feed: item.table for item in load_contracts()}
    rested = {feed for mart in section.marts for feed in feeds_of(mart)}
    links = [f"[{feed}](feeds/{table}.md)" for feed, table in tables.items() if feed in rested]
    if links:
        yield f"**Rests on:** {', '.join(links)}"
