"""Sentences on how orders tie out to what the platform paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.report.formats import format_price, plural

_BAD = ("differs", "missing")


def settlement_sentence(states: Mapping[str, int]) -> str:
    """``Of 4,000 orders, 3,980 tie out, 12 differ and 3 delivered ones are in no statement.``

    ``states``: orders by ``settlement_orders.state``.
    """
    settled = {state: states.get(state, 0) for state in ("tied", "sample", *_BAD)}
    total = sum(settled.values())
    if not total:
        return "No order has been settled yet."
    tied = settled["tied"] + settled["sample"]
    if not settled["differs"] and not settled["missing"]:
        if total == 1:
            return "The one settled order ties out to the payout."
        return f"All {total:,} settled orders tie out to the payout."
    parts = [f"{tied:,} {'ties' if tied == 1 else 'tie'} out"]
    if number := settled["differs"]:
        parts.append(f"{number:,} {'differs' if number == 1 else 'differ'}")
    if number := settled["missing"]:
        noun = "delivered one is" if number == 1 else "delivered ones are"
        parts.append(f"{number:,} {noun} in no statement")
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]])
    return f"Of {plural(total, 'order')} to settle, {listed}."


def waiting_sentence(states: Mapping[str, int]) -> str:
    """``120 orders are not settled yet; the refund of 4 is pending.``"""
    waiting, pending = states.get("not_settled_yet", 0), states.get("refund_pending", 0)
    parts = []
    if waiting:
        parts.append(
            f"{plural(waiting, 'order')} {'is' if waiting == 1 else 'are'} not settled yet"
        )
    if pending:
        noun = f"{pending:,}" if waiting else plural(pending, "order")
        parts.append(f"the refund of {noun} is pending")
    if not parts:
        return ""
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def fee_sentence(checks: int) -> str:
    """``3 fees are not what their rate gives.``"""
    if not checks:
        return ""
    verb = "is" if checks == 1 else "are"
    whose = "its" if checks == 1 else "their"
    return f"{plural(checks, 'fee')} {verb} not what {whose} rate gives."


def unmatched_sentence(rows: int) -> str:
    """``2 rows of the statements belong to no known order.``"""
    if not rows:
        return ""
    verb = "belongs" if rows == 1 else "belong"
    return f"{plural(rows, 'row')} of the statements {verb} to no known order."


def residual_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """What nothing explains by age; empty where everything is explained.

    ``rows``: ``settlement_residuals`` rows in the order of their age.
    """
    open_rows = [row for row in rows if row["orders"] and row["amount"]]
    if not open_rows:
        return ""
    parts = [
        f"{format_price(row['amount'], row['currency'])} of "
        f"{plural(row['orders'], 'order')} ({row['age_bucket'].replace('_', ' ')})"
        for row in open_rows[:4]
    ]
    return f"Unexplained: {', '.join(parts)}."
