"""Sentences on volumes, first scans and what errors lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.report.formats import format_rate, plural
from flows.report.return_words import ERROR_WORDS

_CLEAR = 0.3
"""A correlation weaker than this is no answer."""


def volume_sentence(row: Mapping[str, Any]) -> str:
    """Whether more orders make more of them late, from a ``dispatch_volume_daily`` row."""
    strength = row["volume_correlation"]
    if strength is None:
        return ""
    if abs(strength) < _CLEAR:
        return f"Lateness hardly moves with the number of orders (correlation {strength:.2f})."
    more = "More" if strength > 0 else "Fewer"
    return f"{more} orders are late on days with more orders (correlation {strength:.2f})."


def scan_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """``Slowest: USPS after a hand-over at 18-24 h, nine in ten scanned within 30.5 hours.``

    ``rows``: ``first_scan_latency`` rows; those of a carrier as a whole are not compared.
    """
    timed = [
        row
        for row in rows
        if row["p90_hours"] is not None and not row["pickup_window"].startswith("(")
    ]
    if len(timed) < 2:
        return ""
    worst = max(timed, key=lambda row: (row["p90_hours"], row["orders"], row["carrier"]))
    return (
        f"Slowest: {worst['carrier']} after a hand-over at {worst['pickup_window']} h, nine in ten "
        f"scanned within {worst['p90_hours']:.1f} hours."
    )


def outcome_sentence(row: Mapping[str, Any]) -> str:
    """``Late delivery: a ticket follows 3.2 times as often, 12.0% of 400 orders.``"""
    if row["lift"] is None:
        return ""
    name = ERROR_WORDS.get(row["error"], str(row["error"]).replace("_", " ").capitalize())
    outcome = str(row["outcome"]).replace("_", " ")
    return (
        f"{name}: {outcome} follows {row['lift']:.1f} times as often, after "
        f"{format_rate(row['value_with_error'])} of {plural(row['orders_with_error'], 'order')}."
    )
