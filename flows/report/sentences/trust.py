"""Sentences on the rules behind the numbers and on numbers that changed after publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flows.report.formats import format_date, plural
from flows.report.sentences.ahead import joined
from flows.report.vocabulary import METRICS


def policy_sentence(version: str, basis: str, window: str, event: str | None) -> str:
    """How the platform judges: policy version, window, basis and the event that dispatches."""
    span = "the ISO week" if window == "week" else "the last 7 days"
    among = "orders due" if basis == "due" else "orders dispatched"
    events = {
        "carrier_first_scan": "the carrier's first scan dispatches an order",
        "tracking_uploaded": "the uploaded tracking number dispatches an order",
    }
    said = f"Judged by policy `{version}` over {span}; late dispatch is counted among {among}"
    return f"{said}, and {events[event]}." if event and event in events else f"{said}."


def assumed_sentence(metrics: Sequence[str]) -> str:
    """``Assumed, not from the platform's own text: the line of valid tracking.``"""
    if not metrics:
        return ""
    names = [METRICS[metric].lower for metric in METRICS if metric in metrics]
    noun = "line" if len(names) == 1 else "lines"
    return f"Assumed, not from the platform's own text: the {noun} of {joined(names)}."


def unverified_sentence(version: str, rows: int, days: int, oldest_on: date | None) -> str:
    """``12 rules of `US-2020` were last verified more than 90 days ago, the oldest Mar 1, 2026.``

    ``oldest_on``: None where one of them never was.
    """
    if not rows:
        return ""
    start = f"{plural(rows, 'rule')} of `{version}` {'was' if rows == 1 else 'were'}"
    if oldest_on is None:
        more = "" if rows == 1 else f" or not for {days} days"
        return f"{start} never held against the source{more}."
    oldest = format_date(oldest_on, year=True, weekday=False)
    last = f"on {oldest}" if rows == 1 else f"the oldest on {oldest}"
    return f"{start} last held against the source more than {days} days ago, {last}."


def restated_sentence(numbers: int, days: int, newest_on: date | None) -> str:
    """``3 published numbers of 2 days have changed since, the newest of Fri Nov 20.``"""
    if not numbers or newest_on is None:
        return "No published number of the last five weeks has changed since."
    verb = "has" if numbers == 1 else "have"
    return (
        f"{plural(numbers, 'published number')} of {plural(days, 'day')} {verb} changed since, "
        f"the newest of {format_date(newest_on)}."
    )


def restated_day_sentence(numbers: int, causes: Sequence[str]) -> str:
    """``Restated: 2 rates of this day changed since it was first published (new files).``"""
    return (
        f"Restated: {plural(numbers, 'rate')} changed since this was first published "
        f"({joined(causes)})."
    )


def edition_sentence(numbers: int, causes: Sequence[str], made: Sequence[str]) -> str:
    """Why a report was written anew and when it was written before; ``made``: newest first."""
    why = (
        f"{plural(numbers, 'rate')} of this report changed since ({joined(causes)})"
        if numbers
        else "no rate of this report changed since"
    )
    listed = joined(list(made[:3]))
    more = f", and {plural(len(made) - 3, 'time')} before" if len(made) > 3 else ""
    return f"Written before on {listed}{more}; {why}."


def older_sentence(marts: Sequence[str]) -> str:
    """What a publication of an older release lacks; empty where it has every mart."""
    if not marts:
        return ""
    return (
        f"This publication is of an older release and lacks {plural(len(marts), 'table')} "
        "of the rule book: run the day again to have them."
    )
