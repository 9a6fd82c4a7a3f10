"""The oracle against the published vectors."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from .clock import (
    HOLIDAYS,
    business_days_after,
    clocks_for,
    days_between,
    dispatch_due_on,
    end_of,
    headroom_of,
    last_moment_of,
    local_date,
    status_of,
    to_utc,
    window_start,
)
from .coverage import distance_mi, state_code, zone_of
from .returns import wilson
from .standing import fault_of
from .tracking import carrier_of, couriers_that_fit, specifications

PACIFIC = ZoneInfo("America/Los_Angeles")
LATE = "late_dispatch_rate"
TRACKING = "valid_tracking_rate"
CANCELLED = "seller_fault_cancellation_rate"
ON_TIME = "on_time_delivery_rate"


@pytest.mark.parametrize(
    ("ordered_on", "due_on"),
    [
        ("2025-11-24", "2025-11-26"),
        ("2025-11-25", "2025-11-28"),
        ("2025-11-26", "2025-12-01"),
        ("2025-12-23", "2025-12-26"),
        ("2025-07-03", "2025-07-08"),
        ("2024-11-06", "2024-11-08"),
        ("2024-11-13", "2024-11-15"),
        ("2026-11-20", "2026-11-24"),
        ("2026-11-21", "2026-11-24"),
        ("2026-11-22", "2026-11-24"),
        ("2026-07-02", "2026-07-07"),
    ],
)
def test_two_business_days(ordered_on: str, due_on: str) -> None:
    assert business_days_after(date.fromisoformat(ordered_on), 2) == date.fromisoformat(due_on)


def test_business_days_are_numpys_rolled_backward() -> None:
    off = np.array(sorted(HOLIDAYS), dtype="datetime64[D]")
    for day in days_between(date(2025, 10, 1), date(2027, 1, 31)):
        for count in (2, 4, 6, 7):
            expected = np.busday_offset(day, count, roll="backward", holidays=off)
            assert business_days_after(day, count) == expected.astype(date), (day, count)


def test_the_shops_clock_decides_the_day() -> None:
    late_evening = to_utc(datetime(2024, 11, 13, 23, 50), PACIFIC)
    assert local_date(late_evening, PACIFIC) == date(2024, 11, 13)
    assert local_date(late_evening, ZoneInfo("America/New_York")) == date(2024, 11, 14)


def test_clock_changes() -> None:
    assert to_utc(datetime(2026, 3, 8, 2, 30), PACIFIC) == datetime(2026, 3, 8, 10, 30, tzinfo=UTC)
    assert to_utc(datetime(2026, 11, 1, 1, 30), PACIFIC) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert end_of(date(2026, 3, 8), PACIFIC) == datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
    last = last_moment_of(date(2026, 3, 8), PACIFIC)
    assert last == datetime(2026, 3, 9, 6, 59, 59, 999_000, tzinfo=UTC)


def test_windows_end_on_the_as_of_day() -> None:
    thursday = date(2026, 1, 1)
    assert window_start(thursday, "week") == date(2025, 12, 29)
    assert window_start(thursday, "rolling_7d") == date(2025, 12, 26)
    assert window_start(thursday, "rolling_30d") == date(2025, 12, 3)


@pytest.mark.parametrize(
    ("created_on", "event", "count"),
    [
        (date(2026, 1, 11), "tracking_uploaded", 2),
        (date(2026, 1, 12), "carrier_first_scan", 4),
        (date(2026, 1, 25), "carrier_first_scan", 4),
        (date(2026, 1, 26), "carrier_first_scan", 2),
    ],
)
def test_policy_switches(created_on: date, event: str, count: int) -> None:
    clocks = clocks_for(created_on)
    assert (clocks.dispatch_event, clocks.dispatch_bd, clocks.deliver_bd) == (event, count, 6)


@pytest.mark.parametrize(
    ("market", "created", "due_on"),
    [
        ("VN", datetime(2026, 7, 9, 13, 59, 59), date(2026, 7, 9)),
        ("VN", datetime(2026, 7, 9, 14), date(2026, 7, 10)),
        ("VN", datetime(2026, 7, 10, 14), date(2026, 7, 13)),  # Friday afternoon
        ("VN", datetime(2026, 7, 11, 9), date(2026, 7, 13)),  # a Saturday has no cut-off
        ("VN", datetime(2026, 9, 2, 9), date(2026, 9, 3)),  # National Day
        ("GB", datetime(2026, 5, 1, 9), date(2026, 5, 6)),  # early May holiday on Monday
        ("GB", datetime(2026, 3, 27, 23, 59, 59), date(2026, 3, 31)),  # clocks change
        ("US", datetime(2026, 5, 1, 9), date(2026, 5, 5)),
    ],
)
def test_dispatch_due_days_of_markets(market: str, created: datetime, due_on: date) -> None:
    zone = {"US": "America/Los_Angeles", "GB": "Europe/London", "VN": "Asia/Ho_Chi_Minh"}[market]
    assert dispatch_due_on(to_utc(created, ZoneInfo(zone)), ZoneInfo(zone), market) == due_on


@pytest.mark.parametrize(
    ("numerator", "denominator", "status", "headroom"),
    [
        (39, 1000, "approaching", 0),
        (40, 1000, "breach", -1),
        (40, 1010, "approaching", 0),
        (100, 1000, "enforcement", -61),
        (99, 1000, "breach", -60),
    ],
)
def test_lines_of_vietnam(numerator: int, denominator: int, status: str, headroom: int) -> None:
    day = date(2026, 5, 1)
    assert status_of(LATE, day, numerator, denominator, "VN") == status
    assert headroom_of(LATE, day, numerator, denominator, "VN") == headroom


def test_tracking_number_examples() -> None:
    wrong = []
    for courier, rules in specifications().items():
        for rule in rules:
            examples = rule["test_numbers"]
            wrong += [
                f"{courier} {rule['name']} refuses {text}"
                for text in examples["valid"]
                if courier not in couriers_that_fit("".join(text.split()).upper())
            ]
            wrong += [
                f"{courier} {rule['name']} accepts {text}"
                for text in examples["invalid"]
                if courier in couriers_that_fit("".join(text.split()).upper())
            ]
    assert not wrong


@pytest.mark.parametrize(
    ("name", "carrier"),
    [
        ("UPS", "ups"),
        ("UPS Ground", "ups"),
        ("USPS Ground Advantage", "usps"),
        ("Spee-Dee", "speedee"),
        ("FedEx SmartPost", "fedex"),
        ("UniUni", "uniuni"),
        ("Royal Mail", None),
        ("", None),
    ],
)
def test_carrier_names(name: str, carrier: str | None) -> None:
    assert carrier_of(name) == carrier


@pytest.mark.parametrize(
    ("metric", "day", "numerator", "denominator", "status", "headroom"),
    [
        (LATE, "2026-05-01", 0, 0, "no_data", 0),
        (LATE, "2026-05-01", 24, 24, "insufficient_volume", -24),
        (LATE, "2026-05-01", 0, 25, "ok", 1),
        (LATE, "2026-05-01", 1, 25, "approaching", 0),
        (LATE, "2026-05-01", 3, 100, "approaching", 1),
        (LATE, "2026-05-01", 2, 100, "ok", 2),
        (LATE, "2026-05-01", 2, 49, "breach", -1),
        (LATE, "2026-05-01", 10, 100, "breach", -6),
        (LATE, "2026-05-01", 11, 100, "enforcement", -7),
        (LATE, "2026-03-31", 11, 100, "breach", -7),
        (TRACKING, "2026-05-01", 19, 20, "approaching", 0),
        (TRACKING, "2026-05-01", 77, 80, "approaching", 1),
        (TRACKING, "2026-05-01", 78, 80, "ok", 2),
        (TRACKING, "2026-05-01", 18, 20, "breach", -1),
        (TRACKING, "2026-05-01", 19, 19, "insufficient_volume", 0),
        (TRACKING, "2026-05-01", 280, 300, "breach", -5),
        (TRACKING, "2026-05-01", 100, 100, "ok", 5),
        (CANCELLED, "2026-05-01", 1, 40, "approaching", 0),
        (CANCELLED, "2026-05-01", 3, 160, "approaching", 1),
        (CANCELLED, "2026-05-01", 2, 79, "breach", -1),
        (CANCELLED, "2026-05-01", 0, 39, "insufficient_volume", 0),
        (ON_TIME, "2026-05-01", 8, 10, "approaching", 0),
        (ON_TIME, "2026-05-01", 17, 20, "approaching", 1),
        (ON_TIME, "2026-05-01", 7, 10, "breach", -1),
        (ON_TIME, "2026-05-01", 9, 9, "insufficient_volume", 1),
        (ON_TIME, "2026-05-01", 95, 100, "ok", 15),
    ],
)
def test_status_and_headroom(
    metric: str, day: str, numerator: int, denominator: int, status: str, headroom: int
) -> None:
    as_of_on = date.fromisoformat(day)
    assert status_of(metric, as_of_on, numerator, denominator) == status
    assert headroom_of(metric, as_of_on, numerator, denominator) == headroom


def test_headroom_is_exact_where_doubles_are_not() -> None:
    assert headroom_of(ON_TIME, date(2026, 5, 1), 5, 5) == 1  # (1 - 0.8) * 5 is 0.999… in doubles
    assert headroom_of(TRACKING, date(2026, 5, 1), 20, 20) == 1
    assert headroom_of(LATE, date(2026, 5, 1), 7, 175) == 0


@pytest.mark.parametrize(
    ("by", "reason", "fault"),
    [
        ("Seller", "Out of stock", "seller"),
        ("System", "NOT SHIPPED IN TIME", "seller"),
        ("seller", "pricing error", "seller"),
        ("Seller", "Wrong listing", "seller"),
        ("System", "Cannot ship", "seller"),
        ("User", "Late shipment", "seller"),
        ("User", "Out of stock", "seller"),
        ("User", "Pricing error", "buyer"),
        ("User", "No longer needed", "buyer"),
        ("Seller", "The moon was full", "unknown"),
        ("System", "", "unknown"),
    ],
)
def test_whose_fault(by: str, reason: str, fault: str) -> None:
    assert fault_of(by, reason) == fault


def test_wilson() -> None:
    lower, upper = wilson(10, 100)
    assert (round(lower, 4), round(upper, 4)) == (0.0552, 0.1744)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_zones() -> None:
    assert [zone_of(miles) for miles in (0, 50, 50.1, 150, 300, 600, 1000, 1400, 1800)] == [
        1, 1, 2, 2, 3, 4, 5, 6, 7,
    ]  # fmt: skip
    assert zone_of(1800.1) == 8
    assert zone_of(distance_mi((33.97, -118.25), (40.75, -73.99))) == 8
    assert state_code(" california ") == state_code("CA") == "CA"
    assert state_code("Ontario") == "(unknown)"
