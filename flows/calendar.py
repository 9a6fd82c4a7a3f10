"""Days and weeks as commands name them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.errors import UsageError

_DAYS_AHEAD = 366
_EARLIEST = date(2000, 1, 1)


def parse_day(text: str) -> date:
    """A day written as `2026-11-23`; anything else is a `UsageError`."""
    try:
        return date.fromisoformat(text if len(text) == 10 else "")
    except ValueError:
        raise UsageError(
            f"{text!r} is not a date that Greenzone knows.", "Write it as 2026-11-23."
        ) from None


def parse_week(text: str) -> date:
    """The Sunday of a week written as `2026-W15`; anything else is a `UsageError`."""
    try:
        year, week = text.upper().split("-W")
        if len(year) != 4 or len(week) != 2:
            raise ValueError
        return date.fromisocalendar(int(year), int(week), 7)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a week that Greenzone knows.",
            "Write the ISO week as 2026-W15; the first is W01, the last W52 or W53.",
        ) from None


def week_name(day: date) -> str:
    """The ISO week that holds a day, as `2026-W15`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def parse_moment(text: str) -> datetime:
    """A moment written as `2026-11-23T14:30`, with or without an offset; else a `UsageError`.

    A day alone is its midnight.
    """
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is not a moment that Greenzone knows.",
            "Write it as 2026-11-23T14:30 (the shop's time) or 2026-11-23T22:30Z.",
        ) from None


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Every day from `first` to `last`, both included; a `UsageError` if there is none."""
    if last < first:
        raise UsageError(
            f"The range ends ({last}) before it begins ({first}).", "Give --from the earlier day."
        )
    return tuple(first + timedelta(days=offset) for offset in range((last - first).days + 1))


def newest_ended_day(zones: Iterable[str], now: datetime) -> date:
    """The newest day that has ended in every one of the zones at the moment `now`."""
    return min(now.astimezone(ZoneInfo(zone)).date() for zone in zones) - timedelta(days=1)


def last_full_week(zones: Iterable[str], now: datetime) -> date:
    """The Sunday of the newest ISO week that has ended in every one of the zones."""
    day = newest_ended_day(zones, now)
    return day - timedelta(days=day.isoweekday() % 7)


def check_days(days: Iterable[date], zones: Iterable[str], now: datetime) -> str | None:
    """Refuse days that cannot be meant; a sentence if some have not ended yet, else None.

    Raises `UsageError` for days before 2000 and for days more than a year ahead: the publication
    never goes back in time, so a slip of the pen would stay.
    """
    ended = newest_ended_day(zones, now)
    ordered = sorted(days)
    if ordered[0] < _EARLIEST or ordered[-1] > ended + timedelta(days=_DAYS_AHEAD):
        wrong = ordered[0] if ordered[0] < _EARLIEST else ordered[-1]
        raise UsageError(
            f"{wrong} is not a day that a shop can be judged on.",
            f"The newest day that has ended is {ended}.",
        )
    if ordered[-1] > ended:
        return f"{ordered[-1]} has not ended yet in every shop: its numbers can still change."
    return None


def moment_utc(moment: datetime, zone: str) -> datetime:
    """A moment as UTC without a zone; one without an offset is read on the clock of `zone`.

    Of a time that comes twice the first; one that the clocks skip lies after the change.
    """
    known = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return known.astimezone(UTC).replace(tzinfo=None)


def last_day_before(moment: datetime, zone: str) -> date:
    """The day of a zone that holds the last instant before a moment (UTC without a zone)."""
    instant = moment.replace(tzinfo=UTC) - timedelta(microseconds=1)
    return instant.astimezone(ZoneInfo(zone)).date()


def check_moment(moment: datetime, now: datetime) -> None:
    """Refuse a moment (UTC without a zone) that cannot be meant, with a `UsageError`.

    That is one before 2000, or more than a year after `now`.
    """
    latest = now.replace(tzinfo=None) + timedelta(days=_DAYS_AHEAD)
    if moment.date() < _EARLIEST or moment > latest:
        raise UsageError(
            f"{moment:%Y-%m-%d} is not a day that a shop can be looked at.",
            f"It is {now:%Y-%m-%d %H:%M} UTC now.",
        )


def midnight_utc(day: date, zone: str) -> datetime:
    """The moment at which a day begins in a zone, as UTC without a zone.

    Of a midnight that comes twice the first; of one that the clocks skip, the change itself.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
