"""Sentences on account health: the score or the points, its zone, and the way back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flows.report.formats import format_date, plural
from flows.report.rule_words import ZONE_WORDS
from flows.report.sentences.ahead import joined

_SCORE = "score"
"""Points that are good; the other kind are violation points, of which none is best."""


def health_sentence(row: Mapping[str, Any]) -> str:
    """``The account health rating is 187 of 1,000, in the orange zone; 48 hours ago in the green.``

    ``row``: an ``account_health_daily`` row. A shop with violation points has ``14 violation
    points``. The zone of 48 hours ago is said where it was another.
    """
    score, zone = row["score"], ZONE_WORDS.get(row["zone"] or "")
    before = ZONE_WORDS.get(row["zone_48h_ago"] or "")
    if row["points_kind"] == _SCORE:
        said = f"The account health rating is {score:,} of 1,000"
    elif score:
        said = f"The shop has {plural(score, 'violation point')}"
    else:
        said = "The shop has no violation point"
    if not zone:
        return f"{said}."
    if row["is_zone_changed"] and before and before != zone:
        return f"{said}, in the {zone} zone; 48 hours ago it was in the {before} one."
    return f"{said}, in the {zone} zone."


def milestone_sentence(row: Mapping[str, Any]) -> str:
    """How far the next milestone is, and whether that is near; empty where none is left."""
    place, away = row["next_milestone"], row["points_to_next_milestone"]
    if place is None or away is None:
        return ""
    near = ", which is near" if row["is_near_milestone"] else ""
    verb = "is" if away == 1 else "are"
    return f"{plural(away, 'point')} {verb} left before the milestone of {place}{near}."


def reached_sentence(milestone: object | None, consequence: str | None) -> str:
    """``The milestone of 150 is reached: no new listings for 7 days.``; empty without one."""
    if milestone is None:
        return ""
    said = f"The milestone of {milestone} is reached"
    if not consequence:
        return f"{said}."
    what = consequence.strip().rstrip(".")
    return f"{said}: {what[:1].lower()}{what[1:]}."


def recovery_sentence(row: Mapping[str, Any]) -> str:
    """``At the present rate it is back in the green zone in 26 days.``; says so where it is not.

    Empty in the green zone, and where the market has no zones.
    """
    if row["zone"] is None or row["zone"] == "green":
        return ""
    days = row["days_to_recover"]
    if days is None:
        return "At the present rate it does not come back to the green zone."
    when = plural(math.ceil(days), "day")
    return f"At the present rate it is back in the green zone in {when}."


def difference_sentence(row: Mapping[str, Any]) -> str:
    """``The platform last said 180, 7 less than the ledger adds up to.``; empty where equal."""
    said, off = row["platform_score"], row["platform_difference"]
    if said is None or not off:
        return ""
    more = "less" if off < 0 else "more"
    return f"The platform last said {said:,}, {abs(off):,} {more} than the ledger adds up to."


def promotion_sentence(names: Sequence[str], upcoming: int, first_on: date | None) -> str:
    """``1 of 3 promotions of the next 30 days is at risk: Black Friday, from Fri Nov 27.``

    ``names``: those at risk, the earliest first; ``first_on``: its first day.
    """
    if not upcoming:
        return ""
    within = f"{plural(upcoming, 'promotion')} of the next 30 days"
    if not names:
        if upcoming == 1:
            return "The one promotion of the next 30 days is not at risk."
        return f"None of {within} is at risk."
    verb = "is" if len(names) == 1 else "are"
    listed = joined(list(names[:3])) + (" and others" if len(names) > 3 else "")
    start = f", from {format_date(first_on)}" if first_on else ""
    return f"{len(names):,} of {within} {verb} at risk: {listed}{start}."
