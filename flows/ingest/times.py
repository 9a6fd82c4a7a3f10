"""Text of times and dates to UTC, vectorised.

The common shapes are read by slicing (a cached date and integer time fields), a column at once;
cells of any other shape go through one general pattern. Nothing here converts zones on whole
columns: wall times become UTC by the few dated offsets that the column's range touches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.contracts.model import DateOrder
from flows.ingest.clock import Clock

DAY = 86_400_000_000
_SECOND = 1_000_000
_LATEST = 2_871_763_200_000_000  # 2061-01-01: no export knows a time after it
_EARLIEST = 0

_TIME24 = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"


@dataclass(frozen=True, slots=True)
class Shape:
    """A fixed-width way to write a time; `order` is None where the year comes first."""

    pattern: str
    order: DateOrder | None
    date_format: str
    is_half_day: bool = False
    is_utc: bool = False


_SHAPES: tuple[Shape, ...] = (
    Shape(
        r"^\d\d/\d\d/\d{4} (?:0[1-9]|1[0-2]):[0-5]\d:[0-5]\d [AP]M\t?$",
        "month_first",
        "%m/%d/%Y",
        is_half_day=True,
    ),
    Shape(rf"^\d\d/\d\d/\d{{4}} {_TIME24}\t?$", "month_first", "%m/%d/%Y"),
    Shape(rf"^\d\d/\d\d/\d{{4}} {_TIME24}\t?$", "day_first", "%d/%m/%Y"),
    Shape(rf"^\d{{4}}-\d\d-\d\d[T ]{_TIME24}\t?$", None, "%Y-%m-%d"),
    Shape(rf"^\d{{4}}/\d\d/\d\d[T ]{_TIME24}\t?$", None, "%Y/%m/%d"),
    Shape(rf"^\d{{4}}-\d\d-\d\d[T ]{_TIME24}(?:Z|\+00:00)\t?$", None, "%Y-%m-%d", is_utc=True),
)

_GENERAL = (
    r"^(?<a>\d{1,4})[-/.](?<b>\d{1,2})[-/.](?<c>\d{1,4})"
    r"(?:[ T]+(?<h>\d{1,2}):(?<m>\d{1,2})(?::(?<s>\d{1,2})(?:[.,](?<f>\d{1,9}))?)?"
    r"\s*(?<p>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:(?<z>Z|z|UTC|GMT)|(?<g>[+-])(?<oh>\d{2}):?(?<om>\d{2})?)?)?$"
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
    is_utc: bool,
    null_words: Sequence[str],
    wants_evidence: bool,
) -> Times:
    """UTC times and shop dates of text columns.

    `is_utc`: times without an offset are UTC and not the shop's. `wants_evidence`: look at every
    cell for what it says about the order of day and month, not only at the odd ones.
    """
    result = Times(pl.DataFrame())
    if not columns:
        return result
    firsts = raw.select(pl.col(name).drop_nulls().first() for name in columns).row(0)
    shapes = {name: _shape_of(cell, order) for name, cell in zip(columns, firsts, strict=True)}
    values = raw.select(
        _fast(name, shape) if shape else pl.lit(None, dtype=pl.Int64).alias(name)
        for name, shape in shapes.items()
    )
    if values.height != raw.height:
        values = pl.select(pl.repeat(None, raw.height, dtype=pl.Int64).alias(n) for n in columns)
    odd = raw.select(
        (pl.col(name).is_not_null() & values[name].is_null()).sum() for name in columns
    ).row(0)
    if wants_evidence:
        result.evidence |= _evidence_of(values, shapes)
    series: list[pl.Series] = []
    for name, count in zip(columns, odd, strict=True):
        shape = shapes[name]
        fixed: pl.Series | None = values[name] if shape and shape.is_utc else None
        wall: pl.Series | None = None if fixed is not None else values[name]
        if count:
            places = (raw[name].is_not_null() & values[name].is_null()).arg_true()
            cells = raw[name].gather(places)
            general = read_general(cells, order, null_words)
            result.evidence |= general.evidence
            if len(general.failed):
                result.failed[name] = places.gather(general.failed)
            nothing = pl.repeat(None, raw.height, dtype=pl.Int64, eager=True)
            wall = (nothing.clone() if wall is None else wall).scatter(places, general.wall)
            if fixed is not None or general.fixed.is_not_null().any():
                fixed = (nothing.clone() if fixed is None else fixed).scatter(places, general.fixed)
        if is_utc and wall is not None:
            fixed = wall if fixed is None else fixed.zip_with(fixed.is_not_null(), wall)
            wall = None
        instants, dates, shifted = _to_utc(wall, fixed, clock)
        result.shifted += shifted
        series += [instants.alias(name), dates.alias(name.removesuffix("_at") + "_on")]
    result.frame = pl.DataFrame(series)
    return result


def _shape_of(cell: str | None, order: DateOrder) -> Shape | None:
    if cell is None:
        return None
    for shape in _SHAPES:
        if re.match(shape.pattern, cell) and shape.order in (None, order):
            return shape
        if shape.is_half_day and re.match(shape.pattern, cell) and order == "day_first":
            return Shape(shape.pattern, "day_first", "%d/%m/%Y", is_half_day=True)
    return None


def _fast(name: str, shape: Shape) -> pl.Expr:
    text = pl.col(name)

    def number(start: int) -> pl.Expr:
        return text.str.slice(start, 2).cast(pl.Int64, strict=False)

    hour = number(11)
    if shape.is_half_day:
        hour = hour % 12 + (text.str.slice(20, 1) == "P").cast(pl.Int64) * 12
    days = text.str.slice(0, 10).str.to_date(shape.date_format, strict=False, cache=True)
    micros = (
        days.to_physical().cast(pl.Int64) * DAY
        + ((hour * 60 + number(14)) * 60 + number(17)) * _SECOND
    )
    fits = text.str.contains(shape.pattern) & micros.is_between(_EARLIEST, _LATEST)
    return pl.when(fits).then(micros).alias(name)


def _evidence_of(values: pl.DataFrame, shapes: dict[str, Shape | None]) -> set[str]:
    """What the cells of fixed shapes say: AM/PM is month first, a day after the 12th the order."""
    found: set[str] = set()
    for name, shape in shapes.items():
        if shape is None or shape.order is None or shape.order == "iso":
            continue
        if shape.is_half_day and values[name].is_not_null().any():
            found.add("month_first")
        days = values.select(pl.from_epoch(pl.col(name), "us").dt.day().max()).item()
        if days is not None and days > 12:
            found.add(shape.order)
    return found


@dataclass(frozen=True, slots=True)
class General:
    """Times of odd cells: microseconds of wall time or of UTC, and the indices that are no time."""

    wall: pl.Series
    fixed: pl.Series
    failed: pl.Series
    evidence: set[str]


def read_general(cells: pl.Series, order: DateOrder, null_words: Sequence[str]) -> General:
    """Times of cells in any shape that the general pattern knows.

    A null word gives null and no failure. A cell without a time of day is its midnight.
    """
    text = cells.alias("text").to_frame().with_columns(pl.col("text").str.strip_chars())
    parts = text.select(
        "text",
        pl.col("text").is_in(["", *null_words]).alias("is_null"),
        pl.col("text").str.extract_groups(_GENERAL).alias("parts"),
    ).unnest("parts")
    year_first = pl.col("a").str.len_bytes() == 4
    a, b = (pl.col(part).cast(pl.Int32, strict=False) for part in "ab")
    half_day = pl.col("p").is_not_null()
    slashed = ~year_first & (pl.col("c").str.len_bytes() == 4)
    evidence = parts.select(
        (slashed & ((b > 12) & (a <= 12) | half_day)).any().alias("month_first"),
        (slashed & (a > 12) & (b <= 12)).any().alias("day_first"),
    ).row(0, named=True)
    month_first = pl.lit(order == "month_first")
    is_slashed_known = pl.lit(order != "iso")
    hour, minute, second = (pl.col(p).cast(pl.Int64, strict=False).fill_null(0) for p in "hms")
    hour_ok = pl.when(half_day).then(hour.is_between(1, 12)).otherwise(hour.is_between(0, 23))
    hour24 = (
        pl.when(half_day)
        .then(hour % 12 + pl.col("p").str.to_lowercase().str.starts_with("p").cast(pl.Int64) * 12)
        .otherwise(hour)
    )
    fraction = (pl.col("f") + "000000").str.slice(0, 6).cast(pl.Int64, strict=False).fill_null(0)
    day = (
        pl.when(year_first)
        .then(_padded("a", "b", "c"))
        .when(slashed & is_slashed_known & month_first)
        .then(_padded("c", "a", "b"))
        .when(slashed & is_slashed_known)
        .then(_padded("c", "b", "a"))
    )
    micros = (
        day.str.to_date("%Y-%m-%d", strict=False).to_physical().cast(pl.Int64) * DAY
        + ((hour24 * 60 + minute) * 60 + second) * _SECOND
        + fraction
    )
    offset = (
        (
            pl.col("oh").cast(pl.Int64, strict=False) * 60
            + pl.col("om").cast(pl.Int64, strict=False).fill_null(0)
        )
        * 60
        * _SECOND
        * pl.when(pl.col("g") == "-").then(-1).otherwise(1)
    )
    offset = pl.when(pl.col("z").is_not_null()).then(0).otherwise(offset)
    valid = hour_ok & minute.is_between(0, 59) & second.is_between(0, 59)
    read = parts.select(
        "is_null",
        pl.when(valid & micros.is_between(_EARLIEST, _LATEST)).then(micros).alias("micros"),
        offset.alias("offset"),
    )
    answer = read.select(
        pl.when(pl.col("offset").is_null()).then(pl.col("micros")).alias("wall"),
        (pl.col("micros") - pl.col("offset")).alias("fixed"),
        (pl.col("micros").is_null() & ~pl.col("is_null")).alias("failed"),
    )
    return General(
        answer["wall"],
        answer["fixed"],
        answer["failed"].arg_true(),
        {word for word, is_seen in evidence.items() if is_seen},
    )


def _padded(year: str, month: str, day: str) -> pl.Expr:
    return pl.concat_str(
        pl.col(year),
        pl.lit("-"),
        pl.col(month).str.zfill(2),
        pl.lit("-"),
        pl.col(day).str.zfill(2),
    )


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


def read_dates(
    cells: pl.Series, order: DateOrder, null_words: Sequence[str]
) -> tuple[pl.Series, pl.Series, set[str]]:
    """Calendar dates of cells (a time of day is dropped), the indices that are none, evidence."""
    general = read_general(cells, order, null_words)
    wall = general.wall.zip_with(general.wall.is_not_null(), general.fixed)
    return (wall // DAY).cast(pl.Int32).cast(pl.Date), general.failed, general.evidence
