"""Sentences on what returns cost, what an order leaves, and where the money is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flows.report.formats import (
    format_money,
    format_price,
    format_rate,
    plural,
    with_assumed,
)
from flows.report.return_words import COMPONENT_WORDS, TRAP_WORDS
from flows.report.sentences.ahead import joined

_NOUNS = {
    "sku_margin_trap": ("SKU", "SKUs"),
    "creator_outlier": ("creator", "creators"),
    "category_out_of_control": ("category", "categories"),
    "repeat_returner": ("buyer", "buyers"),
}


def return_cost_sentence(
    amount: Decimal | None,
    per_return: Decimal | float | None,
    share_of_sales: float | None,
    currency: str | None,
    is_assumed: bool | None,
) -> str:
    """``Returns cost $12,578 in 90 days, refunds apart: $9.75 a return, 4.2% of sales.``"""
    if amount is None:
        return "What returns cost was not judged: there are no costs in this currency."
    more = []
    if per_return is not None:
        more.append(f"{format_price(per_return, currency)} a return")
    if share_of_sales is not None:
        more.append(f"{format_rate(share_of_sales)} of sales")
    money = with_assumed(format_money(amount, currency), is_assumed)
    tail = f": {', '.join(more)}" if more else ""
    return f"Returns cost {money} in 90 days, refunds apart{tail}."


def dearest_sentence(component: str, amount: Decimal | None, currency: str | None) -> str:
    """``Most of it is markdown, $4,515.``"""
    if not amount:
        return ""
    name = COMPONENT_WORDS.get(component, component.replace("_", " ")).lower()
    return f"Most of it is {name}, {format_money(amount, currency)}."


def contribution_sentence(row: Mapping[str, Any]) -> str:
    """What the orders of 90 days leave before and after returns, from a ``unit_economics`` row."""
    before, after = row["contribution_before_returns"], row["contribution_after_returns"]
    orders, currency = row["orders"], row["currency"]
    if before is None or after is None:
        return "What an order leaves was not judged: there are no costs in this currency."
    each = ""
    if row["per_order"] is not None:
        each = f", {format_price(row['per_order'], currency)} an order"
    money = with_assumed(format_money(after, currency), row["is_assumed"])
    return (
        f"{plural(orders, 'order')} of 90 days leave {money} after returns{each}; before them "
        f"{format_money(before, currency)}."
    )


def negative_sentence(names: Sequence[str], dimension: str) -> str:
    """``2 SKUs leave nothing after returns: SKU-104 and SKU-7.``"""
    if not names:
        return ""
    one, many = ("SKU", "SKUs") if dimension == "seller_sku" else ("creator", "creators")
    verb = "leaves" if len(names) == 1 else "leave"
    listed = joined(list(names[:3])) + (" and others" if len(names) > 3 else "")
    return f"{plural(len(names), one, many)} {verb} nothing after returns: {listed}."


def traps_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many SKUs, creators, categories and buyers lose money, and which one most.

    ``rows``: ``margin_traps`` rows, the dearest first.
    """
    if not rows:
        return "No SKU, creator, category or buyer returns surely more than the rest."
    kinds = [row["kind"] for row in rows]
    counted = [plural(kinds.count(kind), *_NOUNS[kind]) for kind in _NOUNS if kind in kinds]
    verb = "loses" if len(rows) == 1 else "lose"
    worst = rows[0]
    rate = f", {format_rate(worst['value'])} returned" if worst["value"] is not None else ""
    money = ""
    if worst["excess_cost"] is not None:
        cost = format_money(worst["excess_cost"], worst["currency"])
        money = f", {with_assumed(cost, worst['is_assumed'])} too much"
    kind = TRAP_WORDS.get(worst["kind"], "").lower() if worst["kind"] != "sku_margin_trap" else ""
    name = f"{kind} {worst['segment']}".strip()
    return f"{joined(counted)} {verb} money through returns; first: {name}{rate}{money}."


def review_sentence(rows: int, weeks: int = 4) -> str:
    """How many SKUs, creators and campaigns the review lists."""
    if not rows:
        return "No SKU, creator or campaign had enough units to be reviewed."
    noun = plural(rows, "row")
    return f"{noun} of SKUs, creators and campaigns, with {weeks} weeks each, are in the CSV."


def supplier_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """``Of 3 suppliers, Acme serves best and Bolt worst.``"""
    if not rows:
        return ""
    if len(rows) == 1:
        return f"There is one supplier: {rows[0]['supplier']}."
    return (
        f"Of {len(rows):,} suppliers, {rows[0]['supplier']} ranks first and "
        f"{rows[-1]['supplier']} last."
    )
