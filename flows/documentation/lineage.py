"""From a feed to the pages: diagrams small enough to read, and a table of every mart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from flows.contracts.load import load_contracts
from flows.documentation.marts import (
    NOTICE,
    alerts_of,
    by_subject,
    mart_link,
    readers_of,
    subject_title,
)
from flows.documentation.models import Mart, feeds_of, folder_of, parents
from flows.documentation.sections import WORKLISTS, ReportSection
from flows.markdown import page, table
from flows.paths import DOCS_DIR

_STAGING = "stg_"
_INTERMEDIATE = "int_"
_BETWEEN = "intermediate/"

Edge = tuple[str, str]


def lineage_page() -> dict[Path, str]:
    """Path and text of `docs/lineage.md`."""
    text = page(
        "# Lineage",
        NOTICE,
        "From an export to a number on a page. Exports in `landing/` become Parquet in `lake/` "
        "(a table a feed); dbt builds staging, intermediate and marts from it; reports, lists and "
        "alerts read marts alone. Which section reads which mart was watched while the reports "
        "were drawn, the rest is read from the SQL. A build of the whole graph with every column: "
        "`make docs-site`.",
        "## From feeds to intermediate models",
        "Each feed has its staging model: renamed, typed, the newest version of a row. On the "
        "right are folders of `dbt_project/models/intermediate/`.",
        *_feed_diagrams(),
        "## Between the intermediate models",
        diagram(_between()),
        "## From marts to pages",
        "By subject: what its marts read (rounded: a folder of intermediate models; a name alone: "
        "another mart, a staging model or a seed), and which parts of the reports and which alerts "
        "read them.",
        *_subject_diagrams(),
        "## Every mart",
        "Every mart also rests on `reference/shops` for the shop's market, zone and currency.",
        *_tables(),
    )
    return {DOCS_DIR / "lineage.md": text}


def diagram(edges: Iterable[Edge]) -> str:
    """A Mermaid flow chart of the edges, each node once, in the order of the edges."""
    pairs = list(dict.fromkeys(edges))
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    ids = {name: f"n{place}" for place, name in enumerate(names)}
    lines = ["flowchart LR"]
    lines += [f"  {ids[name]}{_shape(name)}" for name in names]
    lines += [f"  {ids[a]} --> {ids[b]}" for a, b in pairs]
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def _shape(name: str) -> str:
    label = name.removeprefix(_BETWEEN).replace('"', "'")
    if name.startswith(_BETWEEN):
        return f'("{label}")'
    return f'[["{label}"]]' if ": " in name else f'["{label}"]'


def _feeds_by_staging() -> dict[str, str]:
    feeds = {f"lake.{item.table}": item.feed for item in load_contracts()}
    return {
        model: feeds[source]
        for model, read in parents().items()
        if model.startswith(_STAGING)
        for source in sorted(read)
        if source in feeds
    }


def _feed_diagrams() -> Iterator[str]:
    feeds = _feeds_by_staging()
    edges = sorted(
        (feeds[parent], _BETWEEN + folder_of(model))
        for model, read in parents().items()
        if model.startswith(_INTERMEDIATE)
        for parent in read
        if parent in feeds
    )
    for system in dict.fromkeys(feed.partition("/")[0] for feed, _ in edges):
        yield f"### {system}"
        yield diagram(e for e in edges if e[0].startswith(f"{system}/"))


def _between() -> list[Edge]:
    pairs = {
        (folder_of(parent), folder_of(model))
        for model, read in parents().items()
        if model.startswith(_INTERMEDIATE)
        for parent in read
        if parent.startswith(_INTERMEDIATE)
    }
    return sorted((_BETWEEN + a, _BETWEEN + b) for a, b in pairs if a != b)


def _subject_diagrams() -> Iterator[str]:
    for subject, marts in by_subject().items():
        yield f"### {subject_title(subject)}"
        yield diagram([*_inputs(marts), *_readers(marts)])


def _inputs(marts: Sequence[Mart]) -> Iterator[Edge]:
    for mart in marts:
        for parent in sorted(parents()[mart.name]):
            if not parent.startswith("inputs."):
                between = parent.startswith(_INTERMEDIATE)
                yield (_BETWEEN + folder_of(parent) if between else parent), mart.name


def _readers(marts: Sequence[Mart]) -> Iterator[Edge]:
    for mart in marts:
        for section in readers_of(mart.name):
            if section.anchor != WORKLISTS:  # nearly every mart has one
                yield mart.name, f"{section.report}: {section.title}"
        for rule in alerts_of(mart.name):
            yield mart.name, f"alert: {rule}"


def _tables() -> Iterator[str]:
    for subject, marts in by_subject().items():
        yield f"### Marts: {subject_title(subject)}"
        yield table(
            ("Mart", "Feeds", "Daily report", "Weekly review", "Alerts"),
            [
                (
                    mart_link(mart.name),
                    _feeds(mart.name),
                    _titles(readers_of(mart.name), "daily"),
                    _titles(readers_of(mart.name), "weekly"),
                    ", ".join(f"[{name}](alerts.md#{name})" for name in alerts_of(mart.name))
                    or "–",
                )
                for mart in marts
            ],
        )


def _feeds(mart: str) -> str:
    tables = {item.feed: item.table for item in load_contracts()}
    return ", ".join(f"[{feed}](feeds/{tables[feed]}.md)" for feed in feeds_of(mart)) or "–"


def _alerts(mart: str) -> str:
    return ", ".join(f"[{name}](alerts.md#{name})" for name in alerts_of(mart)) or "–"


def _titles(sections: Sequence[ReportSection], report: str) -> str:
    return "; ".join(item.title for item in sections if item.report == report) or "–"
