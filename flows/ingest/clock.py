"""A shop's clock: wall time to UTC and back, by a table of dated offsets.

The table is taken from the time zone database once per zone. A repeated hour (the clock goes
back) is read as its earlier meaning, a wall time that the clock skipped is shifted forward by the
gap; both are what `zoneinfo` does with `fold=0`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import polars as pl

_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_LAST = datetime(2061, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of a zone's offset: the instant and the offsets before and after, microseconds."""

    at_utc: int
    before: int
    after: int

    @property
    def at_wall(self) -> int:
        """The wall time (microseconds) from which the new offset is read."""
        return self.at_utc + max(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Clock:
    """One zone between 1990 and 2060; outside, the nearest known offset is used."""

    zone: str
    first_offset: int
    switches: tuple[Switch, ...]

    def wall_offset(self, wall: pl.Expr, low: int | None, high: int | None) -> pl.Expr:
        """Offset from UTC in microseconds of wall times that lie between `low` and `high`.

        `wall`: integer microseconds. The bounds keep the case expression short: a file covers few
        of the zone's switches.
        """
        return self._offset(wall, low, high, by_wall=True)

    def utc_offset(self, utc: pl.Expr, low: int | None, high: int | None) -> pl.Expr:
        """Offset from UTC in microseconds at instants that lie between `low` and `high`."""
        return self._offset(utc, low, high, by_wall=False)

    def in_gap(self, wall: pl.Expr, low: int | None, high: int | None) -> pl.Expr:
        """Whether a wall time was skipped by the clock going forward."""
        found = pl.lit(False)
        if low is None or high is None:
            return found
        for switch in self.switches:
            start, end = switch.at_utc + switch.before, switch.at_utc + switch.after
            if start < end and start <= high and end > low:
                found = found | ((wall >= start) & (wall < end))
        return found

    def _offset(self, time: pl.Expr, low: int | None, high: int | None, by_wall: bool) -> pl.Expr:
        offset = self.first_offset
        within: list[tuple[int, int]] = []
        for switch in self.switches:
            at = switch.at_wall if by_wall else switch.at_utc
            if low is None or at <= low:
                offset = switch.after
            elif high is not None and at <= high:
                within.append((at, switch.after))
        expression: pl.Expr = pl.lit(offset, dtype=pl.Int64)
        for at, after in within:
            expression = pl.when(time < at).then(expression).otherwise(pl.lit(after, pl.Int64))
        return expression


@cache
def clock_of(zone: str) -> Clock:
    """The clock of an IANA zone; `ZoneInfoNotFoundError` or `ValueError` when there is none."""
    info = ZoneInfo(zone)
    switches: list[Switch] = []
    moment, offset = _FIRST, _offset_at(_FIRST, info)
    first = offset
    while moment < _LAST:
        following = moment + _STEP
        offset_then = _offset_at(following, info)
        if offset_then != offset:
            at = _find_switch(moment, following, info)
            switches.append(Switch((at - _EPOCH) // _MICROSECOND, offset, offset_then))
            offset = offset_then
        moment = following
    return Clock(zone, first, tuple(switches))


def _offset_at(moment: datetime, info: ZoneInfo) -> int:
    offset = moment.astimezone(info).utcoffset()
    assert offset is not None
    return offset // _MICROSECOND


def _find_switch(low: datetime, high: datetime, info: ZoneInfo) -> datetime:
    """The first second in (low, high] at which the offset of `high` holds."""
    offset = _offset_at(low, info)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset_at(middle, info) == offset:
            low = middle
        else:
            high = middle
    return high
