"""Are tracking numbers valid?"""

from __future__ import annotations

from typing import Any

from flows.report.charts.rows import Bar, bars
from flows.report.charts.svg import Figure
from flows.report.formats import MISSING, format_date, plural
from flows.report.marts.day import LIST_LIMIT
from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Column,
    Page,
    Row,
    Section,
    Table,
    code,
    count,
    list_caption,
    words,
)
from flows.report.rule_words import DIMENSION_WORDS, words_of
from flows.report.sections.details import scan_fold
from flows.report.sections.rates import lists_elsewhere
from flows.report.sections.shipping import anchor, basis_table, trend
from flows.report.sentences.rates import (
    row_sentence,
)
from flows.report.vocabulary import DEFECT_MENDS, DEFECT_WORDS

METRIC = "valid_tracking_rate"


def defect_words(defect: str) -> str:
    """Plain words of a defect; an unknown one as it is."""
    return DEFECT_WORDS.get(defect, defect.replace("_", " ").capitalize())


def tracking(page: Page) -> Section:
    """Are tracking numbers valid?"""
    day = page.day
    section = Section("tracking", "Are tracking numbers valid?", "Tracking")
    now = day.rate(METRIC)
    if now is None:
        section.answers.append("No order is known on this day.")
        return section
    section.answers.append(row_sentence(now))
    section.notes += page.not_judged("carriers/tracking_events")
    total = sum(row["packages"] for row in day.tracking_defects)
    section.figures += trend(page, METRIC)
    if total:
        section.answers.append(
            f"{plural(total, 'package')} shipped in the last 30 days "
            f"{'has' if total == 1 else 'have'} a defect."
        )
        section.figures.append(defect_bars(page))
    elif day.is_built:
        section.answers.append("No package of the last 30 days has a tracking defect.")
    section.tables.append(basis_table(page, METRIC))
    section.tables += _segments(page)
    if day.rules.tracking_by:
        label = "Tracking by carrier, warehouse and label (CSV)"
        section.downloads.append(page.download("tracking_by.csv", label))
    section.folds += scan_fold(page)
    if not day.has_lists:
        section.notes.append(lists_elsewhere(page))
        return section
    section.downloads.append(page.download("tracking_defects.csv", "Tracking defects (CSV)"))
    packages = day.defective_packages(LIST_LIMIT)
    if packages.height:
        rows = [_package_row(row) for row in packages.iter_rows(named=True)]
        section.tables.append(
            Table(
                list_caption(
                    "package with a defect",
                    len(rows),
                    max(total, len(rows)),
                    "the newest first",
                    "packages with a defect",
                ),
                [
                    Column("Package"),
                    Column("Number"),
                    Column("Carrier"),
                    Column("Defect"),
                    Column("Mend"),
                    Column("Shipped"),
                ],
                rows,
            )
        )
    return section


def defect_bars(page: Page) -> Figure:
    """Packages by defect."""
    items = [
        Bar(defect_words(row["tracking_defect"]), row["packages"], f"{row['packages']:,}")
        for row in page.day.tracking_defects
    ]
    return bars(page.ids, "Tracking defects, packages of the last 30 days", items, "")


def _segments(page: Page) -> list[Table]:
    """Packages of 30 days by carrier, warehouse and label source, in one table."""
    found = page.day.rules.tracking_by
    if not found:
        return []
    shown = [row for row in found if row["defects"]][:SHOWN] or found[:SHOWN]
    rows = [
        Row(
            [
                words(row["segment"] or "(none)"),
                Cell(words_of(DIMENSION_WORDS, row["dimension"])),
                count(row["defects"] or 0),
                count(row["packages"]),
                Cell(defect_words(row["main_defect"]) if row["main_defect"] else MISSING),
            ]
        )
        for row in shown
    ]
    return [
        Table(
            "Packages with a defect by carrier, label source and warehouse, last 30 days, the most "
            "first in each.",
            [
                Column("Segment"),
                Column("Of"),
                Column("With a defect", True),
                Column("Packages", True),
                Column("Main defect"),
            ],
            rows,
        )
    ]


def _package_row(row: dict[str, Any]) -> Row:
    shipped = row["shipped_on"]
    return Row(
        [
            code(row["package_key"]),
            code(row["tracking_number"]),
            words(row["carrier_name"] or row["carrier"]),
            Cell(defect_words(row["tracking_defect"])),
            words(DEFECT_MENDS.get(row["tracking_defect"])),
            Cell(format_date(shipped), sort=shipped.isoformat() if shipped else ""),
        ],
        anchor("p", row["package_key"]),
    )
