"""Are cancellations our fault?"""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.report.charts.svg import Figure
from flows.report.charts.time import stacked_weeks
from flows.report.formats import plural
from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Column,
    Page,
    Row,
    Section,
    Table,
    count,
    list_caption,
    rate,
    words,
)
from flows.report.sections.details import incident_fold
from flows.report.sections.rates import lists_elsewhere
from flows.report.sections.shipping import basis_table, trend
from flows.report.sentences.indicators import fulfillment_sentence, product_sentence
from flows.report.sentences.rates import capital, row_sentence, window_words

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
    section.answers += _fulfillment(page)
    section.figures += trend(page, METRIC)
    chart = fault_weeks(page)
    if chart is not None:
        section.figures.append(chart)
    section.tables.append(basis_table(page, METRIC))
    if day.cancellation_reasons:
        section.tables.append(reason_table(page))
    elif day.is_built:
        section.answers.append("No order of the last 30 days was cancelled.")
    products = day.rules.product_cancellations
    if products.height:
        section.answers += _product_rule(page)
        section.tables += _product_table(page)
        section.downloads.append(
            page.download("product_cancellations.csv", "Cancellations by SKU (CSV)")
        )
    section.folds += incident_fold(page)
    if day.has_lists:
        section.downloads += [page.download("cancellations.csv", "Cancelled orders (CSV)")]
    else:
        section.notes.append(lists_elsewhere(page))
    return section


def _fulfillment(page: Page) -> list[str]:
    """The out-of-stock and unshipped rates of the last 7 days in one line."""
    said = [
        fulfillment_sentence(row)
        for row in page.day.rules.fulfillment
        if row["window_name"] == "rolling_7d"
    ]
    return [" ".join(said)] if said else []


def _past_lines(page: Page) -> list[dict[str, Any]]:
    """One row a SKU past the lines of a product-level rule, the most cancellations first."""
    frame = page.day.rules.product_cancellations
    return (
        frame.filter(pl.col("is_past_lines")).unique("seller_sku", maintain_order=True).to_dicts()
    )


def _product_rule(page: Page) -> list[str]:
    first = page.day.rules.product_cancellations.row(0, named=True)
    said = product_sentence(
        [row["seller_sku"] for row in _past_lines(page)],
        first["shop_line"],
        first["product_line"],
        bool(first["is_rule_in_force"]),
    )
    return [said] if said else []


def _product_table(page: Page) -> list[Table]:
    found = _past_lines(page)
    if not found:
        return []
    rows = [
        Row(
            [
                words(row["seller_sku"]),
                count(row["seller_fault_cancellations"]),
                count(row["orders"]),
                rate(row["value"], row["product_line"]),
                rate(row["shop_value"], row["shop_line"]),
                Cell(capital(window_words(row["window_name"]))),
            ]
        )
        for row in found[:SHOWN]
    ]
    return [
        Table(
            list_caption(
                "SKU at the lines of a product-level rule",
                len(rows),
                len(found),
                "the most cancelled first",
                "SKUs at the lines of a product-level rule",
            ),
            [
                Column("SKU"),
                Column("Seller's fault", True),
                Column("Orders", True),
                Column("Rate", True),
                Column("Shop", True),
                Column("Window"),
            ],
            rows,
        )
    ]


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
