"""What a build is given: empty feeds have their types, days and as-of moments follow the zone."""

import resource
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows.contracts import lake_schema, load_contracts
from flows.home.state import PublicationState, ShopState
from flows.warehouse.inputs import BuildShop, LakeTable, prepare
from flows.warehouse.scope import Scope, plan

DAY = date(2026, 3, 8)  # the clocks of the US change
WEST = BuildShop("west", "US", "America/Los_Angeles", "USD", None, False)
EAST = BuildShop("east", "US", "America/New_York", "USD", date(2025, 1, 1), True)
FILE: dict[str, Any] = {
    "run_id": "r",
    "shop_id": "west",
    "file": "a.csv",
    "feed": None,
    "rows_read": 1,
    "rows_accepted": 1,
    "rows_quarantined": 0,
    "rows_skipped": 0,
    "sha256": "00",
    "archive_sha256": None,
    "status": "loaded",
    "reason": "",
    "mend": "",
    "newest_at": datetime(2026, 3, 8, 1),
    "is_present": True,
}


def _prepare(tmp_path: Path, lake: dict[str, LakeTable], scope: Scope) -> duckdb.DuckDBPyConnection:
    database = tmp_path / "build.duckdb"
    prepare(database, lake, [WEST, EAST], scope, [FILE, {**FILE, "shop_id": "gone"}], tmp_path)
    return duckdb.connect(str(database), read_only=True)


def test_days_and_moments_are_those_of_the_shops_zone(tmp_path: Path) -> None:
    scope = plan((DAY,), ["west", "east"], PublicationState())
    with _prepare(tmp_path, {}, scope) as connection:
        rows = connection.execute("select * from inputs.as_of order by shop_id").fetchall()
        assert rows == [
            ("east", DAY, datetime(2026, 3, 9, 4), True),
            ("west", DAY, datetime(2026, 3, 9, 7), True),
        ]
        hours = connection.execute(
            "select date_diff('hour', starts_at, ends_at) from inputs.shop_days "
            "where shop_id = 'west' and day_on between '2026-03-07' and '2026-03-09' "
            "order by day_on"
        ).fetchall()
        assert hours == [(24,), (23,), (24,)]
        span = connection.execute(
            "select min(day_on), max(day_on), count(distinct day_on) from inputs.shop_days"
        ).fetchone()
        assert span == (date(2020, 12, 1), date(2027, 4, 12), 2324)
        assert connection.execute("select shop_id from inputs.files").fetchall() == [("west",)]


def test_every_published_day_is_built_and_one_is_current(tmp_path: Path) -> None:
    before = date(2026, 3, 1)
    state = PublicationState({"west": ShopState(str(before), {str(before): "x"})})
    with _prepare(tmp_path, {}, plan((DAY,), ["west"], state)) as connection:
        assert connection.execute(
            "select as_of_on, is_current from inputs.as_of order by all"
        ).fetchall() == [(before, False), (DAY, True)]


@pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.table)
def test_a_feed_without_files_has_the_types_of_one_with(tmp_path: Path, contract: Any) -> None:
    schema = lake_schema(contract)
    file = tmp_path / "part.parquet"
    pl.DataFrame(schema=schema).write_parquet(file)
    lake = {"empty": LakeTable(schema, []), "full": LakeTable(schema, [[file]])}
    with _prepare(tmp_path, lake, plan((DAY,), ["west"], PublicationState())) as connection:
        described = [
            connection.execute(f"describe lake.{view}").fetchall() for view in ("empty", "full")
        ]
    assert described[0] == described[1]


def test_a_prepared_database_replaces_the_last_one(tmp_path: Path) -> None:
    scope = plan((DAY,), ["west"], PublicationState())
    _prepare(tmp_path, {}, scope).close()
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("create table inputs.leftover as select 1 as one")
    with _prepare(tmp_path, {}, scope) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'inputs'"
        ).fetchall()
    assert ("leftover",) not in tables
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_what_the_disk_did_not_take_is_not_taken_for_made(tmp_path: Path) -> None:
    scope = plan((DAY,), ["west"], PublicationState())
    _prepare(tmp_path, {}, scope).close()
    whole = (tmp_path / "build.duckdb").read_bytes()
    failed = 0
    for size in range(0, len(whole) + 50_000, 50_000):
        (tmp_path / "build.duckdb").write_bytes(b"the last build")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            prepare(tmp_path / "build.duckdb", {}, [WEST], scope, [FILE], tmp_path)
        except duckdb.Error:
            failed += 1
            assert (tmp_path / "build.duckdb").read_bytes() == b"the last build"
            continue
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        with duckdb.connect(str(tmp_path / "build.duckdb"), read_only=True) as connection:
            assert connection.execute("select count(*) from inputs.as_of").fetchone() == (1,)
    assert failed
