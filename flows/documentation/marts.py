"""A page a subject of marts, and their index, from the YAML beside the models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from flows.alerts.rules import load_rules
from flows.contracts.load import load_contracts
from flows.documentation.models import Mart, MartColumn, feeds_of, load_marts
from flows.documentation.sections import REPORTS, ReportSection, load_sections
from flows.markdown import bullets, codes, page, table
from flows.paths import MART_DOCS_DIR, PROJECT_ROOT

NOTICE = "<!-- Written by `make docs`; do not edit. -->"
_PROMISES = PROJECT_ROOT / "flows" / "quality" / "marts.yaml"

SUBJECTS = {
    "account_health": "The four rates and the account",
    "orders": "Orders",
    "dispatch": "Dispatch",
    "tracking": "Tracking",
    "cancellations": "Cancellations",
    "reviews": "Indicators and their causes",
    "returns": "Returns",
    "costs": "What returns and orders cost",
    "suppliers": "Suppliers",
    "coverage": "Coverage, transit and routes",
    "network": "Where stock should stand",
    "stock": "Stock",
    "settlement": "Settlement",
    "quality": "Files, checks and decisions",
}
"""Titles of the subjects, in the order in which people ask."""


def mart_pages() -> dict[Path, str]:
    """Path and text of every page under `docs/marts/`, the index included."""
    groups = by_subject()
    pages = {
        MART_DOCS_DIR / f"{subject}.md": _subject_page(subject, marts)
        for subject, marts in groups.items()
    }
    return pages | {MART_DOCS_DIR / "index.md": _index(groups)}


def by_subject() -> dict[str, list[Mart]]:
    """The marts of each subject, subjects in the order of `SUBJECTS`, new ones last."""
    places = {subject: place for place, subject in enumerate(SUBJECTS)}
    ordered = sorted(
        load_marts(), key=lambda m: (places.get(m.subject, len(places)), m.subject, m.name)
    )
    return {subject: list(marts) for subject, marts in groupby(ordered, lambda m: m.subject)}


def subject_title(subject: str) -> str:
    """The title of a subject; of an unknown one its folder's name."""
    return SUBJECTS.get(subject, subject.replace("_", " ").capitalize())


def mart_link(mart: str, folder: str = "marts/") -> str:
    """A link to a mart's part of its page; `folder` is the way there from the page."""
    subjects = {item.name: item.subject for item in load_marts()}
    return f"[`{mart}`]({folder}{subjects[mart]}.md#{mart})"


def readers_of(mart: str) -> list[ReportSection]:
    """The sections of the reports that read a mart."""
    return [section for section in load_sections() if mart in section.marts]


def alerts_of(mart: str) -> list[str]:
    """The alert rules that ask a mart, or name its rows."""
    return [
        rule.name
        for rule in load_rules()
        if mart in (rule.mart, rule.list.mart if rule.list else rule.mart)
    ]


@cache
def _promised() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(_PROMISES.read_text(encoding="utf-8"))
    return found


def _index(groups: dict[str, list[Mart]]) -> str:
    return page(
        "# Marts",
        NOTICE,
        "The tables of the schema `marts` in `warehouse/greenzone.duckdb`: every number of the "
        "reports, lists and alerts is a row of one of them. Open the file with any DuckDB client; "
        "a publication replaces it, and a reader keeps the one that is open.",
        "```\n"
        "duckdb data/warehouse/greenzone.duckdb \\\n"
        '  "select metric, value, status from marts.kpi_daily where is_evaluated '
        'order by as_of_on desc limit 4"\n'
        "```",
        "## What holds for all of them",
        bullets(
            (
                "`shop_id` is part of every key. A shop's market, zone and currency come from "
                "[`reference/shops`](../feeds/reference__shops.md).",
                "Times (`_at`) are UTC, dates (`_on`) are the shop's. A rate (`_rate`, `value`) is "
                "0 to 1, and null where nothing stands below the line.",
                "A mart with `as_of_on` holds a row a day, each as it stood at the day's end. One "
                "without stands at the newest published day; `greenzone snapshot` makes it for "
                "another.",
                "Marts of which columns are marked **public** keep these columns and their types; "
                "the others follow the report.",
            )
        ),
        *_index_tables(groups),
    )


def _index_tables(groups: dict[str, list[Mart]]) -> Iterable[str]:
    for subject, marts in groups.items():
        yield f"## {subject_title(subject)}"
        yield table(
            ("Mart", "What it answers", "Grain"),
            [(f"[`{m.name}`]({subject}.md#{m.name})", m.question, m.grain) for m in marts],
        )


def _subject_page(subject: str, marts: Sequence[Mart]) -> str:
    return page(
        f"# {subject_title(subject)}",
        NOTICE,
        "[All marts](index.md) · [lineage](../lineage.md) · how a number is worked out stands in "
        f"`dbt_project/models/marts/{subject}/`.",
        *(block for mart in marts for block in _blocks(mart)),
    )


def _blocks(mart: Mart) -> Iterable[str]:
    promise = _promised().get(mart.name, {})
    public = promise.get("columns", {})
    yield f"## {mart.name}"
    yield mart.description
    yield bullets(_facts(mart, promise))
    yield table(
        ("Column", "Type", "Meaning"),
        [
            (_name(column, column.name in public), _type(column), _meaning(column))
            for column in mart.columns
        ],
    )


def _facts(mart: Mart, promise: dict[str, Any]) -> Iterable[str]:
    yield f"**Grain:** {mart.grain}"
    if promise:
        yield f"**Key:** {codes(promise['grain'])}"
    yield f"**Owner:** {mart.owner}"
    feeds = feeds_of(mart.name)
    tables = {item.feed: item.table for item in load_contracts()}
    links = ", ".join(f"[`{feed}`](../feeds/{tables[feed]}.md)" for feed in feeds)
    yield f"**Rests on:** {links or 'the runs themselves: files, checks, decisions'}"
    sections = readers_of(mart.name)
    if sections:
        yield f"**Read by:** {sections_text(sections)}"
    alerts = [f"[`{name}`](../alerts.md#{name})" for name in alerts_of(mart.name)]
    if alerts:
        yield f"**Alerts:** {', '.join(alerts)}"


def sections_text(sections: Sequence[ReportSection]) -> str:
    """`Daily report: First screen; Are we dispatching on time?`, each kind of report once."""
    parts = []
    for report, title in REPORTS.items():
        named = [section.title for section in sections if section.report == report]
        if named:
            parts.append(f"{title}: {'; '.join(named)}")
    return " · ".join(parts)


def _name(column: MartColumn, is_public: bool) -> str:
    return f"**`{column.name}`** public" if is_public else f"`{column.name}`"


def _type(column: MartColumn) -> str:
    return f"{column.type}, *always there*" if column.is_required else column.type


def _meaning(column: MartColumn) -> str:
    unsaid = [word for word in column.values if word not in column.description]
    return f"{column.description}. One of {codes(column.values)}" if unsaid else column.description
