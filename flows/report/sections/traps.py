"""Where money is lost through returns: traps, the weekly review, suppliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.report.charts.rows import Bar, bars
from flows.report.charts.svg import Figure
from flows.report.formats import MISSING, format_money, with_assumed
from flows.report.marts.rules import FOLDED, SHOWN
from flows.report.model import (
    Cell,
    Field,
    Fold,
    Page,
    Section,
    Table,
    basis,
    code,
    count,
    day_cell,
    list_caption,
    money,
    number,
    price,
    rate,
    table_of,
    words,
)
from flows.report.return_words import REVIEW_WORDS, TRAP_WORDS
from flows.report.rule_words import words_of
from flows.report.sentences.costs import review_sentence, supplier_sentence, traps_sentence
from flows.report.sentences.rates import capital


def traps(page: Page, *, is_review: bool = False) -> Section | None:
    """What loses money through returns? None in an older warehouse.

    ``is_review``: the weekly review, with its trend, the control chart and the buyers.
    """
    costs = page.day.of.costs
    if not costs.has("margin_traps"):
        return None
    found = costs.traps
    section = Section("traps", "What loses money through returns?", "Margin traps")
    section.answers.append(traps_sentence(found.to_dicts()))
    if found.height:
        section.figures += _picture(page, found)
        section.tables.append(_table(found))
    if is_review:
        section.folds += _review_folds(page)
        if costs.repeat_returners:
            section.downloads.append(
                page.download("repeat_returners.csv", "Buyers that return again (CSV)")
            )
        if costs.has("returns_review"):
            section.answers.append(review_sentence(costs.review.height))
            section.downloads.append(
                page.download("returns_review.csv", "Weekly review of returns (CSV)")
            )
    section.downloads.append(page.download("margin_traps.csv", "Margin traps (CSV)"))
    return section


def _label(row: Mapping[str, Any]) -> str:
    segment = str(row["segment"] or "(none)")
    return segment if row["kind"] == "sku_margin_trap" else f"{_kind(row)} {segment}"


def _kind(row: Mapping[str, Any]) -> str:
    return words_of(TRAP_WORDS, row["kind"])


def _picture(page: Page, frame: pl.DataFrame) -> list[Figure]:
    rows = [row for row in frame.head(8).to_dicts() if row["excess_cost"] is not None]
    if len(rows) < 2:
        return []
    items = [
        Bar(
            _label(row),
            float(row["excess_cost"]),
            with_assumed(format_money(row["excess_cost"], row["currency"]), row["is_assumed"]),
            "breach",
        )
        for row in rows
    ]
    return [
        bars(
            page.ids,
            "Excess cost of returns",
            items,
            "What the returns above those to be expected cost, refunds apart.",
        )
    ]


def _table(frame: pl.DataFrame) -> Table:
    rows = frame.head(SHOWN).to_dicts()
    return table_of(
        list_caption("margin trap", len(rows), frame.height, "the dearest first"),
        [
            Field("What", lambda r: words(r["segment"])),
            Field("Kind", lambda r: Cell(_kind(r))),
            Field("Ordered", lambda r: count(r["units_ordered"]), is_number=True),
            Field("Returned", lambda r: count(r["units_returned"]), is_number=True),
            Field("Rate", lambda r: rate(r["value"]), is_number=True),
            Field("Compared with", lambda r: rate(r["compared_with"]), is_number=True),
            Field("Excess cost", lambda r: money(r["excess_cost"], r["currency"]), is_number=True),
            Field("Money is", lambda r: basis(r["is_assumed"])),
            Field("Why", lambda r: Cell(capital(str(r["reason"])))),
        ],
        rows,
    )


def _review_folds(page: Page) -> list[Fold]:
    costs = page.day.of.costs
    folds = []
    if costs.review.height:
        folds.append(Fold("SKUs, creators and campaigns by excess cost", [_review(costs.review)]))
    if costs.category_weeks:
        folds.append(Fold("Categories above their limit", [_categories(costs.category_weeks)]))
    if costs.repeat_returners:
        folds.append(Fold("Buyers that return again and again", [_buyers(costs.repeat_returners)]))
    return folds


def _review(frame: pl.DataFrame) -> Table:
    rows = frame.head(SHOWN).to_dicts()
    return table_of(
        list_caption(
            "row of the review",
            len(rows),
            frame.height,
            "the dearest first",
            "rows of the review",
        ),
        [
            Field("What", lambda r: words(r["segment"])),
            Field("Kind", lambda r: Cell(words_of(REVIEW_WORDS, r["dimension"]))),
            Field("Ordered", lambda r: count(r["units_ordered"]), is_number=True),
            Field("Returned", lambda r: count(r["units_returned"]), is_number=True),
            Field("Rate", lambda r: rate(r["value"]), is_number=True),
            Field("Compared with", lambda r: rate(r["compared_with"]), is_number=True),
            Field("Excess cost", lambda r: money(r["excess_cost"], r["currency"]), is_number=True),
            Field("Money is", lambda r: basis(r["is_assumed"])),
            Field("4 weeks", lambda r: Cell(str(r["trend"]).capitalize())),
            Field("Top reason", lambda r: words(r.get("top_reason"))),
        ],
        rows,
    )


def _categories(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        "Weeks in which more came back of a category than its limit, the newest first.",
        [
            Field("Category", lambda r: words(r["category"])),
            Field("Week of", lambda r: day_cell(r["week_start_on"])),
            Field("Ordered", lambda r: count(r["units_ordered"]), is_number=True),
            Field("Returned", lambda r: count(r["units_returned"]), is_number=True),
            Field("Rate", lambda r: rate(r["value"]), is_number=True),
            Field("Usual", lambda r: rate(r["centre"]), is_number=True),
            Field("Limit", lambda r: rate(r["upper_limit"]), is_number=True),
        ],
        rows[:FOLDED],
    )


def _buyers(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        "Buyers with at least three returned orders in 90 days, known by a keyed hash alone; in a "
        "PDF and in a message by a number.",
        [
            Field("Buyer", lambda r: code(r["buyer_hash"])),
            Field("Orders", lambda r: count(r["orders"]), is_number=True),
            Field("Returns", lambda r: count(r["returns"]), is_number=True),
            Field("Units", lambda r: count(r["units_returned"]), is_number=True),
            Field("Refunds", lambda r: money(r["refund_amount"], r["currency"]), is_number=True),
            Field("Last", lambda r: day_cell(r["last_on"])),
        ],
        rows[:FOLDED],
    )


def suppliers(page: Page) -> Section | None:
    """Which supplier serves best? None without a supplier."""
    rows = page.day.of.costs.suppliers
    if not rows:
        return None
    section = Section("suppliers", "Which supplier serves best?", "Suppliers")
    section.answers.append(supplier_sentence(rows))
    currency = page.day.shop.currency
    fields = [
        Field("Supplier", lambda r: words(r["supplier"])),
        Field("Orders", lambda r: count(r["orders"]), is_number=True),
        Field("Out of stock", lambda r: rate(r["stockout_rate"]), is_number=True),
        Field("Checked", lambda r: rate(r.get("quality_checked_share")), is_number=True),
        Field("Valid tracking", lambda r: rate(r["valid_tracking_rate"]), is_number=True),
        Field("Scan p90 days", lambda r: number(r.get("scan_p90_business_days")), is_number=True),
        Field("Refunds", lambda r: rate(r["refund_rate"]), is_number=True),
        Field(
            "Cost an order",
            lambda r: price(r.get("total_cost_per_order"), r.get("currency") or currency),
            is_number=True,
        ),
        Field("Money is", lambda r: basis(r.get("is_assumed"))),
        Field("Passes", _gates),
    ]
    section.tables.append(
        table_of(
            "Suppliers by what their goods cost with their failures, of what they sell for.",
            fields,
            rows[:FOLDED],
        )
    )
    if ready := page.day.of.costs.readiness:
        section.folds.append(Fold("Are risky SKUs ready to be scaled?", [_readiness(ready)]))
    return section


def _gates(row: Mapping[str, Any]) -> Cell:
    passed, judged = row.get("gates_passed"), row.get("gates_judged")
    return Cell(MISSING if not judged else f"{passed} of {judged}", sort=str(passed or 0))


def _readiness(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        list_caption(
            "SKU of a risky category",
            len(rows[:FOLDED]),
            len(rows),
            "those that are not ready first",
            "SKUs of a risky category",
        ),
        [
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("Category", lambda r: Cell(words_of({}, r["risk_group"]))),
            Field("Sample", lambda r: count(r["sample_units"]), is_number=True),
            Field("Sound", lambda r: rate(r["pass_rate"]), is_number=True),
            Field("State", lambda r: Cell("Ready" if r["verdict"] == "ready" else "Not ready")),
        ],
        rows[:FOLDED],
    )
