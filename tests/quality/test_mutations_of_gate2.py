"""Gate 2 bites: each of its expectations has data that break it, at one shop, and little else.

The marts are those of a real build of two simulated shops.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.home.layout import Home
from flows.quality import Gate, gate2, run_gate
from flows.simulate import simulate
from tests.quality.mutations.base import SHOPS, copy_marts
from tests.quality.mutations.by_hand_weeks import add_week
from tests.quality.mutations.judging import Bench, Mutation, check
from tests.quality.mutations.listing import ByTable, of_gate2
from tests.running.conftest import build_day

pytestmark = pytest.mark.end_to_end

SCENARIOS = ("missing_settlement", "misrouted_grades", "repeat_returner", "bad_creator", "bad_sku")
FIRST, SUNDAY, LAST = date(2026, 2, 1), date(2026, 4, 26), date(2026, 4, 30)
# GX itself judges one mutation of every so many tables.
SAMPLED = 15


@pytest.fixture(scope="session")
def good_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Marts of two simulated shops, in which nothing fails."""
    root = tmp_path_factory.mktemp("mutated")
    for seed, shop in enumerate(SHOPS, 1):
        simulate(root, shop, FIRST, LAST, 12, seed, (*SCENARIOS, "oversell"))
    good = root / "good.duckdb"
    copy_marts(add_week(build_day(Home(root), LAST), SUNDAY), good)
    return good


@pytest.fixture(scope="module")
def bench(good_build: Path) -> Iterator[Bench]:
    with duckdb.connect(str(good_build)) as connection:
        yield Bench(connection, gate2(), SHOPS)


@pytest.fixture(scope="module")
def mutations(bench: Bench) -> ByTable:
    return of_gate2(bench)


def test_nothing_fails_before_a_mutation(bench: Bench) -> None:
    assert bench.everything() == {}


def test_every_expectation_has_a_mutation(bench: Bench, mutations: ByTable) -> None:
    broken = {item.target for found in mutations.values() for item in found}
    assert set(bench.expectations) - broken == set()
    assert broken - set(bench.expectations) == set()


@pytest.mark.parametrize("table", [suite.table for suite in gate2().suites])
def test_what_is_mutated_fails_at_its_shop_alone(
    bench: Bench, mutations: ByTable, table: str
) -> None:
    assert check(bench, mutations[table]) == []


def test_tables_without_a_suite_of_their_own(bench: Bench, mutations: ByTable) -> None:
    named = {suite.table for suite in gate2().suites}
    others = [item for table in set(mutations) - named for item in mutations[table]]
    assert check(bench, others) == []


def test_the_real_gate_says_the_same(
    bench: Bench, mutations: ByTable, good_build: Path, tmp_path: Path
) -> None:
    sample = [found[len(found) // 2] for _, found in sorted(mutations.items())][::SAMPLED]
    judged: list[tuple[Mutation, set[str], set[tuple[str, str]]]] = []
    for mutation in sample:
        tables = {item.table for item in bench.readers[mutation.relation]}
        with bench.mutated(mutation) as failing:
            judged.append((mutation, tables, set(failing)))
    bench.connection.close()
    gate = gate2()
    for mutation, tables, expected in judged:
        broken = Path(shutil.copy(good_build, tmp_path / "broken.duckdb"))
        with duckdb.connect(str(broken)) as connection:
            for statement in mutation.statements:
                connection.execute(statement)
        suites = tuple(suite for suite in gate.suites if suite.table in tables)
        result = run_gate(broken, Gate(gate.name, gate.schema, suites), SHOPS)
        assert {(item.table, item.name) for item in result.failures()} == expected
        assert mutation.target in expected
        critical = result.failures(severity="critical")
        assert set(result.blocked_shops) == {s for item in critical for s in item.failing_shops}
