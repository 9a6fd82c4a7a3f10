"""All mutations of a gate, by the relation of the expectation that each of them has to break."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import yaml

from flows.contracts import load_contracts
from tests.quality.builders import MARTS_YAML
from tests.quality.mutations.by_hand import by_hand
from tests.quality.mutations.generic import of_condition, of_doubles, of_keys, of_shape
from tests.quality.mutations.judging import Bench, Mutation
from tests.quality.mutations.lake import of_contract, of_files

DRIFT = {
    "volume_as_usual",
    "comes_as_usual",
    "feeds_go_on",
    "mix_as_usual",
    "filled_as_usual",
    "amounts_as_usual",
    "rows_are_new",
    "no_copied_rows",
    "last_row_is_whole",
    "no_row_limit",
}
"""Expectations that need weeks of files to fail: `tests/quality/test_drift.py` breaks them."""

ByTable = dict[str, list[Mutation]]


def of_gate1(bench: Bench) -> ByTable:
    """The mutations of gate 1, by the table of what they break."""
    found = [item for contract in load_contracts() for item in of_contract(contract)]
    return _by_table([*found, *of_files(), *_of_conditions(bench)])


def of_gate2(bench: Bench) -> ByTable:
    """The mutations of gate 2, by the table of what they break."""
    found = [*by_hand(), *_of_conditions(bench)]
    for table, mart in yaml.safe_load(MARTS_YAML.read_text(encoding="utf-8")).items():
        found.extend(of_keys(table, "marts", mart["grain"], mart.get("optional", [])))
        if mart.get("columns"):
            found.extend(of_shape(table, mart["columns"]))
    for table, name in bench.expectations:
        if name == "doubles_are_finite":
            found.extend(of_doubles(bench, table))
    return _by_table(found)


def _of_conditions(bench: Bench) -> list[Mutation]:
    return [
        mutation
        for item in bench.expectations.values()
        if item.name not in ("keys_present", "doubles_are_finite")
        for mutation in of_condition(
            item, bench.relation(item), bench.catalog.get(bench.relation(item), {})
        )
    ]


def _by_table(mutations: Iterable[Mutation]) -> ByTable:
    found: ByTable = defaultdict(list)
    for mutation in mutations:
        found[mutation.table].append(mutation)
    return found
