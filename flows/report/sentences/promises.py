"""What warehouses promised and kept, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.report.formats import format_rate, plural

PROMISES = {
    "dispatch": ("Hand over orders", "shipment"),
    "receive": ("Take returns in", "return"),
    "grade": ("Grade returns", "return"),
}
"""By promise what the warehouse does, and what is counted."""

UNKNOWN_STOCK = (
    "Inventory accuracy is not known: no file holds a count of the shelves. Ask each warehouse for "
    "its cycle counts."
)

UNREPORTED = (
    "A return that the carrier delivered and that the warehouse never took in is a broken promise "
    "of the warehouse that its order left from."
)


def promises_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """The dispatch promise in all, with the warehouse that kept it least.

    ``rows``: the dispatch promises of the week, the least kept first.
    """
    judged = [row for row in rows if row["due"]]
    if not judged:
        return "No warehouse had a hand-over promised for this week."
    due, kept = sum(row["due"] for row in judged), sum(row["kept"] for row in judged)
    shipments = plural(due, "shipment")
    text = f"{kept:,} of {shipments} left by the promised day ({format_rate(kept / due)})"
    worst = judged[0]
    if len(judged) > 1 and worst["kept"] < worst["due"]:
        text += f"; least at {worst['warehouse_id']}, {format_rate(worst['value'])}"
    return f"{text}."


def no_cutoff_sentence(names: Sequence[str]) -> str:
    """Which warehouses promise nothing that could be kept, with the mend; empty without any."""
    if not names:
        return ""
    has = "has" if len(names) == 1 else "have"
    return (
        f"{', '.join(names)} {has} no promise to be held against: add `order_cutoff` and "
        "`timezone` to `reference/warehouses`."
    )
