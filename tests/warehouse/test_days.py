"""A build looked at from another of its days."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from flows.warehouse.days import write_day

D1, D2 = date(2026, 4, 1), date(2026, 4, 2)


def _build(path: Path) -> Path:
    """A build of two days: an order is open until it is dispatched on the second."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema inputs; create schema intermediate")
        connection.execute(
            "create table inputs.as_of as select * from (values "
            "('a', date '2026-04-01', false), ('a', date '2026-04-02', true)) "
            "as t (shop_id, as_of_on, is_current)"
        )
        connection.execute(
            "create table intermediate.int_orders as select 'a' as shop_id, '1' as order_id, "
            "date '2026-04-02' as dispatched_on"
        )
        connection.execute(
            "create view intermediate.int_current_days as "
            "select shop_id, as_of_on from build.inputs.as_of where is_current"
        )
        query = (
            "select shop_id, order_id, dispatched_on > as_of_on as is_open "
            'from "build"."intermediate"."int_orders" '
            'join "build"."intermediate"."int_current_days" using (shop_id)'
        )
        connection.execute(f"create table marts.orders as {query}")
        # Named so that it comes first in the alphabet: it reads a mart that has to be there before.
        counted = (
            "select shop_id, count(*) filter (where is_open) as orders "
            'from "build"."marts"."orders" group by 1'
        )
        connection.execute(f"create table marts.counts as {counted}")
        connection.execute(
            "create table marts.kpi_daily as select shop_id, as_of_on from inputs.as_of"
        )
        connection.execute(
            "create table inputs.models as select 'orders' as name, 'marts' as schema_name, "
            "$1 as query union all select 'counts', 'marts', $2 union all "
            "select 'kpi_daily', 'marts', 'select 1 as must_not_run'",
            [query, counted],
        )
    return path


def _marts(
    path: Path, marts: Sequence[str] = ("orders", "kpi_daily")
) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            mart: connection.execute(f"select * from marts.{mart} order by all").fetchall()
            for mart in marts
        }


def _day(
    tmp_path: Path, build: Path, day: date, **options: object
) -> dict[str, list[tuple[object, ...]]]:
    target = tmp_path / f"{day}.duckdb"
    target.unlink(missing_ok=True)
    is_built_for = bool(options.get("is_built_for"))
    write_day(build, None, target, day, ["a"], [], tmp_path, is_built_for=is_built_for)
    return _marts(target)


def test_marts_without_a_day_are_computed_again_for_the_day(tmp_path: Path) -> None:
    build = _build(tmp_path / "build.duckdb")
    assert _day(tmp_path, build, D1) == {"orders": [("a", "1", True)], "kpi_daily": [("a", D1)]}
    # In any order, again and again: the build's own marts stay as they are.
    assert _day(tmp_path, build, D2)["orders"] == [("a", "1", False)]
    assert _day(tmp_path, build, D1)["orders"] == [("a", "1", True)]
    assert _marts(build)["orders"] == [("a", "1", False)]


def test_a_mart_that_reads_another_one_reads_that_days(tmp_path: Path) -> None:
    build = _build(tmp_path / "build.duckdb")
    _day(tmp_path, build, D1)
    assert _marts(tmp_path / f"{D1}.duckdb", ["counts"]) == {"counts": [("a", 1)]}
    _day(tmp_path, build, D2)
    assert _marts(tmp_path / f"{D2}.duckdb", ["counts"]) == {"counts": [("a", 0)]}


def test_the_day_that_the_build_stands_at_is_taken_as_it_is(tmp_path: Path) -> None:
    build = _build(tmp_path / "build.duckdb")
    _day(tmp_path, build, D1)
    shown = _day(tmp_path, build, D2, is_built_for=True)
    assert shown == {"orders": [("a", "1", False)], "kpi_daily": [("a", D1), ("a", D2)]}


def test_other_shops_come_from_the_publication(tmp_path: Path) -> None:
    build = _build(tmp_path / "build.duckdb")
    published = tmp_path / "published.duckdb"
    with duckdb.connect(str(published)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.orders as select 'b' as shop_id, '9' as order_id")
        connection.execute(
            "create table marts.kpi_daily as select 'b' as shop_id, date '2026-04-02' as as_of_on"
        )
    target = tmp_path / "day.duckdb"
    write_day(build, published, target, D2, ["a"], ["b"], tmp_path, is_built_for=True)
    assert _marts(target) == {
        "orders": [("a", "1", False), ("b", "9", None)],
        "kpi_daily": [("a", D1), ("a", D2), ("b", D2)],
    }
