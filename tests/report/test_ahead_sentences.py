"""The sentences on what is coming: paces, the way back, handling capacity, open orders."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from flows.report.sentences.ahead import (
    auto_cancel_sentence,
    capacity_sentence,
    chance_words,
    compound_sentence,
    joined,
    likely_late_sentence,
    open_breach_sentence,
    recover_sentence,
    slope_sentence,
    small_volume_sentence,
    unscanned_sentence,
    waiting_sentence,
)
from flows.report.sentences.rates import METRICS

LATE, VALID = "late_dispatch_rate", "valid_tracking_rate"
FAULT, TIMELY = "seller_fault_cancellation_rate", "on_time_delivery_rate"
PT = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0.4, "At its present pace late dispatch passes 4.0% within a day."),
        (1.0, "At its present pace late dispatch passes 4.0% within a day."),
        (2.1, "At its present pace late dispatch passes 4.0% in 3 days."),
        (30.1, ""),
        (None, ""),
    ],
)
def test_slope(days: float | None, text: str) -> None:
    assert slope_sentence(LATE, 0.04, days, 0.5) == text


def test_slope_of_a_floor_and_of_none() -> None:
    assert (
        slope_sentence(VALID, 0.95, 5.0, -0.4)
        == "At its present pace valid tracking falls below 95.0% in 5 days."
    )
    assert slope_sentence(VALID, 0.95, 5.0, None) == ""
    assert slope_sentence(VALID, 0.95, 5.0, 0.0) == ""


def test_breach_on_open_orders() -> None:
    day = date(2026, 11, 25)
    assert (
        open_breach_sentence(0.04, day, date(2026, 11, 23))
        == "If no open order leaves, late dispatch passes 4.0% on Wed Nov 25."
    )
    assert open_breach_sentence(0.04, day, day) == "", "the overdue orders do so by themselves"
    assert open_breach_sentence(0.04, None, day) == ""


def test_the_way_back() -> None:
    assert (
        recover_sentence(LATE, 0.04, 1800)
        == "Late dispatch returns to 4.0% after 1,800 dispatches on time in a row."
    )
    assert (
        recover_sentence(VALID, 0.95, 1) == "Valid tracking returns to 95.0% after 1 valid package."
    )
    assert recover_sentence(FAULT, 0.025, 0) == ""
    assert recover_sentence(TIMELY, 0.80, None) == ""
    for metric in METRICS:
        assert recover_sentence(metric, 0.5, 2).endswith(" in a row.")
        assert METRICS[metric].label in small_volume_sentence(metric)


def line(rate: float, needed: int | None, **changes: Any) -> dict[str, Any]:
    """A row of handling capacity: 3,000 open orders, all due in two business days."""
    known = {
        "rate_line": rate,
        "open_orders": 3000,
        "overdue_orders": 0,
        "allowed_late_left": 120,
        "due_on": date(2026, 11, 26),
        "needed_per_day": needed,
        "demonstrated_peak": 900,
        "stated_capacity": None,
    }
    return known | changes


def test_handling_capacity() -> None:
    assert (
        capacity_sentence([line(0.10, 1350), line(0.04, 1440)])
        == "1,440 a day must leave until Thu Nov 26 to stay within 4%; the best day of the last 30 "
        "was 900."
    )
    assert (
        capacity_sentence([line(0.04, 1440, demonstrated_peak=None, stated_capacity=1200)])
        == "1,440 a day must leave until Thu Nov 26 to stay within 4%; the stated capacity is "
        "1,200."
    )
    assert (
        capacity_sentence([line(0.04, 40, demonstrated_peak=None)])
        == "40 a day must leave until Thu Nov 26 to stay within 4%."
    )
    assert capacity_sentence([line(0.04, 0)]) == "No open order has to leave yet to stay within 4%."
    assert (
        capacity_sentence([line(0.04, None, due_on=None)])
        == "No open order has to leave yet to stay within 4%."
    )


def test_handling_capacity_where_the_overdue_orders_are_too_many() -> None:
    lost = line(0.04, 1500, allowed_late_left=-3)
    assert (
        capacity_sentence([lost, line(0.10, 1350)])
        == "The overdue orders alone are past 4%; to stay within 10%, 1,350 a day must leave until "
        "Thu Nov 26; the best day of the last 30 was 900."
    )
    assert (
        capacity_sentence([lost, line(0.10, 1500, allowed_late_left=-1)])
        == "The overdue orders alone are past 4%; ship all that is due."
    )
    assert capacity_sentence([line(0.04, 0, open_orders=0)]) == ""
    assert capacity_sentence([]) == ""


@pytest.mark.parametrize(
    ("chance", "orders", "text"),
    [
        (0.344, 210, "34% (n 210)"),
        (1.0, 1200, "over 99% (n 1,200)"),
        (0.0, 20, "under 1% (n 20)"),
        (0.5, 19, ""),
        (0.5, None, ""),
        (None, 400, ""),
    ],
)
def test_a_chance_rests_on_twenty_orders(
    chance: float | None, orders: int | None, text: str
) -> None:
    assert chance_words(chance, orders) == text


def test_open_orders() -> None:
    assert unscanned_sentence(9) == "9 prepared parcels have no carrier scan yet."
    assert unscanned_sentence(1) == "1 prepared parcel has no carrier scan yet."
    assert unscanned_sentence(0) == ""
    assert waiting_sentence("picking", 40, 88) == "Most wait for picking: 40 of 88."
    assert waiting_sentence("unknown", 1, 1) == "What 1 of 1 open order waits for is not known."
    assert waiting_sentence("picking", 0, 0) == ""
    assert (
        auto_cancel_sentence(2) == "2 orders are past the time at which the platform cancels them."
    )
    assert auto_cancel_sentence(1) == "1 order is past the time at which the platform cancels it."
    assert auto_cancel_sentence(0) == ""
    due = datetime(2026, 11, 25, 7, 59, 59)
    assert (
        likely_late_sentence(1, 31, due, PT, 0.5)
        == "1 of 31 orders due by Tue Nov 24, 23:59 PT is likely to be late: of past orders at the "
        "same stage at least 50% were."
    )


def test_rates_that_worsen_together() -> None:
    assert (
        compound_sentence([LATE, VALID])
        == "Two rates got worse within 48 hours: late dispatch and valid tracking."
    )
    assert compound_sentence(list(METRICS)).startswith("Four rates got worse")
    assert compound_sentence([LATE]) == ""
    assert compound_sentence([]) == ""
    assert [joined(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
