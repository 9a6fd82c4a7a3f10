"""Gate 1 bites: each of its expectations has data that break it, at one shop, and little else."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from flows.contracts import load_contracts
from flows.quality import gate1
from tests.quality.builders import SHOPS, good_lake
from tests.quality.mutations.judging import Bench, check
from tests.quality.mutations.listing import DRIFT, ByTable, of_gate1


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    path = good_lake(tmp_path_factory.mktemp("mutations") / "good.duckdb", load_contracts())
    with duckdb.connect(str(path)) as connection:
        yield Bench(connection, gate1(), SHOPS)


@pytest.fixture(scope="module")
def mutations(bench: Bench) -> ByTable:
    return of_gate1(bench)


def test_nothing_fails_before_a_mutation(bench: Bench) -> None:
    assert bench.everything() == {}


def test_every_expectation_has_a_mutation(bench: Bench, mutations: ByTable) -> None:
    broken = {item.target for found in mutations.values() for item in found}
    assert {item for item in bench.expectations if item[1] not in DRIFT} - broken == set()
    assert broken - set(bench.expectations) == set()


@pytest.mark.parametrize("table", [suite.table for suite in gate1().suites])
def test_what_is_mutated_fails_at_its_shop_alone(
    bench: Bench, mutations: ByTable, table: str
) -> None:
    assert check(bench, mutations[table]) == []
