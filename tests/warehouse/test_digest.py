"""The digests of a run's marts: the same for the same rows, in whatever order they lie."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.warehouse.digest import Digests, digests
from flows.warehouse.merge import write_own_rows
from flows.warehouse.scope import Scope, snapshot_scope, what_if_scope

D1, D2 = date(2026, 4, 1), date(2026, 4, 2)
Row = tuple[object, ...]
ROWS: tuple[Row, ...] = (
    ("a", D1, "late", 1, 0.25, None),
    ("a", D2, "late", 2, 0.5, "x"),
    ("b", D2, "late", 3, None, "y"),
)
BOTH = snapshot_scope(D2, ["a", "b"])


def _build(
    path: Path, rows: Sequence[Row] = ROWS, *, value: str = "double", word: str = "word"
) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema staging")
        connection.execute(
            "create table marts.kpi_daily (shop_id text, as_of_on date, metric text, n integer, "
            f"value {value}, {word} text, basis text default 'b', window_name text default 'w')"
        )
        connection.executemany(
            f"insert into marts.kpi_daily (shop_id, as_of_on, metric, n, value, {word}) "
            "values (?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.execute(
            "create table marts.orders as select distinct shop_id, n as order_id "
            "from marts.kpi_daily"
        )
        connection.execute("create table marts.row_accounting as select 'a' as shop_id, uuid()")
        connection.execute("create table marts.empty (shop_id text)")
    return path


def _digests(path: Path, scope: Scope = BOTH, *, is_what_if: bool = False) -> Digests:
    return digests(path, scope, path.parent, is_what_if=is_what_if)


def test_rows_are_counted_and_ledgers_left_out(tmp_path: Path) -> None:
    found = _digests(_build(tmp_path / "a.duckdb"))
    assert {mart: content["rows"] for mart, content in found.items()} == {
        "empty": 0,
        "kpi_daily": 3,
        "orders": 3,
    }
    assert all(len(content["digest"]) == 32 for content in found.values())


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    there = _digests(_build(tmp_path / "a.duckdb"))
    assert _digests(_build(tmp_path / "an other.name.duckdb", ROWS[::-1])) == there


@pytest.mark.parametrize(
    "rows",
    [
        (*ROWS[:2], ("b", D2, "late", 3, None, "z")),
        (*ROWS[:2], ("b", D2, "late", 3, 0.0, "y")),
        (*ROWS[:2], ("b", D2, "late", 3, None, None)),
        (*ROWS[:2], ("b", D2, "y", 3, None, "late")),
        (ROWS[0], ROWS[1], ROWS[1]),
        (*ROWS, ROWS[2]),
        ROWS[:2],
        (("a", D1, "late", 1, 0.25000000000000006, None), *ROWS[1:]),
    ],
)
def test_one_cell_or_row_that_differs_shows(tmp_path: Path, rows: Sequence[Row]) -> None:
    there = _digests(_build(tmp_path / "a.duckdb"))
    other = _digests(_build(tmp_path / "b.duckdb", rows))
    assert other["kpi_daily"] != there["kpi_daily"]


def test_two_rows_twice_do_not_cancel(tmp_path: Path) -> None:
    once = _digests(_build(tmp_path / "a.duckdb", [ROWS[0], ROWS[0], ROWS[1], ROWS[1]]))
    other = _digests(_build(tmp_path / "b.duckdb", [ROWS[0], ROWS[0], ROWS[2], ROWS[2]]))
    assert once["kpi_daily"] != other["kpi_daily"]


def test_names_and_types_of_columns_count(tmp_path: Path) -> None:
    there = _digests(_build(tmp_path / "a.duckdb"))["kpi_daily"]
    assert _digests(_build(tmp_path / "b.duckdb", word="reason"))["kpi_daily"] != there
    assert _digests(_build(tmp_path / "c.duckdb", value="decimal(9, 2)"))["kpi_daily"] != there


def test_only_the_runs_own_rows_count(tmp_path: Path) -> None:
    build = _build(tmp_path / "a.duckdb")
    other = _build(tmp_path / "b.duckdb", [ROWS[0], ("a", D2, "other", 9, 0.1, ""), ROWS[2]])
    only_d1 = Scope((D1,), {"a": (D1,)}, frozenset())
    assert _digests(build, only_d1) == _digests(other, only_d1)
    assert {m: c["rows"] for m, c in _digests(build, only_d1).items()} == {
        "empty": 0,
        "kpi_daily": 1,
        "orders": 0,
    }
    only_b = snapshot_scope(D2, ["b"])
    assert _digests(build, only_b) == _digests(other, only_b) != _digests(build)
    first_day = what_if_scope((D1,), ["a", "b"])
    assert _digests(build, first_day, is_what_if=True)["kpi_daily"]["rows"] == 1


@pytest.mark.parametrize(
    ("scope", "is_what_if"),
    [
        (BOTH, False),
        (Scope((D1,), {"a": (D1,)}, frozenset()), False),
        (Scope((D2,), {"a": (D1, D2), "b": (D2,)}, frozenset({"a"})), False),
        (what_if_scope((D1,), ["a", "b"]), True),
    ],
)
def test_the_rows_written_out_are_those_of_the_digests(
    tmp_path: Path, scope: Scope, is_what_if: bool
) -> None:
    build, out = _build(tmp_path / "a.duckdb"), tmp_path / "out.duckdb"
    write_own_rows(build, out, scope, tmp_path, is_what_if=is_what_if)
    found = _digests(build, scope, is_what_if=is_what_if)
    assert _digests(out, scope, is_what_if=is_what_if) == found
    with duckdb.connect(str(out), read_only=True) as connection:
        for mart, content in found.items():
            counted = connection.execute(f"select count(*) from marts.{mart}").fetchone()
            assert counted == (content["rows"],)


def test_a_scope_survives_its_record() -> None:
    scope = Scope((D2,), {"a": (D1, D2), "b": (D2,)}, frozenset({"a"}))
    assert Scope.from_json(scope.to_json()) == scope
