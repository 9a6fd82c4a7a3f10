"""Tracking numbers with true check digits, by the published rules of each carrier.

A number is built from the day (four digits, since 2018) and a running number of that day, so that
numbers of different days never meet. Check digits are computed on integer columns.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl

from flows.simulate.files import assemble
from flows.simulate.types import BoolArray, IntArray

(
    UPS, USPS_94, USPS_92, FEDEX, ONTRAC, UNIUNI, VEHO, UNSUPPORTED, ROYAL_MAIL, EVRI, DPD, YODEL,
    JT, GHN, GHTK, VIETTEL, NINJA, BEST,
) = range(18)  # fmt: skip
"""Styles of number."""

Maker = Callable[[IntArray], pl.Series]

_FEDEX_WEIGHTS = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
_POSTAL_UNION_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def _digits(value: IntArray, width: int) -> list[IntArray]:
    """Decimal digits of each value, most significant first."""
    return [(value // 10 ** (width - 1 - place)) % 10 for place in range(width)]


def mod10(digits: list[IntArray], evens: int, odds: int) -> IntArray:
    """Check digit of the digit columns: weights by position from the left, counted from 0."""
    total = sum(
        (column * (evens if place % 2 == 0 else odds) for place, column in enumerate(digits)),
        start=np.zeros_like(digits[0]),
    )
    return (10 - total % 10) % 10


def _constant(text: str, like: IntArray) -> list[IntArray]:
    """Digit columns of a fixed text; a letter counts as (code - 3) modulo 10."""
    return [np.full_like(like, int(c) if c.isdigit() else (ord(c) - 3) % 10) for c in text]


def _text(value: IntArray, width: int) -> pl.Expr:
    return pl.lit(pl.Series(value)).cast(pl.String).str.zfill(width)


def numbers(
    style: IntArray, day: IntArray, serial: IntArray, shop: int, bad: BoolArray
) -> pl.Series:
    """The numbers as text. Where `bad`, the check digit is one too high.

    Args:
        style: which carrier's style each number has.
        day: days since 2018, under 10,000.
        serial: running number in the day, under 10 million.
        shop: the shop's number, 0 to 999.
    """
    wrong = bad.astype(np.int64)

    def of(make: Callable[[IntArray, IntArray, IntArray, int], pl.Expr]) -> Maker:
        return lambda at: pl.select(make(day[at], serial[at], wrong[at], shop)).to_series()

    return assemble(
        style,
        {
            UPS: of(_ups),
            USPS_94: of(partial(_usps, "94001")),
            USPS_92: of(partial(_usps, "92055")),
            FEDEX: of(_fedex),
            ONTRAC: of(_ontrac),
            UNIUNI: of(partial(_plain, "UUS")),
            VEHO: of(partial(_plain, "VEHO")),
            UNSUPPORTED: of(partial(_plain, "SWP-")),
            ROYAL_MAIL: of(_royal_mail),
            EVRI: of(partial(_plain, "H")),
            DPD: of(partial(_short, "15", 12)),
            YODEL: of(partial(_short, "JJD000", 13)),
            JT: of(partial(_short, "8", 11)),
            GHN: of(partial(_plain, "GHN")),
            GHTK: of(partial(_plain, "S")),
            VIETTEL: of(partial(_plain, "VTP")),
            NINJA: of(partial(_plain, "NVVN")),
            BEST: of(partial(_plain, "BEST")),
        },
    )


def _ups(day: IntArray, serial: IntArray, wrong: IntArray, shop: int) -> pl.Expr:
    head = f"GZ{shop:03d}"
    body = day % 1000 * 10**7 + serial
    check = mod10(_constant(head, day) + _digits(body, 10), 1, 2)
    return pl.concat_str(pl.lit("1Z" + head), _text(body, 10), _text((check + wrong) % 10, 1))


def _usps(lead: str, day: IntArray, serial: IntArray, wrong: IntArray, shop: int) -> pl.Expr:
    body = (9 * 10**8 + shop * 10**5 + day * 10) * 10**7 + serial
    check = mod10(_constant(lead, day) + _digits(body, 16), 3, 1)
    return pl.concat_str(pl.lit(lead), _text(body, 16), _text((check + wrong) % 10, 1))


def _fedex(day: IntArray, serial: IntArray, wrong: IntArray, _: int) -> pl.Expr:
    body = day * 10**7 + serial
    total = sum(
        (d * w for d, w in zip(_digits(body, 11), _FEDEX_WEIGHTS, strict=True)),
        start=np.zeros_like(day),
    )
    return pl.concat_str(_text(body, 11), _text((total % 11 % 10 + wrong) % 10, 1))


def _ontrac(day: IntArray, serial: IntArray, wrong: IntArray, _: int) -> pl.Expr:
    body = 10**12 + day * 10**8 + serial
    # By the carrier's rule a 4 stands before the digits when the check digit is computed.
    check = mod10(_constant("4", day) + _digits(body, 13), 1, 2)
    return pl.concat_str(pl.lit("C"), _text(body, 13), _text((check + wrong) % 10, 1))


def _royal_mail(day: IntArray, serial: IntArray, wrong: IntArray, shop: int) -> pl.Expr:
    """The postal union's form: two letters, eight digits, a check digit, the country."""
    body = day % 1000 * 10**5 + serial % 10**5
    total = sum(
        (d * w for d, w in zip(_digits(body, 8), _POSTAL_UNION_WEIGHTS, strict=True)),
        start=np.zeros_like(day),
    )
    check = 11 - total % 11
    check = np.select([check == 10, check == 11], [0, 5], check)
    letters = chr(65 + shop // 26 % 26) + chr(65 + shop % 26)
    return pl.concat_str(
        pl.lit(letters), _text(body, 8), _text((check + wrong) % 10, 1), pl.lit("GB")
    )


def _short(
    lead: str, width: int, day: IntArray, serial: IntArray, _: IntArray, shop: int
) -> pl.Expr:
    """A lead and `width` digits, the last of them the shop's."""
    body = (day * 10**7 + serial) % 10 ** (width - 1) * 10 + shop % 10
    return pl.concat_str(pl.lit(lead), _text(body, width))


def _plain(lead: str, day: IntArray, serial: IntArray, _: IntArray, shop: int) -> pl.Expr:
    return pl.concat_str(pl.lit(lead), _text((day * 1000 + shop) * 10**8 + serial, 15))
