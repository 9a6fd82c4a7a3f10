"""The sentences of Greenzone: one function of (metric, status, numbers) for every surface.

The HTML report, ``report.json`` and the Slack messages say the same thing in the same
words because they all call these. A sentence names the thing, the number, the deadline and
the next act, and never a cause that was not measured. Text in back ticks is a feed, a file
or an id; nothing here is escaped, each surface escapes where it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flows.report.formats import (
    day_end,
    format_clock,
    format_date,
    format_duration,
    format_line,
    format_moment,
    format_points,
    format_rate,
    plural,
)
from flows.report.vocabulary import METRICS, STATUSES, Metric

__all__ = [
    "HEADLINE_BASIS",
    "HEADLINE_WINDOW",
    "METRICS",
    "STATUSES",
    "VERDICT_LENGTH",
    "as_of_end",
    "capital",
    "change_sentence",
    "due_sentence",
    "incomplete_sentence",
    "not_judged_sentence",
    "overdue_sentence",
    "projected_sentence",
    "rate_sentence",
    "row_sentence",
    "target_words",
    "verdict",
    "window_words",
    "worst_first",
]

HEADLINE_WINDOW = "week"
"""The window that verdict, cards and alerts speak of where no row is marked as judged."""

HEADLINE_BASIS = "platform"
"""The basis that goes with it."""

VERDICT_LENGTH = 90
"""The longest verdict, in characters: two lines on a phone."""


_WINDOW_WORDS = {
    "week": "this week",
    "rolling_7d": "in the last 7 days",
    "rolling_30d": "in the last 30 days",
}

# Subjects of `marts.not_judged` whose reason says it all, and those that are one thing.
_DECLARED = ("shop", "policy")
_SINGULAR = ("stock evidence", "account health")

_NUMBER_WORDS = ("None", "One", "Two", "Three", "Four")


def window_words(window: str) -> str:
    """``this week``, ``in the last 30 days``."""
    return _WINDOW_WORDS[window]


def rate_sentence(
    metric: str,
    status: str,
    numerator: int,
    denominator: int,
    value: float | None,
    target: float,
    enforcement: float | None,
    headroom: int,
    min_denominator: int | None = None,
    *,
    window: str = HEADLINE_WINDOW,
    basis: str = HEADLINE_BASIS,
    is_strict: bool = False,
) -> str:
    """One sentence about one rate, from the numbers of its ``kpi_daily`` row.

    ``is_strict``: a rate that equals its target has missed it.

    Raises ``KeyError`` for a metric, status or window that the marts do not have.
    """
    words = METRICS[metric]
    state = STATUSES[status].name
    if state == "no_data" or value is None:
        nothing = "No order was due for dispatch" if basis == "due" else words.nothing
        return f"{nothing} {_WINDOW_WORDS[window]}, so {words.lower} has no value."
    if state == "insufficient_volume":
        need = "too few" if min_denominator is None else f"{min_denominator:,} needed"
        verb = "was" if numerator == 1 else "were"
        return (
            f"{words.label} cannot be judged: {plural(denominator, words.unit)}, {need}. "
            f"{numerator:,} of {denominator:,} {verb} {words.counted}."
        )
    shown = format_rate(value, (target, enforcement))
    start = f"{words.label} is {shown} ({numerator:,} of {denominator:,})"
    if state == "enforcement" and enforcement is not None:
        place = "at" if value == enforcement else "past"
        return f"{start}, {place} the {format_line(enforcement)} enforcement line."
    limit = format_rate(target)
    if state in ("breach", "enforcement"):
        if value == target:
            return f"{start}, not below {limit}: {plural(-headroom, words.unit)} too many."
        side = "past" if words.is_ceiling else "below"
        return f"{start}, {side} {limit} by {plural(-headroom, words.unit)}."
    room = _room(words, headroom)
    if state == "approaching":
        return f"{start}, close to {limit}, {room}."
    return f"{start}, on target ({target_words(metric, target, is_strict)}), {room}."


def target_words(metric: str, target: float, is_strict: bool = False) -> str:
    """``4.0% at most``, ``95.0% at least``; ``below 4.0%`` where the target itself is missed."""
    if is_strict:
        return f"below {format_rate(target)}"
    return f"{format_rate(target)} {'at most' if METRICS[metric].is_ceiling else 'at least'}"


def _room(words: Metric, headroom: int) -> str:
    if headroom == 0:
        return f"with no room for another {words.defect}"
    noun = words.defect if headroom == 1 else words.defects
    return f"with room for {headroom:,} more {noun}"


def row_sentence(row: Mapping[str, Any]) -> str:
    """:func:`rate_sentence` of a ``kpi_daily`` row given as a mapping of its columns."""
    return rate_sentence(
        row["metric"],
        row["status"],
        row["numerator"],
        row["denominator"],
        row["value"],
        row["target"],
        row["enforcement"],
        row["headroom"],
        row.get("min_denominator"),
        window=row["window_name"],
        basis=row["basis"],
        is_strict=bool(row.get("is_target_crossed_at")),
    )


def worst_first(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows by severity, then by the least headroom, then in the fixed order of the rates."""
    order = {name: place for place, name in enumerate(METRICS)}
    return sorted(
        rows,
        key=lambda row: (
            STATUSES[row["status"]].severity,
            row["headroom"],
            order[row["metric"]],
        ),
    )


def verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    """The report's one line (at most 90 characters) on the four headline rows of a day.

    ``rows``: mappings with ``metric``, ``status``, ``value``, ``target``, ``enforcement``
    and ``headroom``. Worst first, with count; a rate that could not be judged is named and
    never counted as good.
    """
    ordered = worst_first(rows)
    total = len(ordered)
    if not total:
        return "No order is known yet, so no rate can be judged."
    unjudged = [r for r in ordered if r["status"] in ("insufficient_volume", "no_data")]
    for status in ("enforcement", "breach", "approaching"):
        bad = [r for r in ordered if r["status"] == status]
        if bad:
            breaches = sum(r["status"] == "breach" for r in ordered) * (status == "enforcement")
            return _bad_verdict(bad, breaches, unjudged, total)
    good = [r for r in ordered if r["status"] == "ok"]
    return _good_verdict(good, unjudged, total)


_BAD_STATES = {
    # status: one rate, several rates, and in few words where the line would get too long
    "enforcement": (
        "is past the enforcement line",
        "are past the enforcement line",
        "past enforcement",
    ),
    "breach": ("is in breach", "are in breach", "in breach"),
    "approaching": ("is close to its target", "are close to their targets", "close to target"),
}


def _bad_verdict(
    bad: Sequence[Mapping[str, Any]],
    breaches: int,
    unjudged: Sequence[Mapping[str, Any]],
    total: int,
) -> str:
    one, many, few_words = _BAD_STATES[bad[0]["status"]]
    head = f"{_count_word(len(bad), total)} {one if len(bad) == 1 else many}"
    also = f"; {breaches} in breach" if breaches else ""
    join = ", " if len(bad) == 1 else " "

    def listed(short: bool, most: int) -> str:
        parts = [
            f"{_name(r, short)}{join}{format_rate(r['value'], (r['target'], r['enforcement']))}"
            for r in bad[:most]
        ]
        return ("worst " if most < len(bad) else "") + ", ".join(parts)

    candidates = [
        f"{head}: {listed(short, most)}{also}{_unjudged(unjudged, short_tail)}."
        for most in range(len(bad), 0, -1)
        for short, short_tail in ((False, False), (False, True), (True, True))
    ]
    count = _NUMBER_WORDS[len(bad)] if len(bad) < len(_NUMBER_WORDS) else str(len(bad))
    tail = _unjudged(unjudged, True).replace("not judged", "unjudged")
    candidates.append(f"{count} {few_words}: {listed(True, 1)}{also}{tail}.")
    return _first_fitting(candidates)


def _good_verdict(
    good: Sequence[Mapping[str, Any]], unjudged: Sequence[Mapping[str, Any]], total: int
) -> str:
    if not good:
        few = [r for r in unjudged if r["status"] == "insufficient_volume"]
        why = "too few orders" if few else f"no data {_WINDOW_WORDS[_window(unjudged)]}"
        return f"{_count_word(0, total)} can be judged: {why}."
    closest = good[0]
    if not unjudged:
        start = f"{_count_word(total, total)} are on target"
        ends = [f"; closest: {_name(closest, s)}, {closest['headroom']:,} left." for s in (0, 1)]
        return _first_fitting([start + end for end in [*ends, "."]])
    verb = "is" if len(good) == 1 else "are"
    start = f"{_count_word(len(good), total)} {verb} on target"
    return _first_fitting([f"{start}{_unjudged(unjudged, s)}." for s in (False, True)])


def _window(rows: Sequence[Mapping[str, Any]]) -> str:
    return str(rows[0].get("window_name", HEADLINE_WINDOW))


def _count_word(count: int, total: int) -> str:
    word = _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else str(count)
    of = _NUMBER_WORDS[total].lower() if total < len(_NUMBER_WORDS) else str(total)
    if count == total and total > 1:
        return f"All {of} rates"
    return f"{word} of {of} rates"


