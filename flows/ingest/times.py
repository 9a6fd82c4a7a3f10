"""Text of times and dates to UTC, vectorised.

The common shapes are of fixed width and parsed a column at once; cells of any other shape go
through one general pattern. Nothing here converts zones on whole columns: wall times become UTC by
the few dated offsets that the column's range touches.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.contracts.model import DateOrder
from flows.ingest.clock import Clock
from flows.ingest.odd_times import DAY, EARLIEST, LATEST, SECOND, read_general

_COMMON_SHAPES = 3

_TIME24 = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"


@dataclass(frozen=True, slots=True)
class Shape:
    """A fixed-width way to write a time: 19 characters of date and time of day, then an ending.

    `order` is None where the year comes first. `format` is of the first 19 characters. `endings`
    are the endings that fit; None where the ending is an offset from UTC.
    """

    pattern: str
    order: DateOrder | None
    format: str
    endings: tuple[str, ...] | None
    is_half_day: bool = False
    is_utc: bool = False


_WALL = ("", "\t")
_UTC = ("Z", "+00:00", "Z\t", "+00:00\t")
_HALF_DAYS = (" AM", " PM", " AM\t", " PM\t")

_SLASHED: tuple[tuple[DateOrder, str], ...] = (
    ("month_first", "%m/%d/%Y"),
    ("day_first", "%d/%m/%Y"),
)

_SHAPES: tuple[Shape, ...] = (
    *(
        Shape(
            r"^\d\d/\d\d/\d{4} (?:0[1-9]|1[0-2]):[0-5]\d:[0-5]\d [AP]M\t?$",
            order,
            f"{date} %H:%M:%S",
            _HALF_DAYS,
            is_half_day=True,
        )
        for order, date in _SLASHED
    ),
    *(
        Shape(rf"^\d\d/\d\d/\d{{4}} {_TIME24}\t?$", order, f"{date} %H:%M:%S", _WALL)
        for order, date in _SLASHED
    ),
    *(
        Shape(
            rf"^\d{{4}}{dash}\d\d{dash}\d\d{mark}{_TIME24}{ending}\t?$",
            None,
            f"%Y{dash}%m{dash}%d{mark}%H:%M:%S",
            endings,
            is_utc=is_utc,
        )
        for dash in "-/"
        for mark in " T"
        for ending, endings, is_utc in (
            ("", _WALL, False),
            (r"(?:Z|\+00:00)", _UTC, True),
            (r"[+-]\d\d:\d\d", None, True),
        )
    ),
)


@dataclass(slots=True)
class Times:
    """Result of `read_times`.

    `frame`: for each column its UTC time (naive microseconds) and its `<…>_on` date. `failed`:
    row indices of the cells that are no time, by column. `evidence` as in `Conventions.weigh`.
    `shifted`: how many wall times the clock skipped.
    """

    frame: pl.DataFrame
    failed: dict[str, pl.Series] = field(default_factory=dict)
    evidence: set[str] = field(default_factory=set)
    shifted: int = 0


def read_times(
    raw: pl.DataFrame,
    columns: Sequence[str],
    order: DateOrder,
    clock: Clock,
    *,
    utc: Collection[str] = (),
    null_words: Sequence[str],
    wants_evidence: bool,
) -> Times:
    """UTC times and shop dates of text columns.

    `utc`: the columns whose times without an offset are UTC and not the shop's. A cell without a
    time of day is a day of the shop in those, too: no zone can shift a day.
    `wants_evidence`: look at every cell for what it says about the order of day and month, not
    only at the odd ones.
    """
    result = Times(pl.DataFrame())
    if not columns:
        return result
    shapes: dict[str, Shape | None] = {}
    walls: dict[str, pl.Series | None] = {}
    fixeds: dict[str, pl.Series | None] = {}
    odd: dict[str, pl.Series] = {}
    for name in columns:
        shapes[name], walls[name], fixeds[name], odd[name] = _read_common(raw[name], order)
    if wants_evidence:
        result.evidence |= _evidence_of(walls, shapes)
    series: list[pl.Series] = []
    for name in columns:
        wall, fixed, places = walls[name], fixeds[name], odd[name]
        days: pl.Series | None = None
        if len(places):
            general = read_general(raw[name].gather(places), order, null_words)
            result.evidence |= general.evidence
            if len(general.failed):
                result.failed[name] = places.gather(general.failed)
            wall = _scatter(wall, places, general.wall, raw.height)
            fixed = _scatter(fixed, places, general.fixed, raw.height)
            days = _scatter(None, places, general.dates, raw.height)
        if wall is None and fixed is None:
            wall = pl.repeat(None, raw.height, dtype=pl.Int64, eager=True)
        if name in utc and wall is not None:
            times = wall if days is None else wall.zip_with(days.is_null(), days.clear(len(days)))
            fixed = times if fixed is None else fixed.zip_with(fixed.is_not_null(), times)
            wall = days
        instants, dates, shifted = _to_utc(wall, fixed, clock)
        result.shifted += shifted
        series += [instants.alias(name), dates.alias(name.removesuffix("_at") + "_on")]
    result.frame = pl.DataFrame(series)
    return result


def _read_common(
    cells: pl.Series, order: DateOrder
) -> tuple[Shape | None, pl.Series | None, pl.Series | None, pl.Series]:
    """A column by the shapes of its own cells, of which it seldom has more than two.

    Returns the shape of its first cell, microseconds of wall time and of UTC (None where no cell
    has such a time), and the indices of the cells that are left.
    """
    first: Shape | None = None
    wall: pl.Series | None = None
    fixed: pl.Series | None = None
    left = cells.is_not_null().arg_true()
    for _ in range(_COMMON_SHAPES):
        if not len(left):
            break
        shape = _shape_of(cells[left[0]], order)
        if shape is None:
            break
        rest = cells if len(left) == len(cells) else cells.gather(left)
        read = _fast(rest, shape)
        if shape.is_utc:
            fixed = _scatter(fixed, left, read, len(cells))
        else:
            wall = _scatter(wall, left, read, len(cells))
        first = first or shape
        left = left.filter(read.is_null())
    return first, wall, fixed, left


def _scatter(
    whole: pl.Series | None, places: pl.Series, values: pl.Series, height: int
) -> pl.Series | None:
    """`whole` with values that are there put in their places; None while it would hold nothing."""
    if len(values) == height and whole is None:
        return values
    known = values.is_not_null()
    if not known.any():
        return whole
    if whole is None:
        whole = pl.repeat(None, height, dtype=pl.Int64, eager=True)
    return whole.scatter(places.filter(known), values.filter(known))


def _shape_of(cell: str, order: DateOrder) -> Shape | None:
    for shape in _SHAPES:
        if shape.order in (None, order) and re.match(shape.pattern, cell):
            return shape
    return None


def _fast(cells: pl.Series, shape: Shape) -> pl.Series:
    """Microseconds of the cells of one shape; null for the others.

    In steps, because a selection computes an expression again wherever it is used.
    """
    text = pl.col("text")
    split = (
        cells.alias("text")
        .to_frame()
        .select(
            text.str.slice(0, 19)
            .str.to_datetime(shape.format, time_unit="us", strict=False, cache=False)
            .alias("stamp"),
            text.str.slice(19).alias("ending"),
        )
    )
    micros = pl.col("stamp").to_physical().cast(pl.Int64)
    if shape.endings is None:
        offset = pl.col("ending").replace_strict(
            _offsets(split["ending"]), default=None, return_dtype=pl.Int64
        )
        read = split.select((micros - offset).alias("micros"), pl.lit(True).alias("fits"))
    else:
        fits = pl.col("ending").is_in(shape.endings).alias("fits")
        half_day = _half_day() if shape.is_half_day else ()
        read = split.select(micros.alias("micros"), fits, *half_day)
    if shape.is_half_day:
        hour = pl.col("hour")
        read = read.select(
            pl.col("fits") & hour.is_between(1, 12),
            pl.col("micros")
            + (
                pl.when(pl.col("is_late")).then(12).otherwise(0)
                - pl.when(hour == 12).then(12).otherwise(0)
            ).cast(pl.Int64)
            * (3600 * SECOND),
        )
    known = pl.col("fits") & pl.col("micros").is_between(EARLIEST, LATEST)
    return read.select(pl.when(known).then("micros").alias("micros")).to_series()


def _offsets(endings: pl.Series) -> dict[str, int]:
    """Microseconds east of UTC of the few endings that are offsets: no clock is 15 hours off."""
    found = {}
    for ending in endings.drop_nulls().unique().to_list():
        match = re.fullmatch(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])\t?", ending)
        if match:
            sign, hours, minutes = match.groups()
            seconds = (int(hours) * 60 + int(minutes)) * 60
            found[ending] = (-1 if sign == "-" else 1) * seconds * SECOND
    return found


def _half_day() -> tuple[pl.Expr, ...]:
    return (
        pl.col("stamp").dt.hour().alias("hour"),
        pl.col("ending").str.starts_with(" P").alias("is_late"),
    )


def _evidence_of(walls: dict[str, pl.Series | None], shapes: dict[str, Shape | None]) -> set[str]:
    """What the cells of fixed shapes say: AM/PM is month first, a day after the 12th the order."""
    found: set[str] = set()
    for name, shape in shapes.items():
        wall = walls[name]
        if wall is None or shape is None or shape.order is None or shape.order == "iso":
            continue
        if shape.is_half_day and wall.is_not_null().any():
            found.add("month_first")
        days = wall.to_frame("wall").select(pl.from_epoch("wall", "us").dt.day().max()).item()
        if days is not None and days > 12:
            found.add(shape.order)
    return found


def _to_utc(
    wall: pl.Series | None, fixed: pl.Series | None, clock: Clock
) -> tuple[pl.Series, pl.Series, int]:
    """UTC times, the shop's dates, and how many wall times the clock skipped."""
    shifted = 0
    instants = fixed
    dates: pl.Series | None = None
    if wall is not None:
        frame = wall.alias("wall").to_frame()
        low, high = frame.select(pl.min("wall").alias("l"), pl.max("wall").alias("h")).row(0)
        time = pl.col("wall")
        converted = frame.select(
            (time - clock.wall_offset(time, low, high)).alias("utc"),
            (time // DAY).cast(pl.Int32).cast(pl.Date).alias("on"),
            clock.in_gap(time, low, high).sum().alias("shifted"),
        )
        if converted.height:
            shifted = int(converted["shifted"][0])
        if fixed is None:
            instants = converted["utc"]
            dates = converted["on"] if not shifted else None
        else:
            instants = fixed.zip_with(fixed.is_not_null(), converted["utc"])
    assert instants is not None
    if dates is None:
        frame = instants.alias("utc").to_frame()
        low, high = frame.select(pl.min("utc").alias("l"), pl.max("utc").alias("h")).row(0)
        time = pl.col("utc")
        dates = frame.select(
            ((time + clock.utc_offset(time, low, high)) // DAY).cast(pl.Int32).cast(pl.Date)
        ).to_series()
    return instants.cast(pl.Datetime("us")), dates, shifted
