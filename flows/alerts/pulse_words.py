"""The messages of the hourly look: what came, what follows for dispatch, what stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.alerts.message import build, clean, code, escape, listed
from flows.alerts.parts import runbook
from flows.alerts.pulse_rules import PulseRule
from flows.alerts.rules import LEVEL_WORDS
from flows.report.formats import format_date, format_line, format_moment, format_number, plural

_STEPS = (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
"""A spike got worse when it passed one of these multiples of the usual."""


@dataclass(frozen=True)
class Found:
    """What a rule found at a shop now.

    ``measure`` says how bad it is in words, escaped; ``count`` and ``grade`` as numbers, for the
    comparison with what was said before. ``message`` is ready for an incoming webhook.
    """

    rule: PulseRule
    shop_id: str
    measure: str
    count: int
    grade: int
    message: dict[str, Any]


def spike(rule: PulseRule, shop: Mapping[str, Any]) -> Found | None:
    """More orders than usual, and what has to leave each day now; None without a spike."""
    window = strongest(shop["pace"])
    if window is None:
        return None
    title = spike_measure(window)
    sections = [
        spike_sentence(shop, window),
        " ".join(capacity_sentence(line) for line in shop["handling_capacity"]),
        f"Open now: {plural(shop['open_orders'], 'order')}, "
        f"{shop['buckets'].get('overdue', 0):,} overdue.",
        f"Do now: {escape(rule.act)}",
        _foot(rule, f"pulse/{shop['shop_id']}.csv"),
    ]
    times = window["orders"] / max(window["usual_orders"], 1.0)
    grade = sum(times >= step for step in _STEPS)
    return _found(rule, shop, title, title, window["orders"], grade, sections)


def stopped(rule: PulseRule, shop: Mapping[str, Any]) -> Found | None:
    """Feeds older than their contracts allow; None without one."""
    feeds = shop["stale_feeds"]
    if not feeds:
        return None
    counted = plural(len(feeds), "feed")
    verb = "is" if len(feeds) == 1 else "are"
    at = format_moment(datetime.fromisoformat(shop["at"]), shop["timezone"])
    sections = [
        f"{counted} {verb} stale at {at}.",
        listed([stale_line(feed, shop["timezone"]) for feed in feeds]),
        f"Do now: {escape(rule.act)}",
        _foot(rule, f"pulse/{shop['shop_id']}.json"),
    ]
    return _found(rule, shop, f"{counted} stale", counted, len(feeds), 0, sections)


def moving_again(rule: PulseRule, shop_id: str, since: date) -> dict[str, Any]:
    """The message that no feed is stale any more."""
    sections = [
        f"Resolved: no feed is stale; the first was on {format_date(since)}.",
        f"Nothing to do. {_foot(rule, f'pulse/{shop_id}.json')}",
    ]
    return build(f"Resolved: no feed is stale, {clean(shop_id, 60)}", sections)


def strongest(pace: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of the windows that are spikes the one with the most orders above the usual."""
    spikes = [window for window in pace if window["is_spike"] and window["is_recent"]]
    return max(spikes, key=lambda w: w["orders"] - w["usual_orders"], default=None)


def spike_measure(window: Mapping[str, Any]) -> str:
    """``412 orders in 6 hours, usually 60``."""
    return (
        f"{plural(window['orders'], 'order')} in {plural(window['window_hours'], 'hour')}, "
        f"usually {_usual(window)}"
    )


def spike_sentence(shop: Mapping[str, Any], window: Mapping[str, Any]) -> str:
    """How many orders came until when, against the same hours of the weeks before."""
    ends = format_moment(datetime.fromisoformat(window["ends_at"]), shop["timezone"])
    span = "hour" if window["window_hours"] == 1 else f"{window['window_hours']} hours"
    past = f"the same hours of the {window['weeks']} weeks before"
    return (
        f"{plural(window['orders'], 'order')} came in the {span} to {ends}; "
        f"usually {_usual(window)} do, the middle of {past}."
    )


def capacity_sentence(line: Mapping[str, Any]) -> str:
    """What has to leave each day to stay within a line, against what can."""
    rate = format_line(line["rate_line"])
    if line["allowed_late_left"] < 0:
        return f"The overdue orders alone pass {rate} of the open ones."
    if not line["needed_per_day"]:
        return f"Nothing more has to leave to stay within {rate}."
    due = format_date(date.fromisoformat(line["due_on"]))
    needed = plural(line["needed_per_day"], "order")
    said = f"To stay within {rate}, {needed} a day must leave until {due}"
    stated, peak = line["stated_capacity"], line["demonstrated_peak"]
    if stated is None and peak is None:
        return f"{said}."
    known = max(stated or 0, peak or 0)
    words = "stated capacity" if stated is not None and stated == known else "the most so far"
    said += f"; {words}: {known:,} a day."
    if line["late_at_capacity"] and not line["is_feasible"]:
        said += f" At that, {plural(line['late_at_capacity'], 'order')} will be late."
    return said


def stale_line(feed: Mapping[str, Any], zone: str) -> str:
    """One stale feed: how old its newest content is, and how old it may be."""
    newest = format_moment(datetime.fromisoformat(feed["newest_at"]), zone)
    return (
        f"{code(feed['feed'])}: newest content {newest}, {feed['age_hours'] / 24:,.1f} days old; "
        f"{plural(feed['limit_days'], 'day')} at most."
    )


def _usual(window: Mapping[str, Any]) -> str:
    usual = window["usual_orders"]
    return format_number(usual, 0 if usual == int(usual) else 1)


def _foot(rule: PulseRule, path: str) -> str:
    return f"Owner: {escape(rule.owner)}. List: {code(path)}. {runbook(rule.runbook)}"


def _found(
    rule: PulseRule,
    shop: Mapping[str, Any],
    title: str,
    measure: str,
    count: int,
    grade: int,
    sections: Sequence[str],
) -> Found:
    header = f"{LEVEL_WORDS[rule.severity]}: {title}, {clean(shop['shop_id'], 60)}"
    return Found(rule, shop["shop_id"], escape(measure), count, grade, build(header, sections))