def _name(row: Mapping[str, Any], short: bool | int) -> str:
    words = METRICS[row["metric"]]
    return words.short if short else words.lower


def _unjudged(rows: Sequence[Mapping[str, Any]], short: bool) -> str:
    return f"; not judged: {', '.join(_name(r, short) for r in rows)}" if rows else ""


def _first_fitting(candidates: Sequence[str]) -> str:
    return next((text for text in candidates if len(text) <= VERDICT_LENGTH), candidates[-1])


def incomplete_sentence(known_through_at: datetime | None, day_ends_at: datetime, zone: str) -> str:
    """How far the data reach, when short of the day's end (both UTC); else empty."""
    if known_through_at is None:
        return "How far the data reach is not known: this can change."
    if known_through_at >= day_ends_at:
        return ""
    return (
        f"Data reach {format_clock(known_through_at, zone)}, "
        f"{format_duration(day_ends_at - known_through_at)} short of the day: this can change."
    )


def not_judged_sentence(subject: str, reason: str, mend_feed: str | None) -> str:
    """``Scans were not judged: no tracking feed. Add `carriers/tracking_events`.``"""
    words, why = subject.strip().replace("_", " "), reason.strip().rstrip(".")
    if words in _DECLARED:
        text = f"{why}."
    else:
        verb = "was" if words in _SINGULAR else "were"
        text = f"{capital(words)} {verb} not judged: {why[:1].lower()}{why[1:]}."
    return f"{text} Add `{mend_feed}`." if mend_feed else text


def capital(text: str) -> str:
    """The text with its first letter in capitals, the rest as it is."""
    return text[:1].upper() + text[1:]


def overdue_sentence(
    overdue: int, as_of_on: date, warehouse: str | None = None, at_warehouse: int = 0
) -> str:
    """``12 orders passed their dispatch deadline, 7 at NJ-1.``"""
    if overdue == 0:
        return f"Nothing overdue as of {format_date(as_of_on, weekday=False)}."
    at = "all" if at_warehouse == overdue > 1 else f"{at_warehouse:,}"
    place = f", {at} at {warehouse}" if warehouse and at_warehouse else ""
    whose = "its" if overdue == 1 else "their"
    return f"{plural(overdue, 'order')} passed {whose} dispatch deadline{place}."


def projected_sentence(
    overdue: int,
    value: float | None,
    projected_value: float | None,
    target: float,
    enforcement: float | None = None,
) -> str:
    """``With them late dispatch is 4.9%, not 3.8% (target 4.0%).``; empty with none overdue."""
    if overdue == 0 or projected_value is None:
        return ""
    lines = (target, enforcement)
    them = "it" if overdue == 1 else "them"
    shown = format_rate(projected_value, lines)
    now = "" if value is None else f", not {format_rate(value, lines)}"
    return f"With {them} late dispatch is {shown}{now} (target {format_rate(target)})."


def due_sentence(count: int, deadline: datetime | None, zone: str) -> str:
    """``31 orders are due by Tue Nov 24, 23:59 PT and not yet dispatched.``"""
    if count == 0 or deadline is None:
        return ""
    verb = "is" if count == 1 else "are"
    by = format_moment(deadline, zone)
    return f"{plural(count, 'order')} {verb} due by {by}, not yet dispatched."


def change_sentence(metric: str, value: float | None, before: Sequence[float | None]) -> str:
    """``Late dispatch rose 0.8 points to 3.0%, the highest of five weeks.``

    ``before``: the earlier weeks, oldest first; the change is against the last of them.
    """
    words = METRICS[metric]
    known = [v for v in before if v is not None]
    if value is None:
        return f"{words.label} has no value this week."
    shown = format_rate(value)
    if not before or before[-1] is None:
        return f"{words.label} is {shown}; the week before has no value."
    change = value - before[-1]
    if format_points(change).startswith("0.0 "):
        text = f"{words.label} held at {shown}"
    else:
        verb = "rose" if change > 0 else "fell"
        text = f"{words.label} {verb} {format_points(change)} to {shown}"
    count = len(known) + 1
    if count < 3:
        return f"{text}."
    weeks = ("three", "four", "five")[count - 3] if count <= 5 else str(count)
    if value > max(known):
        return f"{text}, the highest of {weeks} weeks."
    if value < min(known):
        return f"{text}, the lowest of {weeks} weeks."
    return f"{text}."


def as_of_end(as_of_on: date, zone: str) -> datetime:
    """The moment a report stands at, naive UTC: the end of its day in the shop's zone."""
    return day_end(as_of_on, zone)
