"""Days and weeks as commands name them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.calendar import (
    check_days,
    check_moment,
    days_between,
    last_day_before,
    last_full_week,
    midnight_utc,
    moment_utc,
    newest_ended_day,
    parse_day,
    parse_moment,
    parse_week,
    week_name,
)
from flows.errors import UsageError

PACIFIC, EASTERN = "America/Los_Angeles", "America/New_York"


@pytest.mark.parametrize("text", ["2026-11-3", "20261103", "11/03/2026", "yesterday", "2026-02-30"])
def test_other_dates_are_refused_with_the_form_to_use(text: str) -> None:
    with pytest.raises(UsageError, match="2026-11-23"):
        parse_day(text)


def test_a_week_is_its_sunday() -> None:
    assert parse_week("2026-W15") == date(2026, 4, 12)
    assert week_name(date(2026, 4, 12)) == "2026-W15"
    assert week_name(parse_week("2020-W53")) == "2020-W53"


@pytest.mark.parametrize("text", ["2026-15", "2026-W54", "26-W15", "2026-W5", "W15", "2025-W53"])
def test_other_weeks_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="2026-W15"):
        parse_week(text)


def test_the_newest_ended_day_has_ended_in_every_zone() -> None:
    now = datetime(2026, 4, 2, 6, 30, tzinfo=UTC)  # 02:30 in New York, 23:30 the day before in LA
    assert newest_ended_day([EASTERN], now) == date(2026, 4, 1)
    assert newest_ended_day([EASTERN, PACIFIC], now) == date(2026, 3, 31)


def test_the_last_full_week_ends_on_the_newest_sunday_that_has_ended() -> None:
    monday_morning = datetime(2026, 4, 13, 10, tzinfo=UTC)
    assert last_full_week([PACIFIC], monday_morning) == date(2026, 4, 12)
    sunday = datetime(2026, 4, 12, 20, tzinfo=UTC)
    assert last_full_week([PACIFIC], sunday) == date(2026, 4, 5)


def test_a_range_has_both_ends() -> None:
    assert days_between(date(2026, 2, 27), date(2026, 3, 1)) == (
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    )
    with pytest.raises(UsageError, match="before it begins"):
        days_between(date(2026, 3, 1), date(2026, 2, 27))


def test_days_that_have_not_ended_are_said_and_absurd_ones_refused() -> None:
    now = datetime(2026, 4, 2, 12, tzinfo=UTC)
    assert check_days([date(2026, 4, 1)], [PACIFIC], now) is None
    assert "has not ended" in (check_days([date(2026, 4, 2)], [PACIFIC], now) or "")
    for absurd in (date(2062, 4, 2), date(1999, 12, 31)):
        with pytest.raises(UsageError, match=str(absurd)):
            check_days([absurd], [PACIFIC], now)


def test_midnight_follows_the_clock_changes() -> None:
    assert midnight_utc(date(2026, 3, 8), PACIFIC) == datetime(2026, 3, 8, 8)
    assert midnight_utc(date(2026, 3, 9), PACIFIC) == datetime(2026, 3, 9, 7)
    # Beirut's clocks skip midnight itself: the day begins at the change.
    assert midnight_utc(date(2021, 3, 28), "Asia/Beirut") == datetime(2021, 3, 27, 22)
    # Havana's midnight comes twice: the first.
    assert midnight_utc(date(2021, 11, 7), "America/Havana") == datetime(2021, 11, 7, 4)


def test_a_moment_without_an_offset_is_on_the_shops_clock() -> None:
    noon = datetime(2026, 4, 8, 19)
    for text in ("2026-04-08T12:00", "2026-04-08 12:00:00", "2026-04-08T19:00Z"):
        assert moment_utc(parse_moment(text), PACIFIC) == noon
    assert moment_utc(parse_moment("2026-04-08T21:00+02:00"), PACIFIC) == noon
    assert moment_utc(parse_moment("2026-04-08"), PACIFIC) == datetime(2026, 4, 8, 7)
    # Of the hour that comes twice the first; in the one that is skipped, past the change.
    assert moment_utc(parse_moment("2026-11-01T01:30"), PACIFIC) == datetime(2026, 11, 1, 8, 30)
    assert moment_utc(parse_moment("2026-03-08T02:30"), PACIFIC) == datetime(2026, 3, 8, 10, 30)
    for text in ("noon", "12:00", "08.04.2026 12:00", ""):
        with pytest.raises(UsageError, match="2026-11-23T14:30"):
            parse_moment(text)


def test_midnight_still_belongs_to_the_day_before_it() -> None:
    midnight = datetime(2026, 4, 9, 7)
    assert last_day_before(midnight, PACIFIC) == date(2026, 4, 8)
    assert last_day_before(midnight + timedelta(microseconds=1), PACIFIC) == date(2026, 4, 9)
    assert last_day_before(datetime(2026, 4, 9, 6, 59, 59), PACIFIC) == date(2026, 4, 8)


def test_a_moment_that_cannot_be_meant_is_refused() -> None:
    now = datetime(2026, 4, 8, 12, tzinfo=UTC)
    check_moment(datetime(2026, 12, 1), now)
    check_moment(datetime(2020, 1, 1), now)
    for absurd in (datetime(2062, 1, 1), datetime(1999, 12, 31)):
        with pytest.raises(UsageError, match="2026-04-08 12:00 UTC now"):
            check_moment(absurd, now)
