"""The computed seeds: business calendars and ZIP3 centroids are current and right."""

from bisect import bisect_left
from collections import defaultdict
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from statistics import fmean

import holidays
import numpy as np
import pytest

from flows.warehouse.seeds import __main__ as command
from flows.warehouse.seeds import calendars, zip3
from flows.warehouse.seeds.files import SEEDS_DIR, read_rows

EARTH_RADIUS_MI = 3958.76


def seed(name: str) -> list[dict[str, str]]:
    return read_rows(SEEDS_DIR / f"{name}.csv")


def test_computed_seeds_are_current() -> None:
    assert command.stale_seeds() == []
    assert command.main(["--check"]) == 0


def test_check_names_a_missing_seed_and_write_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SEEDS_DIR", tmp_path)
    assert command.main(["--check"]) == 1
    assert "zip3_centroids.csv is stale" in capsys.readouterr().out
    assert command.main(["--write"]) == 0
    assert command.main(["--check"]) == 0
    assert (tmp_path / "zip3_centroids.csv").read_bytes() == (
        SEEDS_DIR / "zip3_centroids.csv"
    ).read_bytes()


# --- business calendar --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def federal() -> dict[date, tuple[bool, int]]:
    return {
        date.fromisoformat(row["day_on"]): (
            row["is_business_day"] == "true",
            int(row["business_day_index"]),
        )
        for row in seed("business_calendar")
        if row["calendar_id"] == "US_FEDERAL"
    }


def due_day(calendar: dict[date, tuple[bool, int]], day: date, business_days: int) -> date:
    """The due day by the index alone, as the models look it up."""
    wanted = calendar[day][1] + business_days
    return next(d for d, (is_open, index) in calendar.items() if is_open and index == wanted)


