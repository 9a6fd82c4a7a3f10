"""Amounts as exports write them."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from flows.ingest.amounts import read_amounts, read_integers, read_rates
from flows.ingest.conventions import DecimalMark


@pytest.mark.parametrize(
    ("text", "mark", "value", "currency"),
    [
        ("$1,022.25", "point", "1022.25", None),
        ("THB 790.00", "point", "790.00", "THB"),
        ("R$ 62,90", "comma", "62.90", "BRL"),
        ("R$ 1.062,90", "comma", "1062.90", "BRL"),
        ("₱1,234.50", "point", "1234.50", "PHP"),
        ("MX$0.00", "point", "0.00", "MXN"),
        ("S$12.30", "point", "12.30", "SGD"),
        ("120.000₫", "comma", "120000.00", "VND"),
        ("Rp 1.250.000", "comma", "1250000.00", "IDR"),
        ("-$3.10", "point", "-3.10", None),
        ("($5.00)", "point", "-5.00", None),
        ("25.00\t", "point", "25.00", None),
        ("7", "comma", "7.00", None),
    ],
)
def test_money(text: str, mark: DecimalMark, value: str, currency: str | None) -> None:
    read = read_amounts(pl.Series([text]), 2, mark, ["-"])
    assert not len(read.failed)
    assert read.values[0] == Decimal(value)
    assert read.currencies[0] == currency


@pytest.mark.parametrize(
    "text", ["abc", "1.2.3", "12,34,56", "1e5", "$", "1.022", "NaN", "5 apples"]
)
def test_what_is_no_amount_fails(text: str) -> None:
    assert read_amounts(pl.Series([text]), 2, "point", ["-"]).failed.to_list() == [0]


def test_null_words_do_not_fail() -> None:
    read = read_amounts(pl.Series(["-", " - ", "\t"]), 2, "point", ["-"])
    assert read.values.to_list() == [None] * 3 and not len(read.failed)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("62,90", {"comma"}),
        ("62.90", {"point"}),
        ("1,022.25", {"point"}),
        ("1.022,25", {"comma"}),
        ("1.250.000", {"comma"}),
        ("1,022", set()),
        ("1.022", set()),
        ("7", set()),
    ],
)
def test_what_an_amount_says_about_its_mark(text: str, evidence: set[str]) -> None:
    assert read_amounts(pl.Series([text]), 2, "point", []).evidence == evidence


def test_integers() -> None:
    read = read_integers(
        pl.Series(["1,000", "2.0", " 3", "x", "-", "1.5"]), pl.Int32(), "point", ["-"]
    )
    assert read.values.to_list() == [1000, 2, 3, None, None, None]
    assert read.failed.to_list() == [3, 5]


def test_rates() -> None:
    read = read_rates(pl.Series(["15%", "0.15", "1.5 %", "x", ""]), "point", ["-"])
    assert read.values.to_list() == [0.15, 0.15, 0.015, None, None]
    assert read.failed.to_list() == [3]
