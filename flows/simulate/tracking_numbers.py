"""Tracking numbers with true check digits, by the published rules of each carrier.

A number is built from the day (four digits, since 2018) and a running number of that day, so that
numbers of different days never meet. Check digits are computed on integer columns.
"""

import numpy as np
import polars as pl

from flows.simulate.types import BoolArray, IntArray

UPS, USPS_94, USPS_92, FEDEX, ONTRAC, UNIUNI, VEHO, UNSUPPORTED = range(8)
"""Styles of number."""

_FEDEX_WEIGHTS = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)


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
    return [
        np.full_like(like, int(c) if c.isdigit() else (ord(c) - 3) % 10) for c in text
    ]


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

    def checked(check: IntArray) -> pl.Expr:
        return _text((check + wrong) % 10, 1)

    ups_head = f"GZ{shop:03d}"
    ups_body = day % 1000 * 10**7 + serial
    ups = mod10(_constant(ups_head, day) + _digits(ups_body, 10), 1, 2)
    usps: dict[str, tuple[IntArray, IntArray]] = {}
    for lead in ("94001", "92055"):
        mid = 9 * 10**8 + shop * 10**5 + day * 10
        body = mid * 10**7 + serial
        usps[lead] = body, mod10(_constant(lead, day) + _digits(body, 16), 3, 1)
    fedex_body = day * 10**7 + serial
    fedex_sum = sum(
        (d * w for d, w in zip(_digits(fedex_body, 11), _FEDEX_WEIGHTS, strict=True)),
        start=np.zeros_like(day),
    )
    ontrac_body = 10**12 + day * 10**8 + serial
    ontrac = mod10(_constant("4", day) + _digits(ontrac_body, 13), 1, 2)
    plain = (day * 1000 + shop) * 10**8 + serial
    frame = pl.select(
        style=pl.Series(style),
        ups=pl.concat_str(pl.lit("1Z" + ups_head), _text(ups_body, 10), checked(ups)),
        usps_94=pl.concat_str(pl.lit("94001"), _text(usps["94001"][0], 16),
                              checked(usps["94001"][1])),
        usps_92=pl.concat_str(pl.lit("92055"), _text(usps["92055"][0], 16),
                              checked(usps["92055"][1])),
        fedex=pl.concat_str(_text(fedex_body, 11), checked(fedex_sum % 11 % 10)),
        ontrac=pl.concat_str(pl.lit("C"), _text(ontrac_body, 13), checked(ontrac)),
        uniuni=pl.concat_str(pl.lit("UUS"), _text(plain, 16)),
        veho=pl.concat_str(pl.lit("VEHO"), _text(plain, 15)),
        unsupported=pl.concat_str(pl.lit("SWP-"), _text(plain, 15)),
    )  # fmt: skip
    return frame.select(
        pl.when(pl.col("style") == UPS).then("ups")
        .when(pl.col("style") == USPS_94).then("usps_94")
        .when(pl.col("style") == USPS_92).then("usps_92")
        .when(pl.col("style") == FEDEX).then("fedex")
        .when(pl.col("style") == ONTRAC).then("ontrac")
        .when(pl.col("style") == UNIUNI).then("uniuni")
        .when(pl.col("style") == VEHO).then("veho")
        .otherwise("unsupported")
        .alias("number")
    ).to_series()  # fmt: skip
