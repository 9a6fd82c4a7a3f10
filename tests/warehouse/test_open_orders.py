"""The open orders of a simulated shop, against a count in plain Python, at many moments."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.home.layout import Home
from flows.running.pulse import MODELS, pulse
from flows.simulate import simulate
from flows.warehouse.moment import Moment, read_at
from tests.warehouse.open_orders_by_hand import Shop

ZONE = ZoneInfo("America/Los_Angeles")
MOMENTS = [
    "2026-03-08T01:59:59.999",  # the clocks go forward a millisecond later
    "2026-03-08T03:00:00",
    "2026-03-11T12:00:00",
    "2026-03-14T00:00:00",  # a Saturday's midnight
    "2026-03-20T21:13:07.500",
    "2026-03-25T23:59:59.999",  # the last moment of the due day: still in time
    "2026-03-26T00:00:00",
    "2026-04-09T09:00:00",  # long after the data end
]


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home folder with a shop of five weeks, looked at once at the first moment."""
    home = Home(tmp_path_factory.mktemp("open_orders"))
    first, last = date(2026, 2, 20), date(2026, 3, 28)
    simulate(home.root, "demo", first, last, 30, 11, ["viral"], truth=False)
    pulse(home, datetime.fromisoformat(MOMENTS[0]), ())
    return home


@pytest.fixture(scope="module")
def by_hand(home: Home) -> Shop:
    return Shop(home.landing / "demo")


def _models(home: Home, text: str) -> dict[str, list[dict[str, Any]]]:
    at = _utc(text)
    day = datetime.fromtimestamp(at.timestamp() - 1e-6, ZONE).date()
    moments = {"demo": Moment(at.replace(tzinfo=None), day)}
    database = home.private / "pulse.duckdb"
    found = read_at(database, moments, MODELS, home.work)
    return {model: frame.to_dicts() for model, frame in found.items()}


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(found, float):
        return math.isclose(found, wanted, abs_tol=1e-7)
    if isinstance(found, datetime):
        return bool(found.replace(tzinfo=UTC) == wanted)
    return bool(found == wanted)


@pytest.mark.parametrize("text", MOMENTS)
def test_every_open_order_is_as_counted_by_hand(home: Home, by_hand: Shop, text: str) -> None:
    rows = {row["order_id"]: row for row in _models(home, text)["open_orders"]}
    wanted = by_hand.at(_utc(text))
    assert len(wanted) > 20
    assert sorted(rows) == sorted(wanted)
    wrong = [
        f"{order_id} {column}: {rows[order_id][column]!r}, by hand {value!r}"
        for order_id, row in wanted.items()
        for column, value in row.items()
        if not _same(rows[order_id][column], value)
    ]
    assert wrong == []


@pytest.mark.parametrize("text", MOMENTS)
def test_what_must_leave_each_day_follows_from_the_open_orders(home: Home, text: str) -> None:
    found = _models(home, text)
    orders = [row for row in found["open_orders"] if row["dispatch_due_at"] is not None]
    overdue = sum(row["bucket"] == "overdue" for row in orders)
    due = Counter(row["dispatch_due_on"] for row in orders if row["bucket"] != "overdue")
    schedule = {row["due_on"]: row for row in found["dispatch_schedule"]}
    assert {day: row["orders_due"] for day, row in schedule.items()} == due
    for line in found["handling_capacity"]:
        percent = {"target": 4, "enforcement": 10}[line["line"]]
        allowed = percent * len(orders) // 100
        assert (line["open_orders"], line["overdue_orders"]) == (len(orders), overdue)
        assert (line["allowed_late"], line["allowed_late_left"]) == (allowed, allowed - overdue)
        needed = capacity_late = 0
        for day, row in schedule.items():
            by_then = sum(count for other, count in due.items() if other <= day)
            left = max(by_then - max(allowed - overdue, 0), 0)
            needed = max(needed, math.ceil(left / row["dispatch_days"]))
            late = max(by_then - row["daily_capacity"] * row["dispatch_days"], 0)
            assert row["late_at_capacity"] == late
            capacity_late = max(capacity_late, late)
        assert line["needed_per_day"] == needed
        assert line["late_at_capacity"] == overdue + capacity_late


def test_a_look_leaves_the_build_as_it_was(home: Home) -> None:
    def states() -> list[tuple[Any, ...]]:
        import duckdb

        with duckdb.connect(str(home.private / "pulse.duckdb"), read_only=True) as connection:
            return connection.execute("from inputs.as_of order by all").fetchall()

    before = states()
    assert _models(home, MOMENTS[3])["open_orders"]
    assert states() == before


def test_each_bucket_counts_its_orders_and_together_all(home: Home) -> None:
    shown = pulse(home, _utc(MOMENTS[2]), ("demo",))["shops"][0]
    rows = _models(home, MOMENTS[2])["open_orders"]
    for column in ("bucket", "age_bucket", "waiting_for"):
        counts = shown[f"{column}s" if column != "waiting_for" else column]
        assert counts == Counter(row[column] for row in rows)
        assert sum(counts.values()) == shown["open_orders"] == len(rows)
    for flag, counts in shown["checkpoints"].items():
        assert sum(counts.values()) == len(rows), flag
    table = Path(shown["csv"]).read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == len(rows) + 1


@pytest.mark.parametrize("text", MOMENTS[3:])
def test_the_pace_of_orders_is_as_counted_by_hand(home: Home, by_hand: Shop, text: str) -> None:
    placed = sorted(
        order.created
        for order in by_hand.orders
        if not (order.is_sample or order.is_replacement or order.is_fbt)
    )
    week = timedelta(weeks=1)
    found = _models(home, text)["int_order_pace"]
    assert [row["window_hours"] for row in sorted(found, key=lambda r: r["window_hours"])] == [
        *(1, 3, 6, 24)
    ]
    for row in found:
        ends, hours = row["ends_at"].replace(tzinfo=UTC), timedelta(hours=row["window_hours"])
        assert ends <= _utc(text)
        counts = [
            sum(ends - k * week - hours < at <= ends - k * week for at in placed if at < _utc(text))
            for k in range(9)
            if ends - k * week - hours >= placed[0]
        ]
        assert row["orders"] == counts[0]
        if len(counts) < 5:
            assert (row["usual_orders"], row["weeks"], row["is_spike"]) == (None, None, False)
            continue
        usual = median(counts[1:])
        spread = 1.4826 * median(abs(count - usual) for count in counts[1:])
        above = max(10, 2 * usual, usual + 5 * max(math.sqrt(usual), spread))
        assert (row["weeks"], row["usual_orders"]) == (len(counts) - 1, usual)
        assert row["spike_above"] == pytest.approx(above)
        assert row["is_spike"] == (counts[0] > above)
