"""Business calendars: which days count for a deadline, in each market.

A business day is a day from Monday to Friday that is not a public holiday of the calendar, observed
days included (source: TikTok Shop US policy, "business day"; the ``holidays`` package for the
dates). State and local holidays are business days. ``calendar_overrides.csv`` has the last word on
single days, because the platform extends windows for some holidays at short notice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import holidays

from flows.warehouse.seeds.files import SEEDS_DIR, read_rows, to_csv

FIRST_DAY = date(2020, 12, 1)
LAST_DAY = date(2028, 12, 31)
HEADER = ("calendar_id", "day_on", "is_business_day", "business_day_index", "holiday_name")
OVERRIDES = SEEDS_DIR / "calendar_overrides.csv"


@dataclass(frozen=True)
class Calendar:
    """Where a calendar's public holidays come from: country, subdivision, language of the names."""

    calendar_id: str
    country: str
    subdivision: str | None = None
    language: str | None = "en_US"


CALENDARS: tuple[Calendar, ...] = (
    Calendar("US_FEDERAL", "US"),
    # The United Kingdom has no common set: England's bank holidays stand for it.
    Calendar("GB", "GB", subdivision="ENG", language="en_GB"),
    Calendar("VN", "VN"),
    Calendar("TH", "TH"),
    Calendar("ID", "ID"),
    Calendar("MY", "MY"),
    Calendar("PH", "PH"),
    Calendar("SG", "SG"),
    Calendar("MX", "MX"),
    Calendar("BR", "BR"),
)


@dataclass(frozen=True)
class Override:
    """A single day of a calendar whose kind the platform has announced otherwise."""

    is_business_day: bool
    reason: str


Overrides = Mapping[tuple[str, date], Override]


def read_overrides(path: Path = OVERRIDES) -> dict[tuple[str, date], Override]:
    """The overrides by calendar and day.

    Raises ``ValueError`` for an unknown calendar, a day outside the calendars, a word that is
    neither ``true`` nor ``false``, a missing reason, or a day that is named twice.
    """
    known = {calendar.calendar_id for calendar in CALENDARS}
    found: dict[tuple[str, date], Override] = {}
    for row in read_rows(path):
        day = date.fromisoformat(row["day_on"])
        key = (row["calendar_id"], day)
        if row["calendar_id"] not in known:
            raise ValueError(f"{path.name}: no calendar is called {row['calendar_id']!r}")
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValueError(f"{path.name}: {day} is outside {FIRST_DAY} to {LAST_DAY}")
        if row["is_business_day"] not in ("true", "false"):
            raise ValueError(f"{path.name}: is_business_day of {day} must be true or false")
        if not row["reason"].strip():
            raise ValueError(f"{path.name}: {day} of {row['calendar_id']} has no reason")
        if key in found:
            raise ValueError(f"{path.name}: {day} of {row['calendar_id']} stands there twice")
        found[key] = Override(row["is_business_day"] == "true", row["reason"].strip())
    return found


def public_holidays(calendar: Calendar) -> dict[date, str]:
    """Public holidays with their names; several on one day are joined with ``; ``."""
    # One year more at each end: an observed day can fall into the neighbouring year.
    years = range(FIRST_DAY.year - 1, LAST_DAY.year + 2)
    arguments: dict[str, Any] = {"years": years, "observed": True}
    if calendar.subdivision:
        arguments["subdiv"] = calendar.subdivision
    if calendar.language:
        arguments["language"] = calendar.language
    return dict(holidays.country_holidays(calendar.country, **arguments))


def calendar_rows(calendar: Calendar, overrides: Overrides) -> Iterator[tuple[str, ...]]:
    """One row a day in ``HEADER`` order; the index counts business days up to and with the day.

    The n-th business day after a day is the business day whose index is that day's index plus n. A
    day that is no business day has the index of the business day before it, so the count starts
    there: the rule that the platform calls "day 0", rolled backward.
    """
    named = public_holidays(calendar)
    index = 0
    for offset in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=offset)
        name = named.get(day, "")
        is_business_day = day.weekday() < 5 and not name
        override = overrides.get((calendar.calendar_id, day))
        if override is not None:
            is_business_day = override.is_business_day
            name = override.reason
        index += is_business_day
        yield (
            calendar.calendar_id,
            day.isoformat(),
            "true" if is_business_day else "false",
            str(index),
            name,
        )


def business_calendar_csv(overrides: Overrides | None = None) -> str:
    """The whole seed as CSV text; ``overrides`` default to the reviewed file."""
    applied = read_overrides() if overrides is None else overrides
    return to_csv(HEADER, (row for c in CALENDARS for row in calendar_rows(c, applied)))
