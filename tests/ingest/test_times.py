"""Times of every shape, against the standard library's reading of the zone database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.contracts.model import DateOrder
from flows.ingest.clock import clock_of
from flows.ingest.times import Times, read_times

ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "Europe/London",
    "Asia/Ho_Chi_Minh",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "UTC",
)
FORMS: tuple[tuple[str, DateOrder], ...] = (
    ("%m/%d/%Y %I:%M:%S %p", "month_first"),
    ("%m/%d/%Y %I:%M:%S %p\t", "month_first"),
    ("%d/%m/%Y %H:%M:%S", "day_first"),
    ("%m/%d/%Y %H:%M:%S", "month_first"),
    ("%Y-%m-%dT%H:%M:%S", "iso"),
    ("%Y-%m-%d %H:%M:%S", "day_first"),
    ("%Y/%m/%d %H:%M:%S", "iso"),
    ("%-d/%-m/%Y %H:%M:%S", "day_first"),
    ("%-m/%-d/%Y %-I:%M:%S %p", "month_first"),
)


def read(
    texts: list[str | None], zone: str = "America/Los_Angeles", order: DateOrder = "iso"
) -> Times:
    return read_times(
        pl.DataFrame({"x_at": texts}, schema={"x_at": pl.String}),
        ["x_at"],
        order,
        clock_of(zone),
        null_words=["-", "N/A"],
        wants_evidence=True,
    )


@settings(deadline=None, max_examples=80)
@given(
    walls=st.lists(
        st.datetimes(datetime(2019, 1, 1), datetime(2039, 12, 31)).map(
            lambda moment: moment.replace(microsecond=0)
        ),
        min_size=1,
        max_size=20,
    ),
    zone=st.sampled_from(ZONES),
    form=st.sampled_from(FORMS),
)
def test_wall_times_become_utc_as_zoneinfo_has_it(
    walls: list[datetime], zone: str, form: tuple[str, DateOrder]
) -> None:
    times = read([wall.strftime(form[0]) for wall in walls], zone, form[1])
    info = ZoneInfo(zone)
    instants = [wall.replace(tzinfo=info, fold=0).astimezone(UTC) for wall in walls]
    assert times.frame["x_at"].to_list() == [moment.replace(tzinfo=None) for moment in instants]
    assert times.frame["x_on"].to_list() == [moment.astimezone(info).date() for moment in instants]
    assert not times.failed


@settings(deadline=None, max_examples=40)
@given(
    moment=st.datetimes(datetime(2019, 1, 1), datetime(2039, 12, 31)),
    minutes=st.integers(-14 * 60, 14 * 60),
    zone=st.sampled_from(ZONES),
)
def test_an_offset_in_the_text_wins_over_the_shop(
    moment: datetime, minutes: int, zone: str
) -> None:
    sign, hours = "-" if minutes < 0 else "+", abs(minutes) // 60
    text = f"{moment.isoformat()}{sign}{hours:02d}:{abs(minutes) % 60:02d}"
    times = read([text, moment.strftime("%Y-%m-%dT%H:%M:%SZ")], zone)
    expected = moment - timedelta(minutes=minutes)
    assert times.frame["x_at"].to_list() == [expected, moment.replace(microsecond=0)]
    local = expected.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert times.frame["x_on"][0] == local.date()


def test_the_repeated_hour_is_its_earlier_meaning_and_a_skipped_one_shifts() -> None:
    times = read(["11/01/2026 01:30:00 AM", "03/08/2026 02:30:00 AM"], order="month_first")
    assert times.frame["x_at"].to_list() == [
        datetime(2026, 11, 1, 8, 30),
        datetime(2026, 3, 8, 10, 30),
    ]
    assert times.shifted == 1


@pytest.mark.parametrize(
    "text",
    [
        "02/30/2026 10:00:00 AM",
        "13/13/2026 10:00:00 AM",
        "04/05/2026 13:00:00 PM",
        "yesterday",
        "46117.99615",
        "2026-04-05 24:00:00",
        "9999-01-01 00:00:00",
        "04/05/26 10:00",
    ],
)
def test_what_is_no_time_fails(text: str) -> None:
    times = read(["04/05/2026 10:00:00 AM", text], order="month_first")
    assert times.failed["x_at"].to_list() == [1]


def test_null_words_are_null_and_do_not_fail() -> None:
    times = read([None, "-", " N/A\t", "2026-04-05T10:00:00"])
    assert times.frame["x_at"].to_list()[:3] == [None, None, None]
    assert not times.failed


def test_a_day_alone_is_its_midnight() -> None:
    times = read(["2026-04-05"], "UTC")
    assert times.frame.row(0) == (datetime(2026, 4, 5), date(2026, 4, 5))


@pytest.mark.parametrize(
    ("zone", "hour"), [("America/Los_Angeles", 7), ("Asia/Ho_Chi_Minh", -7), ("UTC", 0)]
)
def test_a_day_alone_is_the_shops_in_a_column_of_utc_times(zone: str, hour: int) -> None:
    cells = ["2026/04/15", None, "2026-04-15", "2026/04/15 12:00:00", "4/15"]
    raw = pl.DataFrame({"x_at": cells})
    times = read_times(
        raw, ["x_at"], "iso", clock_of(zone), utc=["x_at"], null_words=[], wants_evidence=True
    )
    midnight = datetime(2026, 4, 15) + timedelta(hours=hour)
    noon = datetime(2026, 4, 15, 12)
    assert times.frame["x_at"].to_list() == [midnight, None, midnight, noon, None]
    day = date(2026, 4, 15)
    assert times.frame["x_on"].to_list() == [day, None, day, day, None]
    assert times.failed["x_at"].to_list() == [4]


@pytest.mark.parametrize(
    ("texts", "order", "evidence"),
    [
        (["04/05/2026 10:00:00 AM"], "day_first", {"month_first"}),
        (["04/05/2026 10:00:00"], "day_first", set()),
        (["13/05/2026 10:00:00"], "day_first", {"day_first"}),
        (["13/05/2026 10:00:00"], "month_first", {"day_first"}),
        (["05/13/2026 10:00:00"], "day_first", {"month_first"}),
        (["05/13/2026 10:00:00", "13/05/2026 10:00:00"], "day_first", {"month_first", "day_first"}),
        (["2026-13-05 10:00:00", "2026/05/13 10:00:00"], "day_first", set()),
    ],
)
def test_what_the_cells_say_about_the_order(
    texts: list[str | None], order: DateOrder, evidence: set[str]
) -> None:
    assert read(texts, order=order).evidence == evidence
