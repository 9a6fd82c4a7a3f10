"""Text, ids, words of a vocabulary and post codes, as Polars expressions over text columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import polars as pl

from flows.contracts import Column, fold

# A spreadsheet writes a long number as 5.76461E+17 or 576461413038785000.0; both lost digits.
DAMAGED_ID = r"^[0-9][.,][0-9]+[eE][+-]?[0-9]{1,3}$|^[0-9][eE]\+[0-9]{1,3}$|^[0-9]+[.,]0+$"
# '123 and ="123" are how exports protect an id from spreadsheets: the id is whole.
_GUARD = r"^(?:=\"(.*)\"|'(.*))$"
_TRUE_FALSE = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false"}
_TRUE_FALSE |= {"0": "false", "y": "true", "n": "false"}
_US_NAMES = ("us", "usa", "united states", "united states of america", "u.s.")


def trimmed(name: str, null_words: Sequence[str]) -> pl.Expr:
    """Text without outer white space; null words and empty text are null."""
    text = pl.col(name).str.strip_chars()
    return pl.when(~text.is_in(["", *null_words])).then(text).alias(name)


def handle(name: str, null_words: Sequence[str]) -> pl.Expr:
    """A creator's handle: trimmed, without the leading `@`."""
    text = pl.col(name).str.strip_chars(" \t\u00a0@")
    return pl.when(~text.is_in(["", *null_words])).then(text).alias(name)


def identifier(name: str, null_words: Sequence[str]) -> pl.Expr:
    """An id as text; null where a spreadsheet has damaged or guarded it, and for a null word."""
    text = pl.col(name).str.strip_chars_end()
    words = "|".join(re.escape(word) for word in null_words if word)
    odd = text.str.contains(rf"{DAMAGED_ID}|^[\s='\"]|^(?:{words})?$")
    return pl.when(~odd).then(text).alias(name)


def odd_identifiers(cells: pl.Series, null_words: Sequence[str]) -> tuple[pl.Series, pl.Series]:
    """Ids of cells that `identifier` left: values without guards, and the indices of damage."""
    text = cells.alias("text").to_frame().select(pl.col("text").str.strip_chars())
    inner = pl.col("text").str.extract_groups(_GUARD)
    bare = pl.coalesce(inner.struct.field("1"), inner.struct.field("2"), pl.col("text"))
    read = text.select(bare.str.strip_chars().alias("value")).with_columns(
        pl.col("value").str.contains(DAMAGED_ID).alias("is_damaged"),
        pl.col("value").is_in(["", *null_words]).alias("is_null"),
    )
    values = read.select(
        pl.when(~pl.col("is_damaged") & ~pl.col("is_null")).then(pl.col("value"))
    ).to_series()
    return values, read["is_damaged"].arg_true()


def translations(column: Column, cells: Iterable[str], null_words: Sequence[str]) -> dict[str, str]:
    """The canonical word of each distinct cell that has one.

    An unknown word is its own lower-case form, unless the vocabulary is closed; null words have
    no translation.
    """
    known = {**_TRUE_FALSE, **column.vocabulary} if column.kind == "boolean" else column.vocabulary
    is_closed = column.is_vocabulary_closed or column.kind == "boolean"
    nulls = {fold(word) for word in null_words}
    found: dict[str, str] = {}
    for cell in cells:
        folded = fold(cell)
        if folded in known:
            found[cell] = known[folded]
        elif not is_closed and folded and folded not in nulls:
            found[cell] = folded
    return found


def _is_us(country: str | None, market: str) -> pl.Expr:
    """Whether a row's place is in the US: by its country, else by the shop's market."""
    is_us: pl.Expr = pl.lit(market == "US")
    if country is None:
        return is_us
    named = pl.col(country).str.strip_chars().str.to_lowercase()
    return pl.when(named.is_null()).then(is_us).otherwise(named.is_in(_US_NAMES))


def plain_zip3(name: str, country: str | None, market: str) -> pl.Expr:
    """First three digits of a US ZIP of five digits; null for every other cell."""
    text = pl.col(name)
    is_plain = text.str.contains(r"^[0-9]{5}$") & _is_us(country, market)
    return pl.when(is_plain).then(text.str.slice(0, 3)).alias(name)


def zip3(name: str, country: str | None, market: str, *, is_area: bool = False) -> pl.Expr:
    """First three digits of a US ZIP of five or nine digits, else null.

    A spreadsheet drops leading zeros: three or four digits are filled up, in the US alone. In a
    column of ZIP3s (`is_area`) up to three digits are the area itself.
    """
    text = pl.col(name).str.strip_chars().str.strip_chars_start("'")
    whole = text.str.extract(r"^([0-9]{3})[0-9]{2}(?:[- ]?[0-9]{4})?$", 1)
    short = pl.when(text.str.contains(r"^[0-9]{3,4}$")).then(text.str.zfill(5).str.slice(0, 3))
    found = [whole, short]
    if is_area:
        found.insert(0, pl.when(text.str.contains(r"^[0-9]{1,3}$")).then(text.str.zfill(3)))
    return pl.when(_is_us(country, market)).then(pl.coalesce(found)).alias(name)
