"""Text of times and dates in any shape that one general pattern knows.

For the few cells that the fixed shapes leave: slower, and as forgiving as a pattern can be without
guessing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flows.contracts.model import DateOrder

DAY = 86_400_000_000
SECOND = 1_000_000
LATEST = 2_871_763_200_000_000  # 2061-01-01: no export knows a time after it
EARLIEST = 0

_GENERAL = (
    r"^(?<a>[0-9]{1,4})[-/.](?<b>[0-9]{1,2})[-/.](?<c>[0-9]{1,4})"
    r"(?:[ T]+(?<h>[0-9]{1,2}):(?<m>[0-9]{1,2})(?::(?<s>[0-9]{1,2})(?:[.,](?<f>[0-9]{1,9}))?)?"
    r"\s*(?<p>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:(?<z>Z|z|UTC|GMT)|(?<g>[+-])(?<oh>0[0-9]|1[0-4]):?(?<om>[0-5][0-9])?)?)?$"
)


@dataclass(frozen=True, slots=True)
class General:
    """Times of odd cells: microseconds of wall time or of UTC, and the indices that are no time.

    `dates`: of the cells that are a date without a time of day, their midnights; null for others.
    """

    wall: pl.Series
    dates: pl.Series
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
        + ((hour24 * 60 + minute) * 60 + second) * SECOND
        + fraction
    )
    offset = (
        (
            pl.col("oh").cast(pl.Int64, strict=False) * 60
            + pl.col("om").cast(pl.Int64, strict=False).fill_null(0)
        )
        * 60
        * SECOND
        * pl.when(pl.col("g") == "-").then(-1).otherwise(1)
    )
    offset = pl.when(pl.col("z").is_not_null()).then(0).otherwise(offset)
    valid = hour_ok & minute.is_between(0, 59) & second.is_between(0, 59)
    read = parts.select(
        "is_null",
        pl.when(valid & micros.is_between(EARLIEST, LATEST)).then(micros).alias("micros"),
        offset.alias("offset"),
        pl.col("h").is_null().alias("is_date"),
    )
    answer = read.select(
        pl.when(pl.col("offset").is_null()).then(pl.col("micros")).alias("wall"),
        pl.when(pl.col("is_date")).then(pl.col("micros")).alias("dates"),
        (pl.col("micros") - pl.col("offset")).alias("fixed"),
        (pl.col("micros").is_null() & ~pl.col("is_null")).alias("failed"),
    )
    return General(
        answer["wall"],
        answer["dates"],
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


def read_dates(
    cells: pl.Series, order: DateOrder, null_words: Sequence[str]
) -> tuple[pl.Series, pl.Series, set[str]]:
    """Calendar dates of cells (a time of day is dropped), the indices that are none, evidence."""
    general = read_general(cells, order, null_words)
    wall = general.wall.zip_with(general.wall.is_not_null(), general.fixed)
    return (wall // DAY).cast(pl.Int32).cast(pl.Date), general.failed, general.evidence
