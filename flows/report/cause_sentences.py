"""Sentences on why orders were late and what can be appealed."""

from __future__ import annotations

from collections.abc import Sequence

from flows.report.formats import format_rate, plural

_LEADING = {
    "confirmation": "waited longest for confirmation",
    "stock": "waited longest for stock",
    "picking": "waited longest for picking",
    "packing": "waited longest for packing",
    "label": "waited longest for a label",
    "hand_over": "waited longest for hand-over",
    "carrier_scan": "waited longest for the carrier's scan",
}


def cause_sentence(causes: Sequence[tuple[str, int]]) -> str:
    """``80 of 155 late orders (51.6%) waited longest for the carrier's scan.``

    ``causes``: (primary cause, late orders) of the last 30 days, most first. Where most causes
    are not known, that is said first.
    """
    total = sum(orders for _, orders in causes)
    if not total:
        return "No order was late in the last 30 days."
    known = [(cause, orders) for cause, orders in causes if cause != "unknown"]
    unknown = total - sum(orders for _, orders in known)
    if not known:
        they = "it" if total == 1 else "they"
        return (
            f"What {plural(total, 'late order')} of the last 30 days waited for is not known: "
            f"{they} left no times in the warehouse."
        )
    cause, orders = known[0]
    did = _LEADING.get(cause, f"waited longest for {cause.replace('_', ' ')}")
    said = f"{orders:,} of {plural(total, 'late order')} ({format_rate(orders / total)}) {did}"
    return f"{said}; of {unknown:,} the cause is not known." if unknown else f"{said}."


def segment_sentence(dimension: str, segment: str, rate: float, late: int, orders: int) -> str:
    """``Worst: carrier USPS, 9.1% late (91 of 1,000 orders).``; ``dimension`` in its words."""
    return (
        f"Worst: {dimension} {segment}, {format_rate(rate)} late "
        f"({late:,} of {plural(orders, 'order')})."
    )


def appeal_sentence(orders: int) -> str:
    """``12 late orders were handed over in time and scanned too late: they can be appealed.``"""
    if not orders:
        return ""
    verb, they = ("was", "it") if orders == 1 else ("were", "they")
    return (
        f"{plural(orders, 'late order')} {verb} handed over in time and scanned too late: {they} "
        "can be appealed."
    )
