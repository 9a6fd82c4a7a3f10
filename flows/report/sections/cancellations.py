"""Are cancellations our fault?"""

from __future__ import annotations

import polars as pl

from flows.report.charts_time import stacked_weeks
from flows.report.formats import plural
from flows.report.model import Cell, Column, Page, Row, Section, Table, count, words
from flows.report.sections.rates import lists_elsewhere
from flows.report.sections.shipping import basis_table, trend
from flows.report.sentences import row_sentence
from flows.report.svg import Figure

METRIC = "seller_fault_cancellation_rate"

_FAULTS = (
    ("seller", "Seller", "s2"),
    ("buyer", "Buyer", "s1"),
    ("platform", "Platform", "s3"),
    ("unknown", "Unknown", "axis"),
)
_FAULT_WORDS = {fault: word for fault, word, _ in _FAULTS}


def cancellations(page: Page) -> Section:
    """Are cancellations our fault?"""
    day = page.day
    section = Section("cancellations", "Are cancellations our fault?", "Cancellations")
    now = day.rate(METRIC)
    if now is None:
        section.answers.append("No order is known on this day.")
        return section
    section.answers.append(row_sentence(now))
    unmapped = sum(row["orders"] for row in day.cancellation_reasons if not row["is_mapped"])
    if unmapped:
        verb = "has" if unmapped == 1 else "have"
        section.answers.append(
            f"{plural(unmapped, 'cancellation')} of the last 30 days {verb} a reason without a "
            "mapping."
        )
    section.figures += trend(page, METRIC)
    chart = fault_weeks(page)
    if chart is not None:
        section.figures.append(chart)
    section.tables.append(basis_table(page, METRIC))
    if day.cancellation_reasons:
        section.tables.append(reason_table(page))
    elif day.is_built:
        section.answers.append("No order of the last 30 days was cancelled.")
    if day.has_lists:
        section.downloads = [page.download("cancellations.csv", "Cancelled orders (CSV)")]
    else:
        section.notes.append(lists_elsewhere(page))
    return section


def fault_weeks(page: Page) -> Figure | None:
    """Cancelled orders by fault, eight weeks; None where there are none."""
    frame = page.day.cancellation_weeks
    if frame.is_empty() or not frame["orders"].sum():
        return None
    weeks = sorted(frame["week_start_on"].unique().to_list())
    series = []
    for fault, word, token in _FAULTS:
        mine = frame.filter(pl.col("fault") == fault)
        found = dict(zip(mine["week_start_on"], mine["orders"], strict=True))
        counts = [int(found.get(week, 0)) for week in weeks]
        if any(counts):
            series.append((word, token, counts))
    return stacked_weeks(
        page.ids,
        "Cancelled orders by fault and week",
        weeks,
        series,
        "By the week in which the order was made; each bar is named by its Monday. The last week "
        "may still grow.",
    )


def reason_table(page: Page) -> Table:
    """Cancelled orders by reason."""
    rows = [
        Row(
            [
                words(row["cancel_reason"]),
                words(row["cancel_by"]),
                Cell(_FAULT_WORDS.get(row["fault"], row["fault"] or "Unknown")),
                Cell("Yes" if row["is_mapped"] else "No"),
                count(row["orders"]),
            ]
        )
        for row in page.day.cancellation_reasons[:200]
    ]
    return Table(
        f"{plural(len(rows), 'reason')} of the last 30 days, most orders first.",
        [
            Column("Reason"),
            Column("Cancelled by"),
            Column("Fault"),
            Column("Mapped"),
            Column("Orders", True),
        ],
        rows,
    )
