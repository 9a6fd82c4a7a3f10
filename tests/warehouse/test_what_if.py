"""The numbers of a what-if, in a file of their own and beside the published ones."""

from datetime import date
from pathlib import Path

import duckdb

from flows.warehouse.merge import write_own_rows
from flows.warehouse.scope import what_if_scope
from flows.warehouse.what_if import compare

D1, D2, D3 = date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3)
Counts = tuple[str, date, int, int, str]


def _marts(path: Path, version: str, rows: list[Counts]) -> Path:
    """A database with the rate of each shop and day, and an order of each shop."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.kpi_daily (shop_id varchar, as_of_on date, metric varchar, "
            "basis varchar, window_name varchar, numerator bigint, denominator bigint, "
            "value double, target double, enforcement double, status varchar, "
            "policy_version varchar, is_evaluated boolean)"
        )
        connection.executemany(
            "insert into marts.kpi_daily values ($1, $2, 'late_dispatch_rate', 'platform', 'week', "
            f"$3, $4, $3 / $4, 0.04, null, $5, '{version}', true)",
            rows,
        )
        connection.execute(
            "create table marts.orders as select distinct shop_id, '1' as order_id "
            "from marts.kpi_daily"
        )
    return path


def test_the_marts_of_the_days_and_shops_alone(tmp_path: Path) -> None:
    rows: list[Counts] = [(shop, day, 1, 50, "ok") for shop in ("a", "b") for day in (D1, D2, D3)]
    build = _marts(tmp_path / "build.duckdb", "US-2020", rows)
    before = build.read_bytes()
    target = tmp_path / "what_if.duckdb"
    write_own_rows(build, target, what_if_scope((D2, D3), ["a"]), tmp_path, is_what_if=True)
    with duckdb.connect(str(target), read_only=True) as connection:
        kpis = connection.execute("select shop_id, as_of_on from marts.kpi_daily").fetchall()
        orders = connection.execute("select shop_id from marts.orders").fetchall()
    assert (kpis, orders) == ([("a", D2), ("a", D3)], [("a",)])
    assert build.read_bytes() == before


def test_each_rate_stands_beside_the_published_one(tmp_path: Path) -> None:
    new: list[Counts] = [("a", D1, 1, 50, "ok"), ("a", D2, 3, 50, "breach"), ("a", D3, 2, 50, "ok")]
    old: list[Counts] = [("a", D1, 1, 50, "ok"), ("a", D2, 1, 50, "ok"), ("b", D3, 2, 50, "ok")]
    what_if = _marts(tmp_path / "what_if.duckdb", "US-2020", new)
    published = _marts(tmp_path / "published.duckdb", "US-2026-04-01", old)
    frame = compare(what_if, published, tmp_path)
    columns = ["as_of_on", "published_numerator", "what_if_numerator", "is_changed"]
    assert frame.select(columns).rows() == [
        (D1, 1, 1, False),
        (D2, 1, 3, True),
        (D3, None, 2, None),  # never published: nothing to compare with
    ]
    assert frame["published_status"].to_list() == ["ok", "ok", None]
    assert frame["what_if_policy_version"].unique().to_list() == ["US-2020"]
    alone = compare(what_if, None, tmp_path)
    assert alone.columns == frame.columns
    assert alone["is_changed"].to_list() == [None, None, None]
