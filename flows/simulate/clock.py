"""A shop's clock: local days, business days, and time stamps as text, for whole arrays at once.

Times are int64 seconds since 1970 in UTC; `NEVER` stands for a stamp that is not there, so that
"happened before E" is a plain comparison. Days are counted from the clock's first day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import polars as pl

from flows.simulate.types import BoolArray, IntArray

NEVER = 1 << 60
DAY = 86_400
_EPOCH = date(1970, 1, 1)


_SUBDIVISIONS = {"GB": "ENG"}
"""Whose bank holidays stand for a country without a common set."""


def business_day_calendar(country: str, first_year: int, last_year: int) -> np.busdaycalendar:
    """Monday to Friday without a country's public holidays, their observed days included.

    Those of the United States are the federal ones.
    """
    named = holidays.country_holidays(
        country, subdiv=_SUBDIVISIONS.get(country), years=range(first_year, last_year + 1)
    )
    days = sorted(named)
    return np.busdaycalendar(weekmask="1111100", holidays=np.array(days, dtype="datetime64[D]"))


@dataclass(frozen=True)
class ShopClock:
    """The days from `first_on` to `last_on` in `zone`; stamps outside them have no day.

    Business days are those of `country`.
    """

    zone: str
    first_on: date
    last_on: date
    country: str = "US"

    @cached_property
    def midnights(self) -> IntArray:
        """UTC second of each local midnight from `first_on` to the day after `last_on`."""
        zone = ZoneInfo(self.zone)
        days = range((self.last_on - self.first_on).days + 2)
        return np.array(
            [
                int(
                    datetime.combine(self.first_on + timedelta(d), datetime.min.time(), zone)
                    .astimezone(UTC)
                    .timestamp()
                )
                for d in days
            ],
            dtype=np.int64,
        )

    @cached_property
    def _transitions(self) -> tuple[IntArray, IntArray]:
        """UTC seconds at which the offset changes, and the offset from each on."""
        zone = ZoneInfo(self.zone)
        start = int(self.midnights[0]) - 400 * DAY
        stop = int(self.midnights[-1]) + 400 * DAY

        def offset(at: int) -> int:
            delta = datetime.fromtimestamp(at, zone).utcoffset()
            assert delta is not None
            return int(delta.total_seconds())

        at, seconds = [start], [offset(start)]
        for hour in range(start, stop, 3600):
            if offset(hour) != seconds[-1]:
                at.append(hour)
                seconds.append(offset(hour))
        return np.array(at, dtype=np.int64), np.array(seconds, dtype=np.int64)

    @property
    def days(self) -> int:
        """How many days the clock has."""
        return len(self.midnights) - 1

    def offset(self, at: IntArray) -> IntArray:
        """Offset from UTC, in seconds, at each moment."""
        starts, seconds = self._transitions
        return seconds[np.clip(np.searchsorted(starts, at, side="right") - 1, 0, None)]

    def day(self, at: IntArray) -> IntArray:
        """Day of each stamp; -1 before the first day, `days` and more for `NEVER`."""
        return np.searchsorted(self.midnights, at, side="right") - 1

    def local(self, at: IntArray) -> IntArray:
        """Wall clock of each moment, as seconds since 1970."""
        return at + self.offset(at)

    def readable(self, at: IntArray) -> IntArray:
        """The stamps, moved out of the hour that the autumn clock change shows twice.

        An export has no zone in its times, so its second one o'clock cannot be told from its
        first: a plan that is to be known from the files has nothing there.
        """
        starts, seconds = self._transitions
        fall = np.flatnonzero(np.diff(seconds) < 0) + 1
        for index in fall:
            lost = int(seconds[index - 1] - seconds[index])
            hit = (at >= starts[index]) & (at < starts[index] + lost)
            at = np.where(hit, at + lost, at)
        return at

    def date_of(self, day: IntArray) -> np.ndarray:
        """Calendar date (datetime64[D]) of each day number."""
        return np.datetime64(self.first_on, "D") + day.astype("timedelta64[D]")

    def number_of(self, day: date) -> int:
        """Day number of a calendar date."""
        return (day - self.first_on).days

    @cached_property
    def business_days(self) -> np.busdaycalendar:
        """The policy's calendar, wide enough for every clock of the range."""
        return business_day_calendar(self.country, self.first_on.year - 1, self.last_on.year + 1)

    def add_business_days(self, day: IntArray, count: int | IntArray) -> IntArray:
        """Day number `count` business days after each day, counted from the one at or before it."""
        ahead = np.busday_offset(
            self.date_of(day), count, roll="backward", busdaycal=self.business_days
        )
        return (ahead - np.datetime64(self.first_on, "D")).astype(np.int64)

    def business_days_between(self, first: IntArray, last: IntArray) -> IntArray:
        """Business days after `first` up to and with `last` (both day numbers)."""
        return np.busday_count(
            self.date_of(first) + 1, self.date_of(last) + 1, busdaycal=self.business_days
        )

    def end_of_day(self, day: IntArray) -> IntArray:
        """The midnight that ends each day (a due time is a millisecond before it)."""
        return self.midnights[day + 1]


def happened(at: IntArray) -> BoolArray:
    """Whether each stamp is there."""
    return at < NEVER


class StampText:
    """Time stamps as text in one wall-clock format.

    Text is put together from a table of dates and a table of the day's 86,400 seconds, which is
    many times as fast as formatting each stamp.
    """

    def __init__(self, clock: ShopClock, date_format: str, time_format: str, joint: str) -> None:
        self._clock = clock
        first = clock.first_on - timedelta(days=420)
        self._base = (first - _EPOCH).days
        count = (clock.last_on - first).days + 430
        dates = pl.Series([first + timedelta(days=d) for d in range(count)])
        self._dates = dates.dt.strftime(date_format + joint)
        seconds = pl.Series(np.arange(DAY)).cast(pl.Int64) * 1_000_000
        self._times = seconds.cast(pl.Datetime("us")).dt.strftime(time_format)

    def wall(self, local: IntArray, seen: BoolArray, absent: str | None = None) -> pl.Series:
        """Text of wall-clock seconds; `absent` where `seen` is false."""
        held = np.where(seen, local, self._base * DAY)
        frame = pl.select(
            text=pl.concat_str(
                self._dates.gather(held // DAY - self._base), self._times.gather(held % DAY)
            ),
            seen=pl.Series(seen),
        )
        return frame.select(pl.when("seen").then("text").otherwise(pl.lit(absent))).to_series()

    def shop(self, at: IntArray, seen: BoolArray, absent: str | None = None) -> pl.Series:
        """Text of UTC stamps on the shop's wall clock."""
        held = np.where(seen, at, self._clock.midnights[0])
        return self.wall(self._clock.local(held), seen, absent)


def utc_text(at: IntArray, milliseconds: int = 0) -> pl.Series:
    """UTC stamps as `YYYY-MM-DD HH:MM:SS.mmm`, null for `NEVER`; for the truth files."""
    seen = happened(at)
    value = pl.Series(np.where(seen, at, 0) * 1000 + milliseconds).cast(pl.Datetime("ms"))
    frame = pl.select(text=value.dt.to_string("%Y-%m-%d %H:%M:%S%.3f"), seen=pl.Series(seen))
    return frame.select(pl.when("seen").then("text")).to_series()
