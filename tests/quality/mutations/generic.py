"""Mutations that follow from the form of an expectation: shape, empty keys, limits, words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.quality import Expectation
from tests.quality.mutations.judging import Bench, Mutation, atoms

SOUTH = "shop_id = 'south'"
_COMPARED = re.compile(r"^(\w+) (<|>|<=|>=) (?:date )?'?(-?[0-9.]+|\d{4}-\d\d-\d\d)'?$")
_ONE_OF = re.compile(r"^(\w+)(?:::varchar)? not in \(.*\)$", re.DOTALL)
_NULL = re.compile(r"^(\w+) is null$")
_PATTERN = re.compile(r"^not regexp_matches\((\w+)(?:::varchar)?, .*\)$", re.DOTALL)
_FLOATING = ("DOUBLE", "FLOAT")
# A type that holds the same values and is no type of the family that a mart promises.
_OTHER_TYPE = {
    "integer": "double",
    "double": "decimal(38, 9)",
    "number": "float",
    "date": "timestamp",
    "timestamp": "timestamp_ns",
    "boolean": "integer",
}

EMPTY_ROW: dict[str, tuple[str, ...]] = {
    # These rules ask that a value is there, and a row of keys alone has none.
    "kpi_daily": ("known_words", "numerator_at_most_denominator", "windows_end_on_the_day"),
    "returns": ("known_words", "liability_is_refund_less_compensation"),
    "transit_times": ("known_levels",),
    "settlement_orders": ("known_words",),
    "misrouted_returns": ("took_another_route",),
    # These count the rows of the mart, or hold the rows of two marts against each other.
    "zone_coverage": ("states_add_up",),
    "route_packages": ("route_performance.every_package_once",),
    "open_orders": ("same_as_orders", "overdue_has_no_time_left"),
    "late_dispatch_segments": ("causes_add_up", "dimensions_agree"),
    "network_options": ("network_sites.sites_add_up",),
    "network_sites": ("sites_add_up",),
    "tracking_defects_by": ("adds_up_to_the_rate",),
    "return_costs": ("components_add_up",),
    "order_economics": ("unit_economics.shop_is_its_orders",),
    "settlement_components": ("components_add_up",),
    "seven_indicators": ("every_row_of_the_day",),
    "diagnoses": ("every_row_of_the_day",),
    "daily_outcomes": ("every_row_of_the_day",),
    "margin_traps": ("of_the_review",),
    "repeat_returners": ("margin_traps.every_repeat_returner",),
}
"""What a row of keys alone breaks besides the rule on keys, by mart."""


def one_row(relation: str, where: str = "true") -> str:
    """The condition of one row of the shop, in every build of the same data the same one."""
    first = f"select arg_min(t.rowid, t::varchar) from {relation} as t"
    return f"rowid = ({first} where {SOUTH} and ({where}))"


def of_condition(item: Expectation, relation: str, kinds: dict[str, str]) -> Iterator[Mutation]:
    """One mutation for each limit, word, pattern and empty cell that `fails_when` speaks of."""
    for atom in atoms(item.fails_when or ""):
        broken = _breaking(atom, kinds)
        if broken is None:
            continue
        column, value = broken
        there = one_row(relation, f"{column} is not null")
        yield Mutation(
            item.table,
            item.name,
            relation,
            (f"update {relation} set {column} = {value} where {there}",),
            column=column,
        )


def _breaking(atom: str, kinds: dict[str, str]) -> tuple[str, str] | None:
    """A column and a value, as SQL, that make the alternative true."""
    if (found := _COMPARED.match(atom)) and found[1] in kinds:
        return found[1], _beyond(found[2], found[3])
    for pattern, value in ((_ONE_OF, "'?'"), (_NULL, "null"), (_PATTERN, "'?'")):
        if (found := pattern.match(atom)) and found[1] in kinds:
            return found[1], value
    return None


def _beyond(sign: str, limit: str) -> str:
    if "-" in limit[1:]:
        return f"date '{limit}' {'-' if sign[0] == '<' else '+'} 1"
    return f"{limit} {'-' if sign[0] == '<' else '+'} 1"


def of_keys(table: str, schema: str, grain: list[str], optional: list[str]) -> Iterator[Mutation]:
    """A row without one of its keys, for each of them, and a key that is there twice.

    The rows that are put in have nothing but keys, so they are in no sum.
    """
    relation = f"{schema}.{table}"
    columns = ", ".join(grain)
    for key in grain:
        if key in optional or key == "shop_id":
            continue
        values = ", ".join("null" if name == key else name for name in grain)
        yield Mutation(
            table,
            "keys_present",
            relation,
            (
                f"insert into {relation} ({columns}) select {values} from {relation} "
                f"where {one_row(relation)}",
            ),
            kin=EMPTY_ROW.get(table, ()),
        )
    yield Mutation(
        table,
        "keys_present",
        relation,
        (f"insert into {relation} (shop_id) values (null)",),
        kin=EMPTY_ROW.get(table, ()),
        is_every_shop=True,
    )
    yield Mutation(
        table,
        "keys_unique",
        relation,
        (
            f"insert into {relation} ({columns}) select {columns} from {relation} "
            f"where {one_row(relation)}",
        ),
        kin=EMPTY_ROW.get(table, ()),
    )


def of_shape(table: str, columns: dict[str, str]) -> Iterator[Mutation]:
    """A public column of another type, and one that is gone."""
    relation = f"marts.{table}"
    kinds = [(name, kind) for name, kind in columns.items() if kind != "text"]
    name, kind = kinds[-1]
    yield Mutation(
        table,
        "schema",
        relation,
        (f"alter table {relation} alter {name} type {_OTHER_TYPE[kind]}",),
        column=name,
        is_every_shop=True,
    )
    last = list(columns)[-1]
    yield Mutation(
        table,
        "schema",
        relation,
        (f"alter table {relation} rename column {last} to {last}_of_old",),
        column=last,
        is_every_shop=True,
    )


def of_doubles(bench: Bench, table: str) -> Iterator[Mutation]:
    """Infinity and no number at all, in each double of a mart."""
    relation = f"marts.{table}"
    for column, kind in bench.catalog[relation].items():
        if kind not in _FLOATING:
            continue
        rows = f"{relation} where {SOUTH}"
        statements = tuple(
            f"update {relation} set {column} = '{value}' "
            f"where rowid = (select {which}(rowid) from {rows})"
            for which, value in (("max", "inf"), ("min", "nan"))
        )
        found = bench.connection.execute(f"select count(*) from {rows}").fetchone()
        # Both at once where there are two rows for them.
        for some in [statements] if found and found[0] > 1 else [(one,) for one in statements]:
            yield Mutation(table, "doubles_are_finite", relation, some, column=column)
