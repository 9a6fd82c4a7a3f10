"""The rules of reading hold whatever the bytes: a short search by hypothesis, and old findings."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.contracts import Contract, load_contracts
from flows.home import Home
from tests.hostile.mutate import export, mutated, seeds, written
from tests.hostile.rules import read_by_rules
from tests.hostile.texts import CLEAN


@pytest.mark.parametrize("contract", load_contracts(), ids=lambda contract: contract.feed)
def test_the_seed_of_every_contract_is_read_whole(home: Home, contract: Contract) -> None:
    header, rows = export(contract)
    (record,) = read_by_rules(home, written(header, rows).encode())
    assert (record.feed, record.rows_accepted) == (contract.feed, len(rows)), record


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**63))
def test_mutations_of_every_export_keep_the_rules(home: Home, seed: int) -> None:
    read_by_rules(home, mutated(Random(seed), seeds()))


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, len(CLEAN)))
def test_a_file_that_is_cut_has_no_row_that_the_whole_one_has_not(home: Home, upto: int) -> None:
    for record in read_by_rules(home, CLEAN[:upto].encode()):
        whole = CLEAN[:upto].count("\n") - 1
        assert record.rows_accepted in (max(0, whole), max(0, whole) + 1)


FOUND = {
    "a first row beyond what is looked at": CLEAN.replace("CANARY-message", "x" * 300_000, 1),
    "a quote within a cell of the header": CLEAN.replace("Buyer Username", 'Buyer"Username'),
}


@pytest.mark.parametrize("content", FOUND.values(), ids=FOUND)
def test_what_was_found(home: Home, content: str) -> None:
    (record,) = read_by_rules(home, content.encode())
    assert record.rows_accepted == 3
