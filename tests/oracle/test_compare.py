"""The comparison itself: it must see what differs, or its silence means nothing."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import duckdb
import pytest

from .compare import compare_kpis
from .kpis import KpiRow, kpi_daily
from .mini import Mini


@pytest.fixture
def rows(tmp_path: Path) -> list[KpiRow]:
    shop = Mini(tmp_path / "mini")
    shop.order("1", "2026-03-02 10:00")
    shop.order("2", "2026-03-03 10:00", shipped="2026-03-04 10:00")
    result = shop.at("2026-03-10")
    return kpi_daily(result.orders, result.feed, result.exports, result.as_of_on)


def publish(path: Path, rows: list[KpiRow]) -> Path:
    """A published file that holds these rows."""
    names = list(asdict(rows[0]))
    types = {
        "as_of_on": "date",
        "window_start_on": "date",
        "window_end_on": "date",
    } | dict.fromkeys(("value", "target", "enforcement"), "double")
    types |= dict.fromkeys(("numerator", "denominator", "headroom"), "bigint")
    columns = ", ".join(f"{name} {types.get(name, 'text')}" for name in names)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.kpi_daily (shop_id text, {columns})")
        marks = ", ".join("?" for _ in range(len(names) + 1))
        values = [["mini", *asdict(row).values()] for row in rows]
        connection.executemany(f"insert into marts.kpi_daily values ({marks})", values)
    return path


def test_no_difference(tmp_path: Path, rows: list[KpiRow]) -> None:
    assert compare_kpis(publish(tmp_path / "same.duckdb", rows), rows, "mini") == []


def test_every_kind_of_difference(tmp_path: Path, rows: list[KpiRow]) -> None:
    wrong = [replace(rows[0], numerator=rows[0].numerator + 1, status="breach"), *rows[2:]]
    too_many = replace(rows[1], window_name="rolling_9d")
    found = compare_kpis(publish(tmp_path / "wrong.duckdb", [*wrong, too_many]), rows, "mini")
    assert len(found) == 3
    assert any("numerator is 1, should be 0; status is breach" in one for one in found)
    assert any("not published" in one for one in found)
    assert any("rolling_9d: published, the oracle has no such row" in one for one in found)


def test_another_shops_rows_are_not_read(tmp_path: Path, rows: list[KpiRow]) -> None:
    found = compare_kpis(publish(tmp_path / "same.duckdb", rows), rows, "another")
    assert len(found) == len(rows)
