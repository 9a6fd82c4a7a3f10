"""The shop's clock: business days, clock changes, text."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from flows.simulate.clock import NEVER, ShopClock, StampText, utc_text
from flows.simulate.markets import MARKETS
from flows.simulate.truth_rules import RULES

PACIFIC = "America/Los_Angeles"


def clock(first: date = date(2024, 1, 1), last: date = date(2026, 12, 31)) -> ShopClock:
    return ShopClock(PACIFIC, first, last)


def due(market: str, created: str) -> str:
    """When an order is due in a market, as local date."""
    held = ShopClock(MARKETS[market].zone, date(2024, 1, 1), date(2026, 12, 31), market)
    moment = np.array([second(f"{created}{ZONES[market]}")])
    day, _ = RULES[market].due_days(held, moment)
    return str(held.date_of(day)[0])


ZONES = {"US": "-08:00", "GB": "+00:00", "VN": "+07:00"}


@pytest.mark.parametrize(
    ("market", "created", "expected"),
    [
        ("VN", "2026-03-04T13:59:59", "2026-03-04"),
        ("VN", "2026-03-04T14:00:00", "2026-03-05"),
        ("VN", "2026-03-06T13:59:59", "2026-03-06"),
        ("VN", "2026-03-06T14:00:00", "2026-03-09"),
        ("VN", "2026-03-07T08:00:00", "2026-03-09"),
        # The Lunar New Year of 2026: from Monday the 16th to Friday the 20th of February.
        ("VN", "2026-02-13T14:00:00", "2026-02-23"),
        ("VN", "2026-02-17T09:00:00", "2026-02-23"),
        # Bank holidays: Good Friday and Easter Monday of 2026.
        ("GB", "2026-04-01T10:00:00", "2026-04-07"),
        ("GB", "2026-04-03T10:00:00", "2026-04-08"),
        # Four days between the twelfth and the twenty-sixth of January, one of them a holiday.
        ("US", "2026-01-11T23:59:59", "2026-01-13"),
        ("US", "2026-01-12T00:00:00", "2026-01-16"),
        ("US", "2026-01-16T00:00:00", "2026-01-23"),
        ("US", "2026-01-26T00:00:00", "2026-01-28"),
    ],
)
def test_due_days_of_the_markets(market: str, created: str, expected: str) -> None:
    assert due(market, created) == expected


def test_the_upload_counts_in_britain_from_november_2024() -> None:
    held = ShopClock("Europe/London", date(2024, 1, 1), date(2026, 12, 31), "GB")
    moments = np.array([second("2024-11-03T23:59:59+00:00"), second("2024-11-04T00:00:00+00:00")])
    _, uploaded = RULES["GB"].due_days(held, moments)
    assert uploaded.tolist() == [False, True]


def second(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2025-11-24", "2025-11-26"), ("2025-11-25", "2025-11-28"), ("2025-11-26", "2025-12-01"),
        ("2025-12-23", "2025-12-26"), ("2025-07-03", "2025-07-08"), ("2024-11-06", "2024-11-08"),
        ("2024-11-13", "2024-11-15"), ("2026-11-20", "2026-11-24"), ("2026-11-21", "2026-11-24"),
        ("2026-11-22", "2026-11-24"), ("2026-07-02", "2026-07-07"),
    ],
)  # fmt: skip
def test_two_business_days(day: str, due: str) -> None:
    held = clock()
    number = np.array([held.number_of(date.fromisoformat(day))])
    assert str(held.date_of(held.add_business_days(number, 2))[0]) == due


def test_an_evening_order_belongs_to_the_shops_day() -> None:
    held = clock()
    day = held.day(np.array([second("2024-11-14T02:50:00-05:00")]))
    assert str(held.date_of(day)[0]) == "2024-11-13"


def test_days_of_clock_changes_have_their_true_length() -> None:
    held = clock()
    hours = np.diff(held.midnights) // 3600
    assert hours[held.number_of(date(2026, 3, 8))] == 23
    assert hours[held.number_of(date(2026, 11, 1))] == 25
    assert sorted(set(hours.tolist())) == [23, 24, 25]


def test_nothing_is_planned_in_the_hour_that_is_shown_twice() -> None:
    held = clock()
    first, again = second("2026-11-01T01:30:00-07:00"), second("2026-11-01T01:30:00-08:00")
    moved = held.readable(np.array([first, again]))
    assert moved.tolist() == [first, again + 3600]


def test_stamps_read_as_the_platform_writes_them() -> None:
    held = clock()
    text = StampText(held, "%m/%d/%Y", "%I:%M:%S %p\t", " ")
    at = np.array([second("2026-04-05T23:54:28-07:00"), NEVER])
    assert text.shop(at, at < NEVER, "\t").to_list() == ["04/05/2026 11:54:28 PM\t", "\t"]


def test_utc_text_shows_milliseconds() -> None:
    at = np.array([second("2026-03-04T07:59:59+00:00"), NEVER])
    assert utc_text(at, 999).to_list() == ["2026-03-04 07:59:59.999", None]
