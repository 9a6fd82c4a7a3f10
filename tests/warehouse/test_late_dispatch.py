"""Why orders were late, on a shop whose carrier breaks down: the marts against plain Python."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest

from flows.warehouse.days import write_day
from tests.oracle.command import greenzone, simulate
from tests.warehouse.late_causes import STAGES, Told, late_causes, read_stages

pytestmark = pytest.mark.slow

SHOP, ZONE = "late_shop", ZoneInfo("America/Los_Angeles")
# Over the change of the dispatch event in January and that of the clocks in March.
FIRST, LAST = "2025-12-20", "2026-03-15"
PAST = date(2026, 2, 12)


@dataclass(frozen=True)
class Seen:
    """The marts as of a day, and what plain Python says of the same."""

    day: date
    connection: duckdb.DuckDBPyConnection
    told: dict[str, Told]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return pl.DataFrame(self.connection.sql(sql)).to_dicts()

    def causes(self) -> dict[str, dict[str, Any]]:
        rows = self.rows("select * from marts.late_dispatch_causes")
        return {row["order_id"]: row for row in rows}


def _spoil(landing: Path) -> None:
    """Give shipments gaps and slips of the clock, and SKUs a supplier."""
    for path in sorted((landing / "third_party_logistics").glob("shipments-*.csv")):
        frame = pl.read_csv(path, infer_schema=False).with_row_index("n")
        early = pl.lit("2025-12-19T00:00:00Z")
        frame.filter(pl.col("n") % 37 != 0).with_columns(
            pl.when(pl.col("n") % 5 > 0).then(pl.col("picked_at")).alias("picked_at"),
            pl.when(pl.col("n") % 11 > 0).then(pl.col("tendered_at")).alias("tendered_at"),
            pl.when(pl.col("n") % 13 > 0)
            .then(pl.col("label_created_at"))
            .alias("label_created_at"),
            pl.when(pl.col("n") % 17 > 0).then(pl.col("packed_at")).otherwise(early),
        ).drop("n").write_csv(path)
    path = landing / "reference" / "skus.csv"
    skus = pl.read_csv(path, infer_schema=False).with_row_index("n")
    supplier = pl.when(pl.col("n") % 3 > 0).then(pl.format("Supplier {}", pl.col("n") % 3))
    skus.with_columns(supplier.alias("supplier")).drop("n").write_csv(path)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("late")
    simulate(home, SHOP, FIRST, LAST, 15, 7, "carrier_meltdown", "oversell")
    _spoil(home / "landing" / SHOP)
    greenzone("daily", "--home", str(home), "--date", LAST)
    return home


def _as_of(home: Path, day: date, folder: Path) -> Seen:
    """The marts at the end of a day, as its report would read them, and the same by hand."""
    build, target = home / "warehouse" / "private" / "build.duckdb", folder / f"{day}.duckdb"
    days = folder / "build.duckdb"
    days.write_bytes(build.read_bytes())
    end = datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(ZoneInfo("UTC"))
    end = end.replace(tzinfo=None)
    with duckdb.connect(str(days)) as connection:
        connection.execute(
            "insert into inputs.as_of select shop_id, $day, $end, false from inputs.as_of "
            "where $day not in (select as_of_on from inputs.as_of)",
            {"day": day, "end": end},
        )
    is_newest = day == date.fromisoformat(LAST)
    write_day(days, None, target, day, [SHOP], [], folder, is_built_for=is_newest)
    with duckdb.connect(str(days), read_only=True) as connection:
        items = connection.execute(
            "select order_id, seller_sku from staging.stg_seller_center__order_lines"
        ).fetchall()
        counts = connection.execute(
            "select seller_sku, snapshot_at from staging.stg_third_party_logistics__inventory "
            "group by all having sum(available) <= 0"
        ).fetchall()
        events = dict(
            connection.execute(
                "select policy_version, dispatch_event from seeds.policy_versions"
            ).fetchall()
        )
    contents: dict[str, set[str]] = defaultdict(set)
    for order_id, sku in items:
        contents[order_id].add(sku)
    none_on_hand: dict[str, list[datetime]] = defaultdict(list)
    for sku, at in counts:
        none_on_hand[sku].append(at)
    connection = duckdb.connect(str(target), read_only=True)
    orders = pl.DataFrame(connection.sql("select * from marts.orders")).to_dicts()
    for order in orders:
        order["dispatch_event"] = events[order["policy_version"]]
        order["warehouse"] = order["warehouse_id"] or order["warehouse_name"] or "(unknown)"
    stages = read_stages(home / "landing" / SHOP / "third_party_logistics")
    told = late_causes(orders, stages, none_on_hand, contents, day, end)
    return Seen(day, connection, told)


@pytest.fixture(scope="module", params=[LAST, PAST.isoformat()])
def seen(
    home: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Seen:
    return _as_of(home, date.fromisoformat(request.param), tmp_path_factory.mktemp("day"))


def test_plain_python_finds_the_same_causes(seen: Seen) -> None:
    causes = seen.causes()
    assert len(causes) > 40
    assert set(causes) == set(seen.told)
    differing = {}
    for order_id, told in seen.told.items():
        row = causes[order_id]
        found = (row["primary_cause"], row["contributing_causes"] or "", row["is_appeal_candidate"])
        wanted = (told.cause, ", ".join(told.contributing), told.is_candidate)
        if told.cause == "unknown":
            wanted = ("unknown", "", False)
        if found != wanted or row["is_timeline_monotone"] != told.is_monotone:
            differing[order_id] = (found, wanted)
    assert differing == {}


def test_plain_python_finds_the_same_hours(seen: Seen) -> None:
    causes = seen.causes()
    for order_id, told in seen.told.items():
        row = causes[order_id]
        for stage in STAGES:
            found, wanted = row[f"{stage}_hours"], told.hours.get(stage)
            assert (found is None) == (wanted is None), (order_id, stage, found, wanted)
            assert found is None or math.isclose(found, wanted or 0, abs_tol=1e-9)


def test_the_shop_is_late_for_many_reasons(home: Path, tmp_path: Path) -> None:
    told = _as_of(home, date.fromisoformat(LAST), tmp_path).told
    counted = Counter(one.cause for one in told.values())
    assert set(counted) >= {"picking", "hand_over", "carrier_scan", "packing"}
    assert sum(one.is_candidate for one in told.values()) > 5
    assert not all(one.is_monotone for one in told.values())
    assert any(one.contributing for one in told.values())


def test_stages_add_up_to_the_time_that_passed(seen: Seen) -> None:
    for row in seen.causes().values():
        hours = [row[f"{stage}_hours"] or 0 for stage in STAGES]
        shares = [row[f"{stage}_share"] or 0 for stage in STAGES]
        assert math.isclose(sum(hours), row["elapsed_hours"], abs_tol=1e-6)
        assert math.isclose(sum(shares), 1, abs_tol=1e-9)
        assert min(hours) >= 0
        assert row["late_hours"] > 0


def test_causes_add_up_to_the_late_orders(seen: Seen) -> None:
    [(orders, late)] = seen.connection.execute(
        "select (select count(*) from marts.orders where is_late_dispatch or is_overdue_open), "
        "(select count(*) from marts.late_dispatch_causes)"
    ).fetchall()
    assert orders == late
    since = seen.day - timedelta(days=29)
    wanted = seen.rows(
        "select primary_cause, count(*) as n from marts.late_dispatch_causes "
        f"where dispatch_due_on >= date '{since}' group by 1"
    )
    for dimension in (
        "warehouse",
        "carrier",
        "seller_sku",
        "supplier",
        "creator",
        "volume_decile",
    ):
        found = seen.rows(
            "select primary_cause, sum(late_orders)::bigint as n from "
            f"marts.late_dispatch_segments where dimension = '{dimension}' group by 1"
        )
        counted = {row["primary_cause"]: row["n"] for row in found}
        assert counted.pop("(all)") == sum(row["n"] for row in wanted)
        assert counted == {row["primary_cause"]: row["n"] for row in wanted}
        [(due,)] = seen.connection.execute(
            "select sum(orders) from marts.late_dispatch_segments "
            f"where dimension = '{dimension}' and primary_cause = '(all)'"
        ).fetchall()
        [(all_due,)] = seen.connection.execute(
            "select count(*) from marts.orders where is_late_dispatch is not null "
            "and (dispatched_at is not null or is_overdue_open) "
            f"and dispatch_due_on between date '{since}' and date '{seen.day}'"
        ).fetchall()
        assert due == all_due


def test_every_candidate_is_in_the_appeal_pack(seen: Seen) -> None:
    since = seen.day - timedelta(days=29)
    pack = seen.rows("select * from marts.late_dispatch_appeals order by order_id")
    wanted = sorted(
        order_id
        for order_id, row in seen.causes().items()
        if seen.told[order_id].is_candidate and row["dispatch_due_on"] >= since
    )
    assert [row["order_id"] for row in pack] == wanted
    for row in pack:
        assert row["tendered_at"] <= row["dispatch_due_at"] < row["first_scan_at"]
        assert row["shipment_id"] and row["policy_version"]
        # Day 0 and the days that count span the clock of two or four business days.
        days = [date.fromisoformat(day) for day in row["business_days"].split(", ")]
        assert days[-1] == row["dispatch_due_on"]
        assert all(day.weekday() < 5 for day in days)


def test_volumes_are_those_of_the_orders(seen: Seen) -> None:
    rows = seen.rows("select * from marts.dispatch_volume_daily order by day_on")
    assert len(rows) == 90
    assert {row["volume_decile"] for row in rows} - {None} == set(range(1, 11))
    created: Counter[date] = Counter()
    for order in seen.rows(
        "select created_on from marts.orders where is_paid and not is_sample "
        "and not is_replacement and fulfillment_type <> 'fbt'"
    ):
        created[order["created_on"]] += 1
    judged = seen.rows("select * from marts.orders where is_late_dispatch is not null")
    late = Counter(
        order["created_on"]
        for order in judged
        if order["is_late_dispatch"] or order["is_overdue_open"]
    )
    to_leave = [o for o in judged if o["dispatched_at"] or not o["cancelled_at"]]
    arrived = Counter(order["created_on"] for order in to_leave)
    due_on = Counter(
        order["dispatch_due_on"] for order in to_leave if order["created_on"] >= rows[0]["day_on"]
    )
    for row in rows:
        day = row["day_on"]
        assert row["orders_created"] == created[day]
        assert row["late_orders"] == late[day]
        assert row["orders_to_dispatch"] == arrived[day]
        assert row["orders_due"] == due_on[day]
    # A queue at that capacity, day by day: what was created before the day may leave on it.
    backlog = left = due = 0
    for before, row in zip([None, *rows], rows, strict=False):
        backlog += before["orders_to_dispatch"] if before else 0
        leaving = min(backlog, row["capacity"] if row["is_business_day"] else 0)
        backlog, left, due = backlog - leaving, left + leaving, due + row["orders_due"]
        assert row["late_at_capacity"] == max(0, due - left), row["day_on"]
