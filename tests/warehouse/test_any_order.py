"""The same rows in any files, any order, any number of times and runs give the same marts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.contracts import load_contracts
from flows.home.layout import Home
from flows.ingest import ingest, read_ledger
from flows.simulate import simulate
from tests.arrangements import LEDGERS, arrange
from tests.warehouse.conftest import Models

SHOP = "us"
SCENARIOS = ("oversell", "carrier_meltdown", "bad_creator", "repeat_returner", "missing_settlement")
Marts = dict[str, list[Any]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("shop")
    simulate(folder, SHOP, date(2026, 4, 5), date(2026, 4, 29), 3, 8, SCENARIOS, truth=False)
    yield folder / "landing" / SHOP
    shutil.rmtree(folder)


def _marts_of(models: Models, home: Home) -> Marts:
    """Every mart's rows, computed from what the home's lake holds."""
    connection = models.connection
    ledger = read_ledger(home)
    for one in load_contracts():
        table = f"lake.{one.table}"
        connection.execute(f"delete from {table}")
        paths = [str(path) for path in ledger.live_paths(one.feed)]
        if paths:
            read = "read_parquet(?, hive_partitioning => false)"
            connection.execute(f"insert into {table} by name select * from {read}", [paths])
    models.run_all()
    names = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
    ).fetchall()
    return {
        name: connection.execute(f"from marts.{name} order by all").fetchall()
        for (name,) in names
        if name not in LEDGERS
    }


@pytest.fixture(scope="module")
def expected(models: Models, shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Marts:
    home = Home(tmp_path_factory.mktemp("once")).create()
    shutil.copytree(shop, home.landing / SHOP)
    ingest(home, "once")
    return _marts_of(models, home)


def _check(models: Models, shop: Path, expected: Marts, seed: int, count: int) -> None:
    """Arrange the shop's rows by the seed, read them in so many runs, compare every mart."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder, "home")).create()
        runs = [Path(folder, f"run{number}") for number in range(count)]
        feeds = arrange(shop, runs, Random(seed))
        assert "seller_center/settlements" in feeds and len(feeds) >= 15
        for number, run in enumerate(runs):
            shutil.copytree(run, home.landing / SHOP, dirs_exist_ok=True)
            result = ingest(home, f"run{number}")
            assert not result.refused_files and not result.rows_quarantined
        found = _marts_of(models, home)
    different = {
        name: (sorted(set(rows) - set(found[name]), key=str)[:3], len(found[name]), len(rows))
        for name, rows in expected.items()
        if found[name] != rows
    }
    assert not different


_AS_GIVEN: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@settings(max_examples=2, derandomize=True, **_AS_GIVEN)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 3))
def test_any_arrangement_gives_the_same_marts(
    models: Models, shop: Path, expected: Marts, seed: int, count: int
) -> None:
    _check(models, shop, expected, seed, count)


@pytest.mark.end_to_end
@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=60, **_AS_GIVEN)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 5))
def test_many_arrangements_give_the_same_marts(
    models: Models, shop: Path, expected: Marts, seed: int, count: int
) -> None:
    _check(models, shop, expected, seed, count)


def test_the_shop_fills_the_core_marts(expected: Marts) -> None:
    filled = {name for name, rows in expected.items() if rows}
    assert {"kpi_daily", "orders", "packages", "return_rate_by_sku", "zone_coverage"} <= filled
    assert len(filled) > len(expected) * 0.7, sorted(set(expected) - filled)
