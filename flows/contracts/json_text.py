"""How a value of a vendor's JSON becomes the text of a column, as Polars expressions."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from flows.contracts.model import SourceForm

_OUNCE_KG = 0.028349523125
_POUND_KG = 0.45359237
_HAS_OFFSET = r"T.*(Z|[+-][0-9]{2}:[0-9]{2})$"


def to_text(parts: Sequence[pl.Expr], form: SourceForm) -> pl.Expr:
    """The text of a column from the text of its parts; null where a part is missing."""
    return _FORMS[form](parts)


def _text(parts: Sequence[pl.Expr]) -> pl.Expr:
    return parts[0]


def _whole(parts: Sequence[pl.Expr]) -> pl.Expr:
    return parts[0].str.replace(r"\.0+$", "")


def _iso(parts: Sequence[pl.Expr]) -> pl.Expr:
    """One spelling of ISO 8601: `T` between, `Z` or `+hh:mm` behind, at most microseconds."""
    return (
        parts[0]
        .str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) +([0-9])", "${1}T${2}")
        .str.replace(r"(\.[0-9]{6})[0-9]+", "${1}")
        .str.replace(r" ?(?:z|UTC|GMT)$", "Z")
        .str.replace(r"(T.*[+-][0-9]{2})([0-9]{2})$", "${1}:${2}")
    )


def _utc(parts: Sequence[pl.Expr]) -> pl.Expr:
    text = _iso(parts)
    return pl.when(text.str.contains(_HAS_OFFSET)).then(text).otherwise(text + "Z")


def _local_offset(parts: Sequence[pl.Expr]) -> pl.Expr:
    text = _iso(parts)
    with_offset = text + _offset(parts[1])
    return pl.when(text.str.contains(_HAS_OFFSET)).then(text).otherwise(with_offset)


def _date_time(parts: Sequence[pl.Expr]) -> pl.Expr:
    day = parts[0].str.replace_all(r"[^0-9]", "")
    clock = parts[1].str.replace_all(r"[^0-9]", "").str.pad_end(6, "0")
    text = pl.concat_str(
        day.str.slice(0, 4),
        pl.lit("-"),
        day.str.slice(4, 2),
        pl.lit("-"),
        day.str.slice(6, 2),
        pl.lit("T"),
        clock.str.slice(0, 2),
        pl.lit(":"),
        clock.str.slice(2, 2),
        pl.lit(":"),
        clock.str.slice(4, 2),
    )
    return pl.when((day.str.len_bytes() == 8) & (clock.str.len_bytes() == 6)).then(text)


def _date_time_utc(parts: Sequence[pl.Expr]) -> pl.Expr:
    return _date_time(parts) + "Z"


def _date_time_offset(parts: Sequence[pl.Expr]) -> pl.Expr:
    return _date_time(parts) + _offset(parts[2])


def _offset(text: pl.Expr) -> pl.Expr:
    """`+hh:mm` from `-05:00`, `-7:00`, `+0530`, `Z`, or minutes such as `-420`; else null."""
    sign = pl.when(text.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit("+"))
    bare = text.str.strip_prefix("-").str.strip_prefix("+")
    minutes = (
        pl.when(bare.str.contains(r"^[0-9]{1,2}:[0-9]{2}$"))
        .then(_part(bare, r"^([0-9]+):") * 60 + _part(bare, r":([0-9]+)$"))
        .when(bare.str.contains(r"^[0-9]{4}$"))
        .then(_part(bare, r"^([0-9]{2})") * 60 + _part(bare, r"([0-9]{2})$"))
        .when(bare.str.contains(r"^[0-9]{1,3}$"))
        .then(_part(bare, r"^([0-9]+)$"))
        .when(bare.str.to_uppercase() == "Z")
        .then(0)
    )
    hours = (minutes // 60).cast(pl.String).str.zfill(2)
    rest = (minutes % 60).cast(pl.String).str.zfill(2)
    return pl.concat_str(sign, hours, pl.lit(":"), rest)


def _part(text: pl.Expr, pattern: str) -> pl.Expr:
    return text.str.extract(pattern).cast(pl.Int32)


def _weight(kilograms: float) -> Callable[[Sequence[pl.Expr]], pl.Expr]:
    def convert(parts: Sequence[pl.Expr]) -> pl.Expr:
        weight = parts[0].cast(pl.Float64, strict=False) * kilograms
        # A text that is no number stays as it is, for the column's type to refuse.
        return pl.coalesce(weight.round(3).cast(pl.String), parts[0])

    return convert


_FORMS: Mapping[str, Callable[[Sequence[pl.Expr]], pl.Expr]] = {
    "text": _text,
    "whole": _whole,
    "count": _text,
    "ounces": _weight(_OUNCE_KG),
    "pounds": _weight(_POUND_KG),
    "iso": _iso,
    "utc": _utc,
    "local_offset": _local_offset,
    "date_time": _date_time,
    "date_time_utc": _date_time_utc,
    "date_time_offset": _date_time_offset,
}
