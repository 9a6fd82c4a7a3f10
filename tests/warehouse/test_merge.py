"""What a publication takes from the build and what it keeps of the one before."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.home.state import PublicationState, ShopState
from flows.warehouse.merge import write_published
from flows.warehouse.scope import Scope, plan

D1, D2, D3 = date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3)


def _warehouse(path: Path, label: str, shops: dict[str, tuple[date, ...]]) -> Path:
    """Marts of three kinds whose rows say which file they came from."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema staging")
        connection.execute("create table staging.private as select 1 as secret")
        connection.execute("create table marts.orders (shop_id text, order_id text, label text)")
        connection.execute(
            "create table marts.kpi_daily (shop_id text, as_of_on date, metric text, basis text, "
            "window_name text, label text)"
        )
        connection.execute(
            "create table marts.row_accounting (shop_id text, file text, label text)"
        )
        for shop, days in shops.items():
            for order in ("2", "1"):
                connection.execute(
                    "insert into marts.orders values (?, ?, ?)", [shop, order, label]
                )
            connection.execute("insert into marts.row_accounting values (?, 'f', ?)", [shop, label])
            for day in days:
                connection.execute(
                    "insert into marts.kpi_daily values (?, ?, 'm', 'b', 'w', ?)",
                    [shop, day, label],
                )
    return path


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _merged(tmp_path: Path, scope: Scope, new: dict[str, tuple[date, ...]]) -> Path:
    previous = _warehouse(tmp_path / "old.duckdb", "old", {"a": (D1, D2), "b": (D1, D2)})
    build = _warehouse(tmp_path / "build.duckdb", "new", new)
    target = tmp_path / "target.duckdb"
    write_published(build, previous, target, scope, tmp_path)
    return target


def test_a_whole_shop_is_replaced_and_another_shop_keeps_its_rows(tmp_path: Path) -> None:
    scope = Scope((D3,), {"a": (D2, D3)}, frozenset({"a"}))
    target = _merged(tmp_path, scope, {"a": (D2, D3), "b": (D3,)})
    assert _rows(target, "select shop_id, as_of_on, label from marts.kpi_daily order by all") == [
        ("a", D2, "new"),
        ("a", D3, "new"),
        ("b", D1, "old"),
        ("b", D2, "old"),
    ]
    assert _rows(target, "select distinct shop_id, label from marts.orders order by all") == [
        ("a", "new"),
        ("b", "old"),
    ]


def test_a_past_day_replaces_its_rows_alone(tmp_path: Path) -> None:
    scope = Scope((D1,), {"a": (D1,)}, frozenset())
    target = _merged(tmp_path, scope, {"a": (D1,)})
    assert _rows(target, "select shop_id, as_of_on, label from marts.kpi_daily order by all") == [
        ("a", D1, "new"),
        ("a", D2, "old"),
        ("b", D1, "old"),
        ("b", D2, "old"),
    ]
    assert _rows(target, "select distinct label from marts.orders") == [("old",)]
    assert _rows(target, "select shop_id, label from marts.row_accounting order by all") == [
        ("a", "new"),
        ("b", "old"),
    ]


def test_the_published_file_holds_the_marts_alone_in_the_order_of_their_keys(
    tmp_path: Path,
) -> None:
    build = _warehouse(tmp_path / "build.duckdb", "new", {"b": (D2, D1), "a": (D1,)})
    target = tmp_path / "target.duckdb"
    scope = Scope((D2,), {"a": (D2,), "b": (D2,)}, frozenset({"a", "b"}))
    write_published(build, None, target, scope, tmp_path)
    schemas = _rows(target, "select distinct table_schema from information_schema.tables")
    assert schemas == [("marts",)]
    assert _rows(target, "select shop_id, order_id from marts.orders") == [
        ("a", "1"),
        ("a", "2"),
        ("b", "1"),
        ("b", "2"),
    ]
    assert b"secret" not in target.read_bytes()


def test_the_published_file_opens_in_older_versions_of_duckdb(tmp_path: Path) -> None:
    build = _warehouse(tmp_path / "build.duckdb", "new", {"a": (D1,)})
    target = tmp_path / "target.duckdb"
    write_published(build, None, target, Scope((D1,), {"a": (D1,)}, frozenset("a")), tmp_path)
    # Bytes 12 to 19 of a DuckDB file are its storage version: 64 is what 1.0 reads.
    assert int.from_bytes(target.read_bytes()[12:20], "little") == 64


def test_a_mart_that_gained_a_column_keeps_the_old_rows_with_null(tmp_path: Path) -> None:
    previous = _warehouse(tmp_path / "old.duckdb", "old", {"b": (D1,)})
    build = _warehouse(tmp_path / "build.duckdb", "new", {"a": (D1,)})
    with duckdb.connect(str(build)) as connection:
        connection.execute("alter table marts.orders add column extra integer")
        connection.execute("update marts.orders set extra = 7")
        connection.execute("alter table marts.orders drop column label")
    target = tmp_path / "target.duckdb"
    write_published(build, previous, target, Scope((D1,), {"a": (D1,)}, frozenset("a")), tmp_path)
    assert _rows(target, "select * from marts.orders order by all") == [
        ("a", "1", 7),
        ("a", "2", 7),
        ("b", "1", None),
        ("b", "2", None),
    ]


@pytest.mark.parametrize(
    ("requested", "as_of", "whole"),
    [
        ((D3,), (D1, D2, D3), True),
        ((D2,), (D1, D2), True),
        ((D1,), (D1,), False),
        ((D1, D2, D3), (D1, D2, D3), True),
    ],
)
def test_the_publication_never_goes_back_in_time(
    requested: tuple[date, ...], as_of: tuple[date, ...], whole: bool
) -> None:
    state = PublicationState({"a": ShopState(str(D2), {str(D1): "x", str(D2): "x"})})
    scope = plan(requested, ["a", "new"], state)
    assert scope.as_of["a"] == as_of
    assert ("a" in scope.whole) is whole
    assert scope.as_of["new"] == requested
    assert "new" in scope.whole
