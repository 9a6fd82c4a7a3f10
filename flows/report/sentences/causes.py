"""Sentences on why orders were late and what can be appealed."""

from __future__ import annotations

from collections.abc import Sequence

from flows.report.formats import format_rate, plural

_HELD_UP = {
    "confirmation": "late confirmation",
    "stock": "missing stock",
    "picking": "slow picking",
    "packing": "slow packing",
    "label": "a late label",
    "hand_over": "late hand-over",
    "carrier_scan": "a late carrier scan",
}


def cause_sentence(causes: Sequence[tuple[str, int]]) -> str:
    """``80 of 155 late orders (51.6%) were held up most by a late carrier scan.``

    ``causes``: (primary cause, late orders) of those due in the last 30 days, most first.
    """
    total = sum(orders for _, orders in causes)
    if not total:
        return "No order that was due in the last 30 days was late."
    known = [(cause, orders) for cause, orders in causes if cause != "unknown"]
    unknown = total - sum(orders for _, orders in known)
    if not known:
        it = "it" if total == 1 else "them"
        return (
            f"What held {plural(total, 'late order')} up is not known: no stage of {it} was timed."
        )
    cause, orders = known[0]
    verb = "was" if orders == 1 else "were"
    by = _HELD_UP.get(cause, cause.replace("_", " "))
    said = (
        f"{orders:,} of {plural(total, 'late order')} ({format_rate(orders / total)}) {verb} held "
        f"up most by {by}"
    )
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
