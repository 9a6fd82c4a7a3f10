"""Sentences on returns: what is due, in dispute, mapped, and where it should have gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flows.report.formats import (
    format_moment,
    format_money,
    format_rate,
    plural,
    with_assumed,
)
from flows.report.return_words import GROUP_WORDS, ROUTE_WORDS
from flows.report.sentences.ahead import joined


def due_sentence(past: int, near: int, next_due_at: datetime | None, zone: str) -> str:
    """``3 returns are past their deadline; 5 more are due soon, the first by Tue Nov 24, …``."""
    soon = ""
    if near:
        first = f", the first by {format_moment(next_due_at, zone)}" if next_due_at else ""
        soon = f"due soon{first}"
    if not past:
        if not near:
            return "No return is near or past a deadline."
        return f"{plural(near, 'return')} {'is' if near == 1 else 'are'} {soon}."
    verb, whose = ("is", "its") if past == 1 else ("are", "their")
    said = f"{plural(past, 'return')} {verb} past {whose} deadline"
    if not near:
        return f"{said}."
    return f"{said}; {near:,} more {'is' if near == 1 else 'are'} {soon}."


def dispute_sentence(disputes: int, timeouts: int, appeals: int) -> str:
    """``4 returns are in dispute, 1 of them because nobody answered in time; 2 were appealed.``"""
    if not disputes and not appeals:
        return ""
    parts = []
    if disputes:
        verb = "is" if disputes == 1 else "are"
        late = f", {timeouts:,} of them because nobody answered in time" if timeouts else ""
        parts.append(f"{plural(disputes, 'return')} {verb} in dispute{late}")
    if appeals:
        verb = "was" if appeals == 1 else "were"
        noun = f"{appeals:,}" if disputes else plural(appeals, "return")
        parts.append(f"{noun} {verb} appealed")
    return f"{'; '.join(parts)}."


def odd_sentence(row: Mapping[str, Any]) -> str:
    """Returns whose goods do not fit: too few came, none came, or more than was bought."""
    parts: list[str] = []
    for key, one, many in (
        ("unreceived", "was refunded and never received", "were refunded and never received"),
        ("short", "came back with units missing", "came back with units missing"),
        ("over_returned", "holds more units than were bought", "hold more units than were bought"),
    ):
        if number := row[key]:
            noun = plural(number, "return") if not parts else f"{number:,}"
            parts.append(f"{noun} {one if number == 1 else many}")
    return f"{joined(parts)}." if parts else ""


def auto_sentence(auto: int, returns: int) -> str:
    """``320 of 400 returns were approved at once, before anybody could look at them.``"""
    if not auto:
        return ""
    verb = "was" if auto == 1 else "were"
    return (
        f"{auto:,} of {plural(returns, 'return')} {verb} approved at once, before anybody could "
        "look at them."
    )


def reason_sentence(groups: Sequence[Mapping[str, Any]]) -> str:
    """``Most refunds of 30 days come from the product's condition: 120 returns (30.0%).``

    ``groups``: ``refund_reason_groups`` rows, most returns first.
    """
    known = next((row for row in groups if row["reason_group"] != "unmapped"), None)
    if known is None:
        return ""
    name = GROUP_WORDS.get(known["reason_group"], known["reason_group"].replace("_", " ")).lower()
    return (
        f"The most frequent reason of 30 days: {name}, {plural(known['returns'], 'return')} "
        f"({format_rate(known['share_of_returns'])})."
    )


def unmapped_sentence(reasons: Sequence[str]) -> str:
    """``2 return reasons are in no group: foo and bar.``"""
    if not reasons:
        return ""
    verb = "is" if len(reasons) == 1 else "are"
    listed = joined(list(reasons[:3])) + (" and others" if len(reasons) > 3 else "")
    return f"{plural(len(reasons), 'return reason')} {verb} in no group: {listed}."


def grade_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """Which grade lost most by another route than the best; says so where none did.

    ``rows``: ``return_grades`` rows of one window, the most lost first.
    """
    if not rows:
        return "No returned unit was graded in the last 90 days."
    worst = rows[0]
    lost: Decimal | None = worst["lost_recovery"]
    if lost is None:
        return "What other routes would have recovered is not known."
    if lost <= 0:
        return "Returned units took the route that recovers most."
    route = ROUTE_WORDS.get(worst["best_route"], worst["best_route"])
    money = with_assumed(format_money(lost, worst["currency"]), worst["is_assumed"])
    return f"Units of grade {worst['grade']} that were not sent to {route} lost {money} in 90 days."


def misrouted_sentence(groups: int) -> str:
    """``12 received returns took another route than their grade's.``"""
    if not groups:
        return "Every graded return took the route of its grade."
    whose = "its" if groups == 1 else "their"
    return f"{plural(groups, 'received return')} took another route than {whose} grade's."
