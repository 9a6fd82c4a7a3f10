"""Text of amounts to numbers: money with its currency, decimals, whole numbers, rates.

Plain numbers are cast a column at once. Cells with a currency, separators of thousands or a
decimal comma go through one general pattern; whether a comma or a point is the decimal mark is
the file's convention, never the cell's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flows.ingest.conventions import DecimalMark

_SYMBOLS = {
    "US$": "USD",
    "MX$": "MXN",
    "S$": "SGD",
    "A$": "AUD",
    "C$": "CAD",
    "R$": "BRL",
    "£": "GBP",
    "€": "EUR",
    "₱": "PHP",
    "฿": "THB",
    "₫": "VND",
    "đ": "VND",
    "RP": "IDR",
    "RM": "MYR",
    "¥": None,
    "$": None,
}
"""What a sign in an amount says about the currency; None where several currencies share it."""

_SIGN = r"[A-Za-z]{1,3}\.?\$?|\$|£|€|¥|₱|฿|₫|đ"
_MINUS = r"[-\u{2212}]"
_GENERAL = (
    rf"^(?<open>\()?\s*(?<minus1>{_MINUS})?\s*(?<before>{_SIGN})?\s*(?<minus2>{_MINUS})?\s*"
    rf"(?<number>[0-9][0-9., \u{{a0}}\u{{202f}}']*)\s*(?<after>{_SIGN})?\s*(?<close>\))?$"
)
_GROUPED = {
    "point": r"^(?:[0-9]+|[0-9]{1,3}(?:[, \u{a0}\u{202f}'][0-9]{3})+)(?:\.[0-9]+)?$",
    "comma": r"^(?:[0-9]+|[0-9]{1,3}(?:[. \u{a0}\u{202f}'][0-9]{3})+)(?:,[0-9]+)?$",
}
_IS_POINT = r"\.[0-9]{1,2}$|\.[0-9]{4,}$|,[0-9]{3}\.|,[0-9]{3},"
_IS_COMMA = r",[0-9]{1,2}$|,[0-9]{4,}$|\.[0-9]{3},|\.[0-9]{3}\."


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of odd cells: values, ISO codes where the text names one, failures, evidence."""

    values: pl.Series
    currencies: pl.Series
    failed: pl.Series
    evidence: set[str]


def fast_decimal(name: str, scale: int, mark: DecimalMark) -> pl.Expr:
    """Amounts written as plain numbers in the file's convention; null for every other cell.

    A plain number with more decimals than the column keeps is not taken: it may be thousands.
    """
    text = pl.col(name)
    decimals = rf"(?:\.[0-9]{{1,{scale}}})?" if mark == "point" else ""
    plain = rf"^-?[0-9]{{1,15}}{decimals}$"
    value = text.cast(pl.Decimal(18, scale), strict=False)
    return pl.when(text.str.contains(plain)).then(value).alias(name)


def fast_integer(name: str, dtype: pl.DataType) -> pl.Expr:
    """Whole numbers written plainly; null for every other cell."""
    return pl.col(name).cast(dtype, strict=False).alias(name)


def has_decimals(name: str) -> pl.Expr:
    """Whether any cell shows one or two decimals after a point."""
    return pl.col(name).str.contains(r"\.[0-9]{1,2}$").any()


