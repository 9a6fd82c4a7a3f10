"""How numbers, times, money and spreadsheet cells are written.

One place for every surface: the HTML report, ``report.json``, the CSV worklists and the
Slack messages. Nothing here computes a metric; it only writes what the marts hold.

All moments come in as UTC (naive values are taken as UTC) and leave in the shop's zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from flows.foreign_text import in_cell

MISSING = "–"
"""Stands where there is no value."""

_MAX_RATE_DECIMALS = 6
_TOLERANCE = Decimal("1e-12")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# The names people use, the same all year round; other zones are named by their own letters.
_ZONE_LABELS = {
    "America/Los_Angeles": "PT",
    "US/Pacific": "PT",
    "America/Denver": "MT",
    "US/Mountain": "MT",
    "America/Chicago": "CT",
    "US/Central": "CT",
    "America/New_York": "ET",
    "US/Eastern": "ET",
    "Europe/London": "UK time",
}

LONG_NUMBER_PATTERN = r"^(?:[0-9]{12,}|0[0-9]+|[0-9]+[eE][0-9]+)$"
"""Regular expression of the ids that a spreadsheet would round or shorten."""


def _as_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(moment: datetime, zone: str) -> datetime:
    """The moment (UTC) on the clock of ``zone``."""
    return _as_utc(moment).astimezone(_zone(zone))


def day_end(day: date, zone: str) -> datetime:
    """The end of ``day`` in ``zone``, exclusive: the next local midnight, as naive UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=_zone(zone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def zone_label(zone: str, moment: datetime | None = None) -> str:
    """Short name of a zone: ``PT``, ``ET``, else its own letters, else ``UTC+7``."""
    if zone in _ZONE_LABELS:
        return _ZONE_LABELS[zone]
    there = local(moment or datetime(2026, 1, 1, tzinfo=UTC), zone)
    name = there.tzname() or ""
    if name.isalpha():
        return name
    offset = there.utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 order``, ``12 orders``, ``1,000 orders``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def format_count(value: int | None) -> str:
    """``1,000``; a dash for no value."""
    return MISSING if value is None else f"{value:,}"


def format_number(value: float | None, decimals: int = 1) -> str:
    """A plain number with a fixed number of decimals; a dash for no value."""
    return MISSING if value is None else f"{value:,.{decimals}f}"


def _side(value: Decimal, line: Decimal) -> int:
    distance = value - line
    return 0 if abs(distance) <= _TOLERANCE else (1 if distance > 0 else -1)


def format_rate(value: float | None, lines: Iterable[float | None] = ()) -> str:
    """A rate in percent with one decimal: ``0.021`` -> ``2.1%``.

    ``lines`` are the target and enforcement lines it is read against: where one decimal
    would touch or cross a line that the exact value does not, it gets the decimals needed
    (``4.04%``, not ``4.0%``).
    """
    if value is None:
        return MISSING
    exact = Decimal(repr(value))
    limits = [Decimal(repr(line)) for line in lines if line is not None]
    for decimals in range(1, _MAX_RATE_DECIMALS + 1):
        step = Decimal(1).scaleb(-decimals)
        shown = (exact * 100).quantize(step, rounding=ROUND_HALF_UP)
        if all(_side(shown / 100, limit) == _side(exact, limit) for limit in limits):
            break
    return f"{shown:,}%"


def format_line(value: float) -> str:
    """An enforcement line as people say it: ``0.10`` -> ``10%``, ``0.025`` -> ``2.5%``."""
    percent = (Decimal(repr(value)) * 100).normalize()
    return f"{percent:f}%"


def format_points(change: float) -> str:
    """A change of a rate, in points: ``0.008`` -> ``0.8 points``."""
    points = abs(Decimal(repr(change)) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{points} points"


def format_money(amount: Decimal | float | None, currency: str | None) -> str:
    """Money without cents: ``$1,204`` for dollars, else ``THB 1,204``; ``−$62`` below nothing."""
    return _money(amount, currency, Decimal(1))


def format_price(amount: Decimal | float | None, currency: str | None) -> str:
    """Money with cents, for what one order or parcel costs: ``$9.75``, else ``THB 9.75``."""
    return _money(amount, currency, Decimal("0.01"))


def _money(amount: Decimal | float | None, currency: str | None, step: Decimal) -> str:
    if amount is None:
        return MISSING
    exact = Decimal(str(amount)).quantize(step, rounding=ROUND_HALF_UP)
    sign = "−" if exact < 0 else ""
    if currency == "USD":
        return f"{sign}${abs(exact):,}"
    return f"{sign}{currency or '?'} {abs(exact):,}"


def with_assumed(shown: str, is_assumed: bool | None) -> str:
    """``$1,204 (assumed)`` where a default stands in for what nobody gave."""
    return f"{shown} (assumed)" if is_assumed and shown != MISSING else shown


def format_date(day: date | None, *, year: bool = False, weekday: bool = True) -> str:
    """``Mon Nov 23``; with ``year`` ``Mon Nov 23, 2026``; without weekday ``Nov 23``."""
    if day is None:
        return MISSING
    text = f"{_MONTHS[day.month - 1]} {day.day}"
    if weekday:
        text = f"{_WEEKDAYS[day.weekday()]} {text}"
    return f"{text}, {day.year}" if year else text


def format_moment(moment: datetime | None, zone: str) -> str:
    """A UTC moment on the shop's clock: ``Tue Nov 24, 23:59 PT``."""
    if moment is None:
        return MISSING
    there = local(moment, zone)
    return f"{format_date(there.date())}, {there:%H:%M} {zone_label(zone, moment)}"


def format_clock(moment: datetime, zone: str) -> str:
    """``Nov 23, 23:10``: where the zone and the weekday are said nearby."""
    there = local(moment, zone)
    return f"{format_date(there.date(), weekday=False)}, {there:%H:%M}"


def iso_moment(moment: datetime | None, zone: str) -> str:
    """ISO 8601 with offset, for ``<time datetime>``, JSON and CSV; empty for no value."""
    if moment is None:
        return ""
    return local(moment, zone).isoformat(timespec="seconds")


def format_duration(span: timedelta | None) -> str:
    """``50 min``, ``2 h 10 min``, ``3 days 4 h``, ``under 1 min``."""
    if span is None:
        return MISSING
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "under 1 min"
    days, rest = divmod(minutes, 24 * 60)
    hours, rest = divmod(rest, 60)
    if days:
        return plural(days, "day") + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{rest} min"


def csv_id(text: str | None) -> str:
    """An id as a spreadsheet cell: escaped, and a long or zero-led number ends in a TAB.

    The platform's own exports end their ids in a TAB: it keeps a spreadsheet from turning
    576461234567890012 into 5.76461E+17.
    """
    cell = in_cell(text)
    return f"{cell}\t" if re.search(LONG_NUMBER_PATTERN, cell) else cell
