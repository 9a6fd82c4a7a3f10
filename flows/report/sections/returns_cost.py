"""What returns cost, what an order leaves, and where returned goods should go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from flows.report.charts.steps import Step, waterfall
from flows.report.charts.svg import Figure
from flows.report.formats import format_money
from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Field,
    Fold,
    Page,
    Section,
    Table,
    basis,
    count,
    list_caption,
    money,
    price,
    rate,
    table_of,
    words,
)
from flows.report.return_words import COMPONENT_WORDS, GROUP_WORDS, ROUTE_WORDS
from flows.report.rule_words import words_of
from flows.report.sentences.costs import (
    contribution_sentence,
    dearest_sentence,
    negative_sentence,
    return_cost_sentence,
)
from flows.report.sentences.rates import capital
from flows.report.sentences.returns import grade_sentence, misrouted_sentence

TOTAL = "(all)"
"""The component that is the sum of the others."""

BEFORE = (
    ("platform_discount", "Paid by the platform", 1),
    ("shipping_paid", "Shipping paid by buyers", 1),
    ("unit_cost", "Cost of goods", -1),
    ("outbound_shipping", "Outbound shipping", -1),
    ("pick_pack", "Picking and packing", -1),
    ("referral_fee", "Referral fee", -1),
    ("affiliate_commission", "Affiliate commission", -1),
)
"""What stands between sales and the contribution before returns, and which way it goes."""

AFTER = (
    ("sale_returned_amount", "Sales refunded", -1),
    ("given_back", "Fees and goods given back", 1),
    ("returns_outlay", "Paid for returns", -1),
)
"""What stands between the contributions before and after returns."""


def returns_cost(page: Page) -> Section | None:
    """What do returns cost? None without returns or in an older warehouse."""
    costs = page.day.of.costs
    economics = costs.economics
    if economics is None and not costs.components:
        return None
    section = Section("returns-cost", "What do returns cost?", "Cost of returns")
    parts = [row for row in costs.components if row["component"] not in (TOTAL, "refund")]
    whole = next((row for row in costs.components if row["component"] == TOTAL), None)
    if whole is not None:
        section.answers.append(
            return_cost_sentence(
                whole["amount"],
                whole["per_return"],
                whole["share_of_sales"],
                whole["currency"],
                whole["is_assumed"],
            )
        )
    if parts and parts[0]["amount"]:
        first = parts[0]
        section.answers.append(
            dearest_sentence(first["component"], first["amount"], first["currency"])
        )
    if economics is not None:
        section.answers.append(contribution_sentence(economics))
        section.figures += _contribution(page, economics)
    if costs.components:
        section.tables.append(_components(costs.components))
    for dimension, what in (("seller_sku", "SKU"), ("creator", "creator")):
        section.folds += _by(costs.contributions, dimension, what)
    if costs.contributions.height:
        section.downloads.append(page.download("unit_economics.csv", "Contribution (CSV)"))
    return section


def _contribution(page: Page, row: Mapping[str, Any]) -> list[Figure]:
    """From sales to the contribution after returns; empty where an amount is not known."""
    amounts = [row.get(column) for column, _, _ in (*BEFORE, *AFTER)]
    ends = [row["sales"], row["contribution_before_returns"], row["contribution_after_returns"]]
    if any(amount is None for amount in (*amounts, *ends)):
        return []
    steps = [
        _end(row, "Sales", "sales", "axis"),
        *_moves(row, "sales", BEFORE),
        _end(row, "Before returns", "contribution_before_returns"),
        *_moves(row, "contribution_before_returns", AFTER),
        _end(row, "After returns", "contribution_after_returns"),
    ]
    return [
        waterfall(
            page.ids,
            "From sales to what orders of 90 days leave",
            steps,
            "Orders made in the 90 days and what came back of them; each bar begins where the last "
            "one ended." + (" Some of the costs are assumed." if row["is_assumed"] else ""),
        )
    ]


def _end(row: Mapping[str, Any], label: str, column: str, tone: str = "s1") -> Step:
    amount = row[column]
    return Step(label, 0, float(amount), format_money(amount, row["currency"]), tone)


def _moves(
    row: Mapping[str, Any], start: str, parts: Sequence[tuple[str, str, int]]
) -> Iterator[Step]:
    """The bars between two contributions; what is nothing has none."""
    level = float(row[start])
    for column, label, sign in parts:
        amount = sign * row[column]
        if amount:
            end = level + float(amount)
            tone = "ok" if amount > 0 else "breach"
            yield Step(label, level, end, format_money(amount, row["currency"]), tone)
            level = end


def _components(rows: Sequence[Mapping[str, Any]]) -> Table:
    ordered = sorted(rows, key=lambda row: row["component"] == TOTAL)

    def name(row: Mapping[str, Any]) -> Cell:
        whole = row["component"] == TOTAL
        return Cell("All but refunds" if whole else words_of(COMPONENT_WORDS, row["component"]))

    return table_of(
        "What the returns refunded in 90 days cost by component, the dearest first.",
        [
            Field("Component", name),
            Field("Units", lambda r: count(r["units"]), is_number=True),
            Field("Amount", lambda r: money(r["amount"], r["currency"]), is_number=True),
            Field("Amount is", lambda r: basis(r["is_assumed"])),
            Field("A return", lambda r: price(r["per_return"], r["currency"]), is_number=True),
            Field("Of sales", lambda r: rate(r["share_of_sales"]), is_number=True),
        ],
        ordered,
    )


def _by(frame: pl.DataFrame, dimension: str, what: str) -> list[Fold]:
    if frame.is_empty():
        return []
    mine = frame.filter(pl.col("dimension") == dimension)
    if mine.is_empty():
        return []
    rows = mine.head(SHOWN).to_dicts()
    lost = mine.filter(pl.col("contribution_after_returns") <= 0)["segment"].to_list()
    table = table_of(
        list_caption(what, len(rows), mine.height, "the least contribution first"),
        [
            Field(capital(what), lambda r: words(r["segment"])),
            Field("Orders", lambda r: count(r["orders"]), is_number=True),
            Field("Sales", lambda r: money(r["sales"], r["currency"]), is_number=True),
            Field(
                "Before returns",
                lambda r: money(r["contribution_before_returns"], r["currency"]),
                is_number=True,
            ),
            Field(
                "Sales refunded",
                lambda r: money(r["sale_returned_amount"], r["currency"]),
                is_number=True,
            ),
            Field("Cost of returns", lambda r: money(r["returns_cost"], r["currency"]), True),
            Field(
                "After returns",
                lambda r: money(r["contribution_after_returns"], r["currency"]),
                is_number=True,
            ),
            Field("An order", lambda r: price(r["per_order"], r["currency"]), is_number=True),
            Field("Money is", lambda r: basis(r["is_assumed"])),
        ],
        rows,
    )
    said = negative_sentence([str(name) for name in lost], dimension)
    return [Fold(f"What an order leaves, by {what}", [table], [said] if said else [])]


def routes_of_grades(page: Page) -> Section | None:
    """Do returned goods take the best route? None without graded returns."""
    returns, costs = page.day.of.returns, page.day.of.costs
    if not returns.has("return_grades") or not returns.grades:
        return None
    section = Section("grades", "Do returned goods take the best route?", "Grades")
    section.answers.append(grade_sentence(returns.grades))
    section.tables.append(_grades(returns.grades))
    if costs.has("misrouted_returns"):
        section.answers.append(misrouted_sentence(costs.misrouted.height))
        section.downloads.append(
            page.download("misrouted_returns.csv", "Returns on another route (CSV)")
        )
    return section


def _grades(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        "Returned units of 90 days by grade, the most lost first.",
        [
            Field("Grade", lambda r: words(r["grade"])),
            Field("Units", lambda r: count(r["units"]), is_number=True),
            Field("Route", lambda r: words(_route(r["route"]))),
            Field("Resold", lambda r: count(r["units_resold"]), is_number=True),
            Field("Refurbished", lambda r: count(r["units_refurbished"]), is_number=True),
            Field("Liquidated", lambda r: count(r["units_liquidated"]), is_number=True),
            Field("Disposed", lambda r: count(r["units_disposed"]), is_number=True),
            Field("Recovers most", lambda r: words(_route(r["best_route"]))),
            Field("Lost", lambda r: money(r["lost_recovery"], r["currency"]), is_number=True),
            Field("Money is", lambda r: basis(r["is_assumed"])),
        ],
        rows,
    )


def _route(name: str | None) -> str | None:
    return ROUTE_WORDS.get(name, name).capitalize() if name else None


def reasons_fold(page: Page) -> list[Fold]:
    """What refunds come from, as a fold of the section on returns."""
    groups = page.day.of.details.reason_groups
    if not groups:
        return []
    has_tickets = any(row["orders_with_ticket"] is not None for row in groups)
    fields = [
        Field("Reason", lambda r: Cell(words_of(GROUP_WORDS, r["reason_group"]))),
        Field("Returns", lambda r: count(r["returns"]), is_number=True),
        Field("Share", lambda r: rate(r["share_of_returns"]), is_number=True),
        Field("Units", lambda r: count(r["units"]), is_number=True),
        Field("Refunds", lambda r: money(r["refund_amount"], r["currency"]), is_number=True),
    ]
    if has_tickets:
        fields.append(Field("With a ticket", lambda r: rate(r["ticket_share"]), is_number=True))
    table = table_of("Refunds of 30 days by what their reason is about.", fields, groups)
    return [Fold("What the reasons are about", [table])]
