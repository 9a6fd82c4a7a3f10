"""Status and headroom are decided in exact arithmetic."""

from datetime import date

import pytest

from flows.simulate.truth_returns import wilson
from flows.simulate.truth_rules import (
    LATE_DISPATCH,
    ON_TIME,
    RULES,
    SELLER_FAULT,
    VALID_TRACKING,
    headroom_of,
    status_of,
)

BEFORE, AFTER = date(2026, 3, 31), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "day", "status", "headroom"),
    [
        (LATE_DISPATCH, 0, 0, AFTER, "no_data", 0),
        (LATE_DISPATCH, 5, 24, AFTER, "insufficient_volume", -5),
        (LATE_DISPATCH, 1, 25, AFTER, "approaching", 0),
        (LATE_DISPATCH, 2, 25, AFTER, "breach", -1),
        (LATE_DISPATCH, 10, 100, AFTER, "breach", -6),
        (LATE_DISPATCH, 11, 100, AFTER, "enforcement", -7),
        (LATE_DISPATCH, 11, 100, BEFORE, "breach", -7),
        (LATE_DISPATCH, 3, 100, AFTER, "approaching", 1),
        (LATE_DISPATCH, 2, 100, AFTER, "ok", 2),
        (VALID_TRACKING, 19, 20, AFTER, "approaching", 0),
        (VALID_TRACKING, 77, 80, AFTER, "approaching", 1),
        (VALID_TRACKING, 78, 80, AFTER, "ok", 2),
        (VALID_TRACKING, 94, 100, AFTER, "breach", -1),
        (SELLER_FAULT, 1, 40, AFTER, "approaching", 0),
        (SELLER_FAULT, 3, 160, AFTER, "approaching", 1),
        (SELLER_FAULT, 2, 40, AFTER, "breach", -1),
        (ON_TIME, 8, 10, AFTER, "approaching", 0),
        (ON_TIME, 17, 20, AFTER, "approaching", 1),
        (ON_TIME, 9, 10, AFTER, "ok", 1),
        (ON_TIME, 7, 10, AFTER, "breach", -1),
    ],
)
def test_status_and_headroom(
    metric: str, numerator: int, denominator: int, day: date, status: str, headroom: int
) -> None:
    line = RULES["US"].line(metric)
    limit = RULES["US"].enforcement(line, day)
    assert status_of(line, numerator, denominator, limit) == status
    assert headroom_of(line, numerator, denominator) == headroom


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "status", "headroom"),
    [
        # In South-East Asia the line itself is on the wrong side.
        (LATE_DISPATCH, 1, 25, "breach", -1),
        (LATE_DISPATCH, 4, 100, "breach", -1),
        (LATE_DISPATCH, 3, 100, "approaching", 0),
        (LATE_DISPATCH, 4, 101, "approaching", 0),
        (LATE_DISPATCH, 2, 100, "ok", 1),
        (LATE_DISPATCH, 9, 100, "breach", -6),
        (LATE_DISPATCH, 10, 100, "enforcement", -7),
        (SELLER_FAULT, 1, 40, "breach", -1),
        (SELLER_FAULT, 4, 40, "enforcement", -4),
        (SELLER_FAULT, 3, 160, "approaching", 0),
        (VALID_TRACKING, 19, 20, "approaching", 0),
        (ON_TIME, 8, 10, "approaching", 0),
        (LATE_DISPATCH, 0, 0, "no_data", 0),
    ],
)
def test_status_and_headroom_with_strict_lines(
    metric: str, numerator: int, denominator: int, status: str, headroom: int
) -> None:
    line = RULES["VN"].line(metric)
    assert status_of(line, numerator, denominator, line.enforcement) == status
    assert headroom_of(line, numerator, denominator) == headroom


def test_wilson_bounds() -> None:
    low, high = wilson(5, 100)
    assert low == pytest.approx(0.0215437, abs=1e-6) and high == pytest.approx(0.1117505, abs=1e-6)
    assert wilson(0, 0) == (None, None) and wilson(3, 2) == (None, None)
    assert wilson(0, 10)[0] == 0.0 and wilson(10, 10)[1] == 1.0
