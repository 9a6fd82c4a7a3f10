"""Every example number of the specifications is judged as its courier judges it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from flows.ingest.tracking_numbers import couriers, tidy, tracking_fits

NUMBERS = json.loads(
    (Path(__file__).parent.parent / "fixtures" / "tracking_numbers.json").read_text("utf-8")
)["couriers"]
VECTORS = [
    (courier, kind, number, verdict == "valid")
    for courier, kinds in NUMBERS.items()
    for kind, examples in kinds.items()
    for verdict in ("valid", "invalid")
    for number in examples[verdict]
]


def fits(*numbers: str | None) -> list[str | None]:
    return tracking_fits(tidy(pl.Series(list(numbers), dtype=pl.String))).to_list()


@pytest.mark.parametrize(("courier", "kind", "number", "is_valid"), VECTORS)
def test_example_numbers(courier: str, kind: str, number: str, is_valid: bool) -> None:
    (found,) = fits(number)
    assert found is not None
    assert (courier in found.replace("~", "").split(",")) is is_valid


def test_every_example_of_the_specifications_is_here() -> None:
    published = {
        (courier["courier_code"], kind["name"], number, verdict == "valid")
        for path in (Path(__file__).parent.parent / "oracle" / "tracking_numbers").glob("*.json")
        for courier in [json.loads(path.read_text("utf-8"))]
        for kind in courier["tracking_numbers"]
        for verdict in ("valid", "invalid")
        for number in kind["test_numbers"].get(verdict, [])
    }
    assert published == set(VECTORS)
    assert len({courier for courier, *_ in published}) == 10


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("986578788855", "fedex"),  # plain digits, and a check digit of one courier
        ("3318810025", "dhl"),
        ("60120172242323", "dhl~"),  # any fourteen digits are DHL's
        ("12345678901234", "dhl~"),
        ("GM295117322517", "dhl"),  # fourteen characters, but letters of DHL's own
        ("123456789012345678901", ""),
    ],
)
def test_plain_digits_are_told_from_a_number_that_speaks_for_its_courier(
    number: str, found: str
) -> None:
    assert fits(number) == [found]


def test_couriers_are_those_of_the_examples() -> None:
    assert set(couriers()) == set(NUMBERS)


def test_many_numbers_at_once_are_judged_as_one_by_one() -> None:
    numbers = [number for _, _, number, _ in VECTORS]
    assert fits(*numbers) == [fits(number)[0] for number in numbers]


def test_no_number_is_null_and_a_strange_one_fits_none() -> None:
    assert fits(None, "", "  ", "HELLO", "１Z5R89390357567127", "é" * 9) == [
        None,
        None,
        None,
        "",
        "",
        "",
    ]


def test_several_couriers_are_sorted() -> None:
    assert fits("03071790000523483741") == ["usps"]
    both = [n for n in fits(*(f"{i:012d}" for i in range(200))) if n]
    assert both and all(n == ",".join(sorted(n.split(","))) for n in both)


def test_white_space_and_case_do_not_matter() -> None:
    assert fits(" 1z 5r8 9390 3575 67127\t") == ["ups"]


def test_no_numbers_at_all() -> None:
    assert tracking_fits(pl.Series([], dtype=pl.String)).to_list() == []