def read_amounts(
    cells: pl.Series, scale: int, mark: DecimalMark, null_words: Sequence[str]
) -> Amounts:
    """Amounts of cells in any shape that the general pattern knows, as Decimal(18, scale).

    More than `scale` decimals are rounded, except three after a mark that may group thousands.
    """
    parts = (
        cells.alias("text")
        .to_frame()
        .select(pl.col("text").str.strip_chars())
        .select(
            pl.col("text").is_in(["", *null_words]).alias("is_null"),
            pl.col("text").str.extract_groups(_GENERAL).alias("parts"),
        )
        .unnest("parts")
        .with_columns(pl.col("number").str.strip_chars())
    )
    number = pl.col("number")
    decimal, grouping = (".", ",") if mark == "point" else (",", ".")
    plain = number.str.replace_all(rf"[{grouping} \u{{a0}}\u{{202f}}']", "")
    plain = plain.str.replace(decimal, ".", literal=True) if decimal != "." else plain
    is_doubtful = (
        number.str.contains(rf"^[0-9]{{1,3}}\{decimal}[0-9]{{3}}$") if scale < 3 else pl.lit(False)
    )
    value = plain.cast(pl.Float64, strict=False)
    exact = plain.cast(pl.Decimal(18, scale), strict=False)
    long = number.str.contains(rf"\{decimal}[0-9]{{{scale + 1},}}$")
    is_negative = pl.any_horizontal(pl.col("minus1", "minus2", "open").is_not_null())
    amount = pl.when(long).then(value.round(scale).cast(pl.Decimal(18, scale))).otherwise(exact)
    well_formed = number.str.contains(_GROUPED[mark]) & ~is_doubtful & (value < 1e15)
    signed = pl.when(is_negative).then(-amount).otherwise(amount)
    sign = pl.coalesce("before", "after").str.to_uppercase().str.strip_chars_end(".")
    read = parts.select(
        "is_null",
        pl.when(well_formed).then(signed).cast(pl.Decimal(18, scale)).alias("value"),
        _currency(sign).alias("currency"),
        sign.alias("sign"),
        number.str.contains(_IS_POINT).alias("point"),
        number.str.contains(_IS_COMMA).alias("comma"),
    )
    known = pl.col("sign").is_null() | pl.col("sign").is_in(list(_known_signs()))
    known = known | pl.col("currency").is_not_null()
    seen = read.select(pl.col("point").any(), pl.col("comma").any()).row(0, named=True)
    failed = read.select(~pl.col("is_null") & (pl.col("value").is_null() | ~known)).to_series()
    return Amounts(
        read["value"],
        read["currency"],
        failed.fill_null(True).arg_true(),
        {word for word, is_seen in seen.items() if is_seen},
    )


def _known_signs() -> set[str]:
    return {sign.upper() for sign in _SYMBOLS}


def _currency(sign: pl.Expr) -> pl.Expr:
    symbols = {symbol.upper(): code for symbol, code in _SYMBOLS.items() if code}
    named = sign.replace_strict(symbols, default=None, return_dtype=pl.String)
    is_code = sign.str.contains(r"^[A-Z]{3}$")
    return pl.coalesce(named, pl.when(is_code).then(sign))


def read_integers(
    cells: pl.Series, dtype: pl.DataType, mark: DecimalMark, null_words: Sequence[str]
) -> Amounts:
    """Whole numbers of cells with separators of thousands or a decimal part of zeros."""
    text = cells.str.strip_chars()
    grouping = "," if mark == "point" else r"\."
    decimal = r"\." if mark == "point" else ","
    frame = text.alias("text").to_frame()
    shaped = pl.col("text").str.contains(
        rf"^-?(?:[0-9]+|[0-9]{{1,3}}(?:{grouping}[0-9]{{3}})+)(?:{decimal}0+)?$"
    )
    plain = pl.col("text").str.replace(rf"{decimal}0+$", "").str.replace_all(grouping, "")
    read = frame.select(
        pl.when(shaped).then(plain).cast(dtype, strict=False).alias("value"),
        pl.col("text").is_in(["", *null_words]).alias("is_null"),
    )
    failed = (read["value"].is_null() & ~read["is_null"]).arg_true()
    nothing = pl.repeat(None, len(cells), dtype=pl.String, eager=True)
    return Amounts(read["value"], nothing, failed, set())


def read_rates(cells: pl.Series, mark: DecimalMark, null_words: Sequence[str]) -> Amounts:
    """Rates: `15%` and `0.15` are both 0.15."""
    text = cells.alias("text").to_frame().select(pl.col("text").str.strip_chars())
    body = pl.col("text").str.strip_chars_end("%").str.strip_chars_end()
    if mark == "comma":
        body = body.str.replace(",", ".", literal=True)
    value = pl.when(body.str.contains(r"^-?[0-9]+(?:\.[0-9]+)?$")).then(body).cast(pl.Float64)
    scaled = pl.when(pl.col("text").str.ends_with("%")).then(value / 100).otherwise(value)
    read = text.select(
        scaled.alias("value"),
        pl.col("text").is_in(["", *null_words]).alias("is_null"),
    )
    failed = (read["value"].is_null() & ~read["is_null"]).arg_true()
    nothing = pl.repeat(None, len(cells), dtype=pl.String, eager=True)
    return Amounts(read["value"], nothing, failed, set())
