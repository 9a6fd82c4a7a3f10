"""Days, windows, business days and the US policy versions, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import holidays

KPI_WINDOWS = ("week", "rolling_7d", "rolling_30d")
RETURN_WINDOWS = ("rolling_30d", "rolling_90d")
RETURN_WINDOW_DAYS = 30
LAST_MOMENT = time(23, 59, 59, 999_000)
HOLIDAYS = frozenset(holidays.country_holidays("US", years=range(2018, 2041)))


@dataclass(frozen=True)
class Clocks:
    """The part of a US policy version that an order's creation date decides."""

    dispatch_event: str
    dispatch_bd: int
    deliver_bd: int


@dataclass(frozen=True)
class Threshold:
    """The lines of one metric. ``low`` is true for a rate that must stay low."""

    low: bool
    target: Fraction
    approaching: Fraction
    min_denominator: int
    enforcement: Fraction | None


def clocks_for(created_on: date) -> Clocks:
    """The clocks in force on an order's creation date (shop date)."""
    if created_on < date(2026, 1, 12):
        return Clocks("tracking_uploaded", 2, 6)
    if created_on < date(2026, 1, 26):
        return Clocks("carrier_first_scan", 4, 6)
    return Clocks("carrier_first_scan", 2, 6)


def thresholds_for(metric: str, as_of_on: date) -> Threshold:
    """The lines of a metric in force on an as-of date."""
    if metric == "late_dispatch_rate":
        enforced = as_of_on >= date(2026, 4, 1)
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


def status_of(metric: str, as_of_on: date, numerator: int, denominator: int) -> str:
    """The status word of a rate; a rate equal to a line has not passed it."""
    lines = thresholds_for(metric, as_of_on)
    if denominator == 0:
        return "no_data"
    if denominator < lines.min_denominator:
        return "insufficient_volume"
    rate = Fraction(numerator, denominator)
    if lines.low:
        if lines.enforcement is not None and rate > lines.enforcement:
            return "enforcement"
        if rate > lines.target:
            return "breach"
        return "approaching" if rate >= lines.approaching else "ok"
    if lines.enforcement is not None and rate < lines.enforcement:
        return "enforcement"
    if rate < lines.target:
        return "breach"
    return "approaching" if rate <= lines.approaching else "ok"


def headroom_of(metric: str, as_of_on: date, numerator: int, denominator: int) -> int:
    """How many more defects fit before the target is broken; negative when it is broken."""
    if denominator == 0:
        return 0
    lines = thresholds_for(metric, as_of_on)
    if lines.low:
        allowed, defects = lines.target * denominator, numerator
    else:
        allowed, defects = (1 - lines.target) * denominator, denominator - numerator
    return allowed.numerator // allowed.denominator - defects


def is_business_day(day: date) -> bool:
    """Monday to Friday and not a federal holiday (its observed day included)."""
    return day.weekday() < 5 and day not in HOLIDAYS


@cache
def business_days_after(day: date, count: int) -> date:
    """The ``count``-th business day after ``day``; a day off counts as the business day before."""
    while not is_business_day(day):
        day -= timedelta(days=1)
    while count > 0:
        day += timedelta(days=1)
        if is_business_day(day):
            count -= 1
    return day


@cache
def business_days_between(first: date, last: date) -> int:
    """Business days after ``first`` up to and including ``last``."""
    days = (last - first).days
    return sum(is_business_day(first + timedelta(days=n)) for n in range(1, days + 1))


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
