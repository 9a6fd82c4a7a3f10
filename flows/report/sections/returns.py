"""What comes back, and why?"""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.report.charts.rows import Bar, Span, bars, spans
from flows.report.charts.svg import Figure
from flows.report.formats import format_rate, plural
from flows.report.marts.day import LIST_LIMIT
from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Column,
    Field,
    Fold,
    Page,
    Row,
    Section,
    Table,
    count,
    list_caption,
    money,
    rate,
    table_of,
    words,
)
from flows.report.sections.returns_cost import reasons_fold
from flows.report.sentences.rates import capital
from flows.report.sentences.returns import reason_sentence, unmapped_sentence

_NAMES = {"sku": ("seller_sku", "SKU"), "creator": ("creator_handle", "Creator")}
_SHOWN = 200
DIMENSIONS = {
    "product": ("product", "products"),
    "variation": ("variation", "variations"),
    "category": ("category", "categories"),
    "campaign": ("campaign", "campaigns"),
    "content_type": ("content type", "content types"),
    "content": ("piece of content", "pieces of content"),
    "warehouse": ("warehouse", "warehouses"),
}
"""Further dimensions of the return rates, by their words."""


def returns(page: Page, *, closed_only: bool = False) -> Section:
    """What comes back, and why? ``closed_only`` shows the rates whose window has closed."""
    day = page.day
    section = Section("returns", "What comes back, and why?", "Returns")
    section.notes += page.not_judged(
        "seller_center/returns",
        "seller_center/affiliate_orders",
        "third_party_logistics/returns_received",
    )
    section.downloads = [
        page.download("returns_by_sku.csv", "Returns by SKU (CSV)"),
        page.download("returns_by_creator.csv", "Returns by creator (CSV)"),
    ]
    for by in ("sku", "creator"):
        frame = day.shown_returns(by)
        rows = frame.to_dicts()
        back = [row for row in rows if row["units_returned"]]
        if by == "sku":
            section.answers.append(_answer(rows, back))
        if not back:
            continue
        figure = _figure(page, by, back, closed_only)
        if figure is not None:
            section.figures.append(figure)
        section.tables.append(_table(by, rows))
    groups = day.of.details.reason_groups
    unmapped = [str(row["reason"]) for row in day.of.returns.unmapped]
    section.answers += filter(None, [reason_sentence(groups), unmapped_sentence(unmapped)])
    section.folds += reasons_fold(page)
    rates = _rate_folds(page)
    if rates:
        section.folds += rates
        section.downloads.append(
            page.download("return_rates.csv", "Returns by variation, campaign and more (CSV)")
        )
    return section


def _rate_folds(page: Page) -> list[Fold]:
    """Return rates by what else tells units apart, each with enough units."""
    frame = page.day.of.returns.rates
    if frame.is_empty():
        return []
    folds = []
    enough = frame.filter(~pl.col("is_small_volume") & (pl.col("units_returned") > 0))
    for dimension, (name, many) in DIMENSIONS.items():
        mine = enough.filter(pl.col("dimension") == dimension)
        if mine.is_empty():
            continue
        rows = mine.head(SHOWN).to_dicts()
        table = table_of(
            list_caption(name, len(rows), mine.height, "the highest lower bound first", many),
            [
                Field(capital(name), lambda r: words(r["segment"])),
                Field("Ordered", lambda r: count(r["units_ordered"]), is_number=True),
                Field("Returned", lambda r: count(r["units_returned"]), is_number=True),
                Field("Rate", lambda r: rate(r["value"]), is_number=True),
                Field("Lower", lambda r: rate(r["lower_bound"]), is_number=True),
                Field("Upper", lambda r: rate(r["upper_bound"]), is_number=True),
                Field("Window", lambda r: Cell("Provisional" if r["is_provisional"] else "Closed")),
            ],
            rows,
        )
        folds.append(Fold(f"By {name}", [table]))
    return folds


def _answer(rows: list[dict[str, Any]], back: list[dict[str, Any]]) -> str:
    if not rows:
        return "No unit was ordered in the last 90 days."
    if not back:
        return "No unit ordered in the last 90 days has come back."
    worst = back[0]
    state = ", provisional" if worst["is_provisional"] else ""
    return (
        f"{len(back):,} of {plural(len(rows), 'SKU')} had returns in 90 days. Highest for sure: "
        f"{worst['seller_sku']}, {format_rate(worst['value'])} "
        f"({worst['units_returned']:,} of {worst['units_ordered']:,} units){state}."
    )


def _figure(page: Page, by: str, rows: list[dict[str, Any]], closed_only: bool) -> Figure | None:
    key, label = _NAMES[by]
    shown = [r for r in rows if r["lower_bound"] is not None and r["value"] is not None]
    if closed_only:
        shown = [r for r in shown if r["closed_value"] is not None]
    if not shown:
        return None
    shown = shown[:15]
    title = f"Return rate by {'SKU' if by == 'sku' else 'creator'}, orders of 90 days"
    top = f"The {plural(len(shown), label if by == 'sku' else 'creator')} with the highest lower"
    if closed_only:
        items = [
            Bar(
                row[key] or "(none)",
                row["closed_value"],
                f"{format_rate(row['closed_value'])} of {row['closed_units_ordered']:,}",
            )
            for row in shown
        ]
        caption = f"{top} bound; only orders whose return window has closed."
        return bars(page.ids, f"{title}, closed windows", items, caption)
    return spans(
        page.ids,
        title,
        [
            Span(
                row[key] or "(none)",
                row["lower_bound"],
                row["upper_bound"],
                "",
                f"{format_rate(row['value'])} of {row['units_ordered']:,}",
                row["value"],
                bool(row["is_provisional"]),
            )
            for row in shown
        ],
        f"{top} bound; the dot is the rate (hollow: provisional), the bar its 95% interval.",
        percent=True,
    )


def _table(by: str, rows: list[dict[str, Any]]) -> Table:
    key, label = _NAMES[by]
    limit = min(_SHOWN, LIST_LIMIT)
    lines = []
    for row in rows[:limit]:
        name = [words(row[key])]
        if by == "sku":
            name.append(words(row["product_name"]))
        lines.append(
            Row(
                [
                    *name,
                    count(row["units_ordered"]),
                    count(row["units_returned"]),
                    rate(row["value"]),
                    rate(row["lower_bound"]),
                    rate(row["upper_bound"]),
                    rate(row["closed_value"]),
                    money(row["refund_amount"], row["currency"]),
                    words(row["top_reason"]),
                    Cell("Provisional" if row["is_provisional"] else "Closed"),
                ]
            )
        )
    names = [Column(label)] + ([Column("Product")] if by == "sku" else [])
    what = "SKU" if by == "sku" else "creator"
    return Table(
        list_caption(what, len(lines), len(rows), "the highest lower bound first"),
        [
            *names,
            Column("Ordered", True),
            Column("Returned", True),
            Column("Rate", True),
            Column("Lower", True),
            Column("Upper", True),
            Column("Closed rate", True),
            Column("Refunds", True),
            Column("Top reason"),
            Column("Window"),
        ],
        lines,
    )
