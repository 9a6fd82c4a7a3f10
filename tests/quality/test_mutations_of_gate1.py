"""Gate 1 bites: each of its expectations has data that break it, at one shop, and little else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from flows.contracts import load_contracts
from flows.quality import gate1
from tests.quality.builders import SHOPS, good_lake
from tests.quality.mutations.judging import Bench, check
from tests.quality.mutations.listing import DRIFT, ByTable, of_gate1

# What speaks of weeks of files is mutated where there are any: in `test_drift.py`.
GATE = replace(
    gate1(),
    suites=tuple(
        replace(suite, expectations=tuple(e for e in suite.expectations if e.name not in DRIFT))
        for suite in gate1().suites
    ),
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    path = good_lake(tmp_path_factory.mktemp("mutations") / "good.duckdb", load_contracts())
    with duckdb.connect(str(path)) as connection:
        yield Bench(connection, GATE, SHOPS)


@pytest.fixture(scope="module")
def mutations(bench: Bench) -> ByTable:
    return of_gate1(bench)


def test_nothing_fails_before_a_mutation(bench: Bench) -> None:
    assert bench.everything() == {}


def test_every_expectation_has_a_mutation(bench: Bench, mutations: ByTable) -> None:
    broken = {item.target for found in mutations.values() for item in found}
    assert set(bench.expectations) - broken == set()
    assert broken - set(bench.expectations) == set()


@pytest.mark.parametrize("table", [suite.table for suite in GATE.suites])
def test_what_is_mutated_fails_at_its_shop_alone(
    bench: Bench, mutations: ByTable, table: str
) -> None:
    assert check(bench, mutations[table]) == []
