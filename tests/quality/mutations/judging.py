"""Judges a gate on an open database: the gate's own SQL, without the seconds that GX takes.

A mutation is made in a transaction, judged and rolled back, so hundreds of them share one database.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from flows.quality import Expectation, Gate
from flows.quality.measures import (
    CATALOG_SQL,
    applicable,
    compile_measure,
    qualified,
    suites_of,
)

_RELATION = re.compile(r"\b(marts|lake|inputs)\.(\w+)")
_WORD = re.compile(r"\w+")

Name = tuple[str, str]
"""Table and name of an expectation."""


def atoms(condition: str) -> list[str]:
    """The alternatives of a condition: what stands between its outermost `or`."""
    found, depth, start, place = [], 0, 0, 0
    in_text = False
    while place < len(condition):
        sign = condition[place]
        if sign == "'":
            in_text = not in_text
        elif not in_text:
            depth += (sign == "(") - (sign == ")")
            if depth == 0 and condition.startswith(" or ", place):
                found.append(condition[start:place])
                start = place + 4
        place += 1
    return [part.strip() for part in (*found, condition[start:])]


@dataclass(frozen=True)
class Mutation:
    """One change of one relation that has to break one expectation at the shop `south`.

    `relation` (`schema.table`) is what the statements change. `kin` names other expectations that
    this change may break because no change can break the one without the other. With `column`,
    whatever reads that column is kin: a value that cannot be is wrong in every sum that it is in.
    """

    table: str
    name: str
    relation: str
    statements: tuple[str, ...]
    kin: tuple[str, ...] = ()
    column: str | None = None
    is_every_shop: bool = False

    @property
    def target(self) -> Name:
        """The expectation that has to fail."""
        return self.table, self.name


@dataclass
class Bench:
    """An open database and a gate's expectations on it."""

    connection: duckdb.DuckDBPyConnection
    gate: Gate
    shops: tuple[str, ...]
    catalog: dict[str, dict[str, str]] = field(default_factory=dict)
    expectations: dict[Name, Expectation] = field(default_factory=dict)
    readers: dict[str, list[Expectation]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.catalog = self._catalog()
        for suite in suites_of(self.gate, self.catalog):
            for item in applicable(suite, self.gate.schema, self.catalog):
                self.expectations[item.table, item.name] = item
                for relation in self.relations(item):
                    self.readers[relation].append(item)

    def _catalog(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for relation, column, kind in self.connection.execute(CATALOG_SQL).fetchall():
            found.setdefault(relation, {})[column] = kind
        return found

    def relation(self, item: Expectation) -> str:
        """The relation that an expectation is about."""
        return qualified(item.table, self.gate.schema)

    def relations(self, item: Expectation) -> set[str]:
        """The relations that an expectation reads."""
        read = {".".join(pair) for pair in _RELATION.findall(item.query or "")}
        return read | {self.relation(item)}

    def failing(self, items: Sequence[Expectation]) -> dict[Name, frozenset[str]]:
        """The shops at which each of the expectations fails; one that cannot be judged: all."""
        found: dict[Name, frozenset[str]] = {}
        by_table: dict[str, list[Expectation]] = defaultdict(list)
        for item in items:
            by_table[item.table].append(item)
        for table, group in by_table.items():
            try:
                found |= self._measured(table, group)
            except duckdb.Error:
                for item in group:
                    found |= self._alone(table, item)
        return {name: shops for name, shops in found.items() if shops}

    def _alone(self, table: str, item: Expectation) -> dict[Name, frozenset[str]]:
        try:
            return self._measured(table, [item])
        except duckdb.Error:
            return {(table, item.name): frozenset(self.shops)}

    def _measured(self, table: str, group: list[Expectation]) -> dict[Name, frozenset[str]]:
        measure = compile_measure(table, self.gate.schema, group, self.shops, self.catalog)
        shop, _, *numbers = zip(*self.connection.execute(measure.sql).fetchall(), strict=True)
        return {
            (table, item.name): frozenset(
                name for name, failures in zip(shop, column, strict=True) if not failures <= 0
            )
            for item, column in zip(group, numbers, strict=True)
        }

    def everything(self) -> dict[Name, frozenset[str]]:
        """What fails as the database stands."""
        return self.failing(list(self.expectations.values()))

    @contextmanager
    def mutated(self, mutation: Mutation) -> Iterator[dict[Name, frozenset[str]]]:
        """What fails after the mutation, which is taken back when the block ends."""
        with self._undone():
            for statement in mutation.statements:
                self.connection.execute(statement)
            yield self.failing(self.readers[mutation.relation])

    def true_atoms(self, item: Expectation) -> set[str]:
        """The alternatives of `fails_when` that hold for a row of the database as it stands."""
        listed = atoms(item.fails_when or "false")
        counts = ", ".join(f"count(*) filter (where {atom})" for atom in listed)
        found = self.connection.execute(f"select {counts} from {self.relation(item)}").fetchone()
        assert found is not None
        return {atom for atom, count in zip(listed, found, strict=True) if count}

    @contextmanager
    def _undone(self) -> Iterator[None]:
        self.connection.execute("begin")
        try:
            yield
        finally:
            self.connection.execute("rollback")

    def reads(self, item: Expectation, column: str) -> bool:
        """Whether an expectation names a column."""
        said = f"{item.fails_when or ''} {item.query or ''}"
        return column in _WORD.findall(said)

    def complaints(self, mutation: Mutation, failing: dict[Name, frozenset[str]]) -> list[str]:
        """What is wrong with what a mutation broke: not its target, or another, or elsewhere."""
        shops = frozenset(self.shops if mutation.is_every_shop else ("south",))
        said = []
        if mutation.target not in failing:
            said.append("it does not fail")
        for (table, name), where in sorted(failing.items()):
            kin = f"{table}.{name}" in mutation.kin or name in mutation.kin
            if mutation.column is not None:
                kin |= self.reads(self.expectations[table, name], mutation.column)
            if (table, name) != mutation.target and not kin:
                said.append(f"{table}.{name} fails with it")
            elif not (where == shops if (table, name) == mutation.target else where <= shops):
                said.append(f"{table}.{name} fails for {', '.join(sorted(where))}")
        return said


def check(bench: Bench, mutations: Sequence[Mutation]) -> list[str]:
    """What is wrong with the mutations of one table, and which alternatives none of them reaches.

    An alternative of a condition that no mutation makes true is dead: nothing shows that it bites.
    """
    said: list[str] = []
    reached: dict[Name, set[str]] = defaultdict(set)
    for mutation in mutations:
        item = bench.expectations[mutation.target]
        with bench.mutated(mutation) as failing:
            said.extend(
                f"{item.table}.{item.name}: {complaint}: {mutation.statements[0]}"
                for complaint in bench.complaints(mutation, failing)
            )
            if item.fails_when is not None:
                reached[mutation.target] |= bench.true_atoms(item)
    for (table, name), true in reached.items():
        listed = atoms(bench.expectations[table, name].fails_when or "")
        said.extend(f"{table}.{name}: nothing breaks {atom}" for atom in listed if atom not in true)
    return said