@pytest.mark.parametrize(
    ("day", "due"),
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
def test_two_business_days(federal: dict[date, tuple[bool, int]], day: str, due: str) -> None:
    assert due_day(federal, date.fromisoformat(day), 2) == date.fromisoformat(due)


@pytest.mark.parametrize("business_days", [2, 4, 6, 7])
def test_every_day_agrees_with_numpy(
    federal: dict[date, tuple[bool, int]], business_days: int
) -> None:
    days = [day for day in federal if day <= date(2028, 12, 1)]
    closed = [
        np.datetime64(day) for day in holidays.country_holidays("US", years=range(2020, 2031))
    ]
    expected = np.busday_offset(
        np.array(days, dtype="datetime64[D]"), business_days, roll="backward", holidays=closed
    ).tolist()
    open_days = [day for day, (is_open, _) in federal.items() if is_open]
    found = [open_days[federal[day][1] + business_days - 1] for day in days]
    assert found == expected


def test_calendars_have_every_day_once_and_a_running_index() -> None:
    rows = seed("business_calendar")
    length = (calendars.LAST_DAY - calendars.FIRST_DAY).days + 1
    ids = [calendar.calendar_id for calendar in calendars.CALENDARS]
    assert len(rows) == length * len(ids)
    for position, calendar_id in enumerate(ids):
        index = 0
        for offset, row in enumerate(rows[position * length : (position + 1) * length]):
            day = calendars.FIRST_DAY + timedelta(days=offset)
            index += row["is_business_day"] == "true"
            assert (row["calendar_id"], row["day_on"]) == (calendar_id, day.isoformat())
            assert row["business_day_index"] == str(index)
            assert day.weekday() < 5 or row["is_business_day"] == "false"


def test_holidays_of_markets() -> None:
    kinds = {
        (r["calendar_id"], r["day_on"]): r["is_business_day"] for r in seed("business_calendar")
    }
    assert kinds["GB", "2026-12-28"] == "false"  # Boxing Day, observed
    assert kinds["VN", "2026-09-02"] == "false"
    assert kinds["TH", "2026-04-13"] == "false"
    assert kinds["ID", "2026-08-17"] == "false"
    assert kinds["US_FEDERAL", "2026-08-17"] == "true"
    assert kinds["US_FEDERAL", "2025-11-28"] == "true"  # a state holiday only
    assert kinds["US_FEDERAL", "2021-12-31"] == "false"  # New Year 2022, observed


def test_an_override_changes_the_day_and_all_that_follow(tmp_path: Path) -> None:
    path = tmp_path / "calendar_overrides.csv"
    path.write_text(
        "calendar_id,day_on,is_business_day,reason\n"
        "US_FEDERAL,2026-12-24,false,Window extended\n"
        "US_FEDERAL,2026-12-26,true,Extra day\n",
        encoding="utf-8",
    )
    calendar = calendars.CALENDARS[0]
    plain = list(calendars.calendar_rows(calendar, {}))
    changed = list(calendars.calendar_rows(calendar, calendars.read_overrides(path)))
    moved = [
        (before, after) for before, after in zip(plain, changed, strict=True) if before != after
    ]
    assert [after[1:3] + after[4:] for _, after in moved] == [
        ("2026-12-24", "false", "Window extended"),
        ("2026-12-25", "false", "Christmas Day"),
        ("2026-12-26", "true", "Extra day"),
    ]
    assert [int(before[3]) - int(after[3]) for before, after in moved] == [1, 1, 0]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("XX,2026-12-24,false,a", "no calendar"),
        ("US_FEDERAL,2040-12-24,false,a", "outside"),
        ("US_FEDERAL,2026-12-24,no,a", "true or false"),
        ("US_FEDERAL,2026-12-24,false, ", "no reason"),
        ("US_FEDERAL,2026-12-24,false,a\nUS_FEDERAL,2026-12-24,true,b", "twice"),
    ],
)
def test_a_wrong_override_is_refused(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "calendar_overrides.csv"
    path.write_text(f"calendar_id,day_on,is_business_day,reason\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        calendars.read_overrides(path)


def test_the_reviewed_overrides_are_well_formed() -> None:
    assert isinstance(calendars.read_overrides(), dict)


# --- ZIP3 centroids and zones -------------------------------------------------------------------


@pytest.fixture(scope="module")
def points() -> dict[str, tuple[float, float]]:
    return {
        row["zip3"]: (float(row["latitude"]), float(row["longitude"]))
        for row in seed("zip3_centroids")
    }


def distance_mi(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_RADIUS_MI * asin(sqrt(half)), 1)


def zone_of(miles: float) -> int:
    return bisect_left([int(row["max_miles"]) for row in seed("transit_zones")], miles) + 1


@pytest.mark.parametrize(
    ("origin", "destination", "published", "tolerance"),
    [
        ("900", "100", 8, 0),  # Los Angeles, New York
        ("900", "941", 4, 0),  # Los Angeles, San Francisco
        ("900", "631", 7, 0),  # Los Angeles, St. Louis
        ("752", "631", 4, 0),  # Dallas, St. Louis
        ("752", "972", 7, 0),  # Dallas, Portland
        ("941", "641", 7, 0),  # San Francisco, Kansas City
        ("701", "372", 4, 0),  # New Orleans, Nashville
        ("380", "064", 6, 1),  # 989 miles: next to the edge at 1,000
        ("787", "641", 4, 1),  # 635 miles: next to the edge at 600
    ],
)
def test_published_zones(
    points: dict[str, tuple[float, float]],
    origin: str,
    destination: str,
    published: int,
    tolerance: int,
) -> None:
    zone = zone_of(distance_mi(points[origin], points[destination]))
    assert abs(zone - published) <= tolerance


def test_zone_bands_hold_their_upper_edge() -> None:
    assert [zone_of(m) for m in (0.0, 50.0, 50.1, 150.0, 600.0, 600.1, 1800.0, 1800.1)] == [
        1, 1, 2, 2, 4, 5, 7, 8,
    ]  # fmt: skip
    days = [int(row["default_days"]) for row in seed("transit_zones")]
    assert days == [1, 1, 2, 2, 3, 4, 4, 5, 7]


def test_zip3_centroids_lie_in_their_states(points: dict[str, tuple[float, float]]) -> None:
    rows = seed("zip3_centroids")
    assert 890 <= len(rows) <= 930
    assert len({row["zip3"] for row in rows}) == len(rows)
    assert all(len(row["zip3"]) == 3 and row["zip3"].isdigit() for row in rows)
    codes = {row["state_code"] for row in seed("us_states")}
    assert {row["state_code"] for row in rows} <= codes
    # Every point lies within 500 miles of its state's middle, Alaska's within 900.
    by_state: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        by_state[row["state_code"]].append(points[row["zip3"]])
    for state, members in by_state.items():
        middle = (fmean(point[0] for point in members), fmean(point[1] for point in members))
        limit = 900 if state == "AK" else 500
        assert all(distance_mi(middle, point) < limit for point in members), state


def test_samoa_does_not_pull_hawaii_south(points: dict[str, tuple[float, float]]) -> None:
    assert points["967"][0] > 19


def test_every_census_zip_has_a_state() -> None:
    states = zip3.state_of_zip3()
    assert {zip_code[:3] for zip_code, _, _ in zip3.zip_points()} <= states.keys()
    assert (states["100"], states["900"], states["063"], states["341"]) == ("NY", "CA", "CT", "FL")
