"""Days, windows, business days and the rules of three markets, in plain Python."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import holidays

KPI_WINDOWS = ("week", "rolling_7d", "rolling_30d")
RETURN_WINDOWS = ("rolling_30d", "rolling_90d")
RETURN_WINDOW_DAYS = {"US": 30, "GB": 30, "VN": 15}
LAST_MOMENT = time(23, 59, 59, 999_000)
YEARS = range(2018, 2041)
HOLIDAYS_OF = {
    "US": frozenset(holidays.country_holidays("US", years=YEARS)),
    "GB": frozenset(holidays.country_holidays("GB", subdiv="ENG", years=YEARS)),
    "VN": frozenset(holidays.country_holidays("VN", years=YEARS)),
}
HOLIDAYS = HOLIDAYS_OF["US"]
CUT_OFF = time(14)


@dataclass(frozen=True)
class Clocks:
    """The part of a policy version that an order's creation date decides."""

    dispatch_event: str
    dispatch_bd: int
    deliver_bd: int
    version: str


@dataclass(frozen=True)
class Threshold:
    """The lines of one metric.

    ``low``: the rate must stay low. ``is_crossed_at``: a rate on its line has crossed it.
    """

    low: bool
    target: Fraction
    approaching: Fraction
    min_denominator: int
    enforcement: Fraction | None
    is_crossed_at: bool = False


def clocks_for(created_on: date, market: str = "US") -> Clocks:
    """The clocks in force on an order's creation date (shop date)."""
    if market == "VN":
        return Clocks("carrier_first_scan", 1, 6, "VN-2020")
    if market == "GB" and created_on < date(2024, 11, 4):
        return Clocks("carrier_first_scan", 2, 6, "GB-2020")
    if market == "GB":
        return Clocks("tracking_uploaded", 2, 6, "GB-2024-11-04")
    if created_on < date(2026, 1, 12):
        return Clocks("tracking_uploaded", 2, 6, "US-2020")
    if created_on < date(2026, 1, 26):
        return Clocks("carrier_first_scan", 4, 6, "US-2026-01-12")
    enforced = "US-2026-04-01" if created_on >= date(2026, 4, 1) else "US-2026-01-26"
    return Clocks("carrier_first_scan", 2, 6, enforced)


def _in_vietnam(metric: str) -> Threshold | None:
    """The lines that differ there: both are crossed by a rate that equals them."""
    targets = {
        "late_dispatch_rate": (Fraction(4, 100), Fraction(3, 100), 25),
        "seller_fault_cancellation_rate": (Fraction(25, 1000), Fraction(1875, 100000), 40),
    }
    if metric not in targets:
        return None
    target, approaching, least = targets[metric]
    return Threshold(True, target, approaching, least, Fraction(10, 100), is_crossed_at=True)


def thresholds_for(metric: str, as_of_on: date, market: str = "US") -> Threshold:
    """The lines of a metric in force on an as-of date."""
    own = _in_vietnam(metric) if market == "VN" else None
    if own is not None:
        return own
    if metric == "late_dispatch_rate":
        enforced = market == "GB" or as_of_on >= date(2026, 4, 1)
        return Threshold(
            low=True,
            target=Fraction(4, 100),
            approaching=Fraction(3, 100),
            min_denominator=25,
            enforcement=Fraction(10, 100) if enforced else None,
        )
    if metric == "valid_tracking_rate":
        return Threshold(False, Fraction(95, 100), Fraction(9625, 10000), 20, None)
    if metric == "seller_fault_cancellation_rate":
        return Threshold(True, Fraction(25, 1000), Fraction(1875, 100000), 40, None)
    if metric == "on_time_delivery_rate":
        return Threshold(False, Fraction(80, 100), Fraction(85, 100), 10, None)
    raise ValueError(f"no such metric: {metric}")


def status_of(
    metric: str, as_of_on: date, numerator: int, denominator: int, market: str = "US"
) -> str:
    """The status word of a rate; whether a rate equal to a line has passed it is the market's."""
    lines = thresholds_for(metric, as_of_on, market)
    if denominator == 0:
        return "no_data"
    if denominator < lines.min_denominator:
        return "insufficient_volume"
    rate = Fraction(numerator, denominator)
    if lines.low:
        past = operator.ge if lines.is_crossed_at else operator.gt
        if lines.enforcement is not None and past(rate, lines.enforcement):
            return "enforcement"
        if past(rate, lines.target):
            return "breach"
        return "approaching" if rate >= lines.approaching else "ok"
    if lines.enforcement is not None and rate < lines.enforcement:
        return "enforcement"
    if rate < lines.target:
        return "breach"
    return "approaching" if rate <= lines.approaching else "ok"


def headroom_of(
    metric: str, as_of_on: date, numerator: int, denominator: int, market: str = "US"
) -> int:
    """How many more defects fit before the target is broken; negative when it is broken."""
    if denominator == 0:
        return 0
    lines = thresholds_for(metric, as_of_on, market)
    if lines.low:
        allowed, defects = lines.target * denominator, numerator
        if lines.is_crossed_at and allowed.denominator == 1:
            allowed -= 1
    else:
        allowed, defects = (1 - lines.target) * denominator, denominator - numerator
    return allowed.numerator // allowed.denominator - defects


def is_business_day(day: date, market: str = "US") -> bool:
    """Monday to Friday and not a public holiday (its observed day included)."""
    return day.weekday() < 5 and day not in HOLIDAYS_OF[market]


@cache
def business_days_after(day: date, count: int, market: str = "US") -> date:
    """The ``count``-th business day after ``day``; a day off counts as the business day before."""
    while not is_business_day(day, market):
        day -= timedelta(days=1)
    while count > 0:
        day += timedelta(days=1)
        if is_business_day(day, market):
            count -= 1
    return day


@cache
def business_days_between(first: date, last: date, market: str = "US") -> int:
    """Business days after ``first`` up to and including ``last``."""
    days = (last - first).days
    return sum(is_business_day(first + timedelta(days=n), market) for n in range(1, days + 1))


def dispatch_due_on(created: datetime, zone: ZoneInfo, market: str = "US") -> date:
    """The day until whose end an order may be dispatched, by its moment of creation."""
    wall = created.astimezone(zone)
    if market == "VN" and is_business_day(wall.date(), market) and wall.time() < CUT_OFF:
        return wall.date()
    count = clocks_for(wall.date(), market).dispatch_bd
    return business_days_after(wall.date(), count, market)


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """UTC of a shop wall time: the earlier of two readings, forward out of the spring gap."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The shop date of a moment."""
    return at.astimezone(zone).date()


def last_moment_of(day: date, zone: ZoneInfo) -> datetime:
    """23:59:59.999 of a shop date, in UTC."""
    return to_utc(datetime.combine(day, LAST_MOMENT), zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """``E`` of an as-of day: the next local midnight, in UTC; nothing at or after it is seen."""
    return to_utc(datetime.combine(day + timedelta(days=1), time()), zone)


def window_start(as_of_on: date, name: str) -> date:
    """The first shop date of a window that ends on the as-of day."""
    if name == "week":
        return as_of_on - timedelta(days=as_of_on.weekday())
    return as_of_on - timedelta(days=int(name.removeprefix("rolling_").removesuffix("d")) - 1)


def days_between(first: date, last: date) -> list[date]:
    """Every date from ``first`` to ``last``, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
