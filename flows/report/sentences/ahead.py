"""Sentences about what is coming: time to breach, the way back, handling capacity, open orders.

Like those of ``sentences``: plain text of (numbers), nothing escaped, no cause that was not
measured, and empty where there is nothing to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flows.report.formats import format_date, format_line, format_moment, format_rate, plural
from flows.report.vocabulary import METRICS

HORIZON_DAYS = 30
"""A pace that leads to a line later than this is not worth a sentence."""

LEAST_CHANCE_ORDERS = 20
"""Orders that a chance of being late must rest on before it is shown."""

_GOOD_UNITS = {
    "late_dispatch_rate": ("dispatch on time", "dispatches on time"),
    "valid_tracking_rate": ("valid package", "valid packages"),
    "seller_fault_cancellation_rate": (
        "order without such a cancellation",
        "orders without such a cancellation",
    ),
    "on_time_delivery_rate": ("delivery on time", "deliveries on time"),
}


def slope_sentence(
    metric: str, target: float, days_to_breach: float | None, slope: float | None
) -> str:
    """``At its present pace late dispatch passes 4.0% in 3 days.``; empty where it will not.

    ``days_to_breach``: days from the report's day; ``slope``: rate a day.
    """
    if days_to_breach is None or not slope or days_to_breach > HORIZON_DAYS:
        return ""
    words = METRICS[metric]
    days = math.ceil(days_to_breach)
    when = "within a day" if days <= 1 else f"in {plural(days, 'day')}"
    verb = "passes" if words.is_ceiling else "falls below"
    return f"At its present pace {words.lower} {verb} {format_rate(target)} {when}."


def open_breach_sentence(target: float, breach_on: date | None, as_of_on: date) -> str:
    """``If no open order leaves, late dispatch passes 4.0% on Wed Nov 25.``

    Empty where the overdue orders do so by themselves: they have a sentence of their own.
    """
    if breach_on is None or breach_on <= as_of_on:
        return ""
    return (
        f"If no open order leaves, late dispatch passes {format_rate(target)} "
        f"on {format_date(breach_on)}."
    )


def recover_sentence(metric: str, target: float, needed: int | None) -> str:
    """``Late dispatch returns to 4.0% after 275 dispatches on time in a row.``"""
    if not needed or needed < 0:
        return ""
    one, many = _GOOD_UNITS[metric]
    row = "" if needed == 1 else " in a row"
    return (
        f"{METRICS[metric].label} returns to {format_rate(target)} after "
        f"{plural(needed, one, many)}{row}."
    )


def small_volume_sentence(metric: str) -> str:
    """``Seller-fault cancellation has too few orders to look ahead.``"""
    return f"{METRICS[metric].label} has too few {METRICS[metric].unit}s to look ahead."


def capacity_sentence(lines: Sequence[Mapping[str, Any]]) -> str:
    """What has to leave a day to stay within the lines; ``lines``: rows of ``handling_capacity``.

    ``1,440 a day must leave until Thu Nov 26 to stay within 4%; the best day of the last 30 was
    900.`` The line that is nearest and can still be held is named.
    """
    if not lines:
        return ""
    ordered = sorted(lines, key=lambda line: line["rate_line"])
    first, rest = ordered[0], ordered[1:]
    if not first["open_orders"]:
        return ""
    share = format_line(first["rate_line"])
    if (first["allowed_late_left"] or 0) < 0:
        rest_words = _other_lines(rest)
        lost = f"The overdue orders alone are past {share}"
        return f"{lost}{rest_words}." if rest_words else f"{lost}; ship all that is due."
    if not first["needed_per_day"] or first["due_on"] is None:
        return f"No open order has to leave yet to stay within {share}."
    need = f"{first['needed_per_day']:,} a day must leave until {format_date(first['due_on'])}"
    return f"{need} to stay within {share}{_best(first)}."


def _other_lines(rest: Sequence[Mapping[str, Any]]) -> str:
    for line in rest:
        can_hold = (line["allowed_late_left"] or 0) >= 0 and line["due_on"] is not None
        if can_hold and line["needed_per_day"]:
            return (
                f"; to stay within {format_line(line['rate_line'])}, {line['needed_per_day']:,} a "
                f"day must leave until {format_date(line['due_on'])}{_best(line)}"
            )
    return ""


def _best(line: Mapping[str, Any]) -> str:
    peak, stated = line["demonstrated_peak"], line["stated_capacity"]
    parts = []
    if peak is not None:
        parts.append(f"the best day of the last 30 was {peak:,}")
    if stated is not None:
        parts.append(f"the stated capacity is {stated:,}")
    return f"; {', '.join(parts)}" if parts else ""


def chance_words(chance: float | None, orders: int | None) -> str:
    """``34% (n 210)``; ``over 99%`` and ``under 1%`` rather than certainty; empty for too few.

    A chance that rests on fewer than 20 orders is not shown at all.
    """
    if chance is None or orders is None or orders < LEAST_CHANCE_ORDERS:
        return ""
    if chance >= 0.99:
        shown = "over 99%"
    elif chance < 0.01:
        shown = "under 1%"
    else:
        shown = f"{chance * 100:.0f}%"
    return f"{shown} (n {orders:,})"


def likely_late_sentence(orders: int, of: int, deadline: datetime, zone: str, chance: float) -> str:
    """``12 of 31 orders due by Tue Nov 24, 23:59 PT are likely to be late.``

    ``chance``: from which an order counts as likely; ``deadline``: UTC.
    """
    verb = "is" if orders == 1 else "are"
    return (
        f"{orders:,} of {plural(of, 'order')} due by {format_moment(deadline, zone)} {verb} likely "
        f"to be late: of past orders at the same stage at least {format_line(chance)} were."
    )


def unscanned_sentence(orders: int) -> str:
    """``9 prepared parcels have no carrier scan yet.``"""
    if not orders:
        return ""
    verb = "has" if orders == 1 else "have"
    return f"{plural(orders, 'prepared parcel')} {verb} no carrier scan yet."


def waiting_sentence(waiting: str, orders: int, total: int) -> str:
    """``Most wait for picking: 40 of 88.``; ``waiting`` is in small letters."""
    if not orders:
        return ""
    if waiting == "unknown":
        verb = "waits" if orders == 1 else "wait"
        return f"What {orders:,} of {plural(total, 'open order')} {verb} for is not known."
    return f"Most wait for {waiting}: {orders:,} of {total:,}."


def auto_cancel_sentence(orders: int) -> str:
    """``2 orders are past the time at which the platform cancels them.``"""
    if not orders:
        return ""
    verb, them = ("is", "it") if orders == 1 else ("are", "them")
    return f"{plural(orders, 'order')} {verb} past the time at which the platform cancels {them}."


def compound_sentence(metrics: Sequence[str]) -> str:
    """``Two rates got worse within 48 hours: late dispatch and valid tracking.``"""
    if len(metrics) < 2:
        return ""
    names = [METRICS[m].lower if m in METRICS else m.replace("_", " ") for m in metrics]
    number = ("Two", "Three", "Four")[len(names) - 2] if len(names) <= 4 else str(len(names))
    return f"{number} rates got worse within 48 hours: {joined(names)}."


def joined(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
