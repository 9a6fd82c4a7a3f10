"""The words of what moved a rate: their parts add up to the change that is printed."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.report.formats import format_points
from flows.report.sentences.drivers import (
    driver_sentence,
    explains,
    parts_of,
    shared_out,
    signed,
    tenths_of,
)

effects = st.lists(st.floats(-0.2, 0.2).map(lambda v: round(v, 6)), min_size=1, max_size=9)


def row(segment: str, rate: float, mix: float, change: float, share: float = 0.5) -> dict[str, Any]:
    return {
        "metric": "late_dispatch_rate",
        "dimension": "carrier",
        "segment": segment,
        "rate_effect": rate,
        "mix_effect": mix,
        "previous_share": share,
        "share": share,
        "previous_value": 0.02,
        "value": 0.02 + rate / share,
        "previous_denominator": 1000 * share,
        "denominator": 1000 * share,
        "shop_previous_value": 0.02,
        "shop_value": 0.02 + change,
    }


@given(parts=effects)
def test_tenths_add_up_and_none_is_off_by_more_than_one(parts: list[float]) -> None:
    total = tenths_of(math.fsum(parts))
    shared = shared_out(parts, total)
    assert sum(shared) == total
    assert all(abs(n - 1000 * part) < 1 + 1e-6 for n, part in zip(shared, parts, strict=True))


@given(change=st.floats(-0.5, 0.5))
def test_the_total_is_the_change_that_is_printed(change: float) -> None:
    assert signed(tenths_of(change)).lstrip("+−") + " points" == format_points(change)


def test_the_sentence_names_each_part_that_shows() -> None:
    rows = [row("NJ-1", 0.009, 0.0005, 0.008), row("LA-2", -0.002, 0.0005, 0.008)]
    said = driver_sentence(rows, "warehouse")
    assert said == "Late dispatch rose 0.8 points, by warehouse: NJ-1 +0.9, LA-2 −0.2, mix +0.1."


def test_six_segments_are_named_before_five_and_one_other() -> None:
    rows = [row(f"S{n}", 0.001, 0.0, 0.006, 1 / 6) for n in range(6)]
    assert [part.label for part in parts_of(rows)] == [*(f"S{n}" for n in range(6)), "mix"]
    rows = [row(f"S{n}", 0.001, 0.0, 0.007, 1 / 7) for n in range(7)]
    assert [part.label for part in parts_of(rows)][-2:] == ["others", "mix"]


def test_a_dimension_explains_what_one_of_its_segments_moved() -> None:
    assert explains([row("A", 0.009, 0.0, 0.01), row("B", 0.001, 0.0, 0.01)]) is False
    assert explains([row("A", 0.012, 0.0, 0.01, 0.2), row("B", -0.002, 0.0, 0.01, 0.8)])
    # All moved alike; one segment alone; no file tells which; two orders of chance.
    assert not explains([row("A", 0.005, 0.0, 0.01), row("B", 0.005, 0.0, 0.01)])
    assert not explains([row("A", 0.01, 0.0, 0.01, 1.0)])
    assert not explains([row("(none)", 0.02, 0.0, 0.02, 0.1), row("B", 0.0, 0.0, 0.02, 0.9)])
    assert not explains([row("(unknown)", 0.01, 0.0, 0.01, 0.1), row("B", 0.0, 0.0, 0.01, 0.9)])
    assert not explains([row("A", 0.002, 0.0, 0.002, 0.1), row("B", 0.0, 0.0, 0.002, 0.9)])


def test_moving_between_segments_explains_too() -> None:
    assert explains([row("A", 0.0, 0.006, 0.01), row("B", 0.0, 0.004, 0.01)])
