"""The SQL of a suite: one aggregate a table, one row a shop, one number an expectation.

All the row conditions of a table are counted in one scan, grouped by shop, so neither many
expectations nor many shops cost many scans.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.quality.model import Expectation, Gate, TableSuite, steps_sql

Catalog = Mapping[str, Mapping[str, str]]
"""Columns and their types, by `schema.table`."""

CATALOG_SQL = (
    "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
    "where not internal order by 1, column_index"
)
_FLOATING = ("DOUBLE", "FLOAT")


@dataclass(frozen=True)
class Measure:
    """The compiled form of some expectations on one table.

    `sql` yields `shop_id`, `row_count` and a column for each expectation, named by `alias`.
    """

    table: str
    sql: str
    expectations: tuple[Expectation, ...]

    def alias(self, expectation: Expectation) -> str:
        """The column that holds the expectation's number."""
        return f"m{self.expectations.index(expectation)}_{expectation.name}"


def applicable(suite: TableSuite, schema: str, catalog: Catalog) -> tuple[Expectation, ...]:
    """The suite's expectations that can arise in this database, that on inf and NaN included."""
    chosen = [item for item in suite.expectations if all(need in catalog for need in item.needs)]
    if suite.check_doubles:
        finite = _finite(suite.table, catalog.get(qualified(suite.table, schema), {}))
        if finite is not None:
            chosen.append(finite)
    return tuple(chosen)


def suites_of(gate: Gate, catalog: Catalog) -> tuple[TableSuite, ...]:
    """The gate's suites, and one for each table of its schema that none of them names."""
    if not gate.every_table:
        return gate.suites
    named = {suite.table for suite in gate.suites}
    prefix = f"{gate.schema}."
    others = sorted(
        relation.removeprefix(prefix) for relation in catalog if relation.startswith(prefix)
    )
    return gate.suites + tuple(
        TableSuite(table, check_doubles=True) for table in others if table not in named
    )


def compile_measure(
    table: str,
    schema: str,
    expectations: Sequence[Expectation],
    shops: Sequence[str],
    catalog: Catalog,
) -> Measure:
    """One SELECT that answers all the expectations on a table for every shop."""
    measure = Measure(table, "", tuple(expectations))
    relation = qualified(table, schema)
    columns: list[str] = []
    counts: list[str] = []
    shared = dict(step for item in expectations for step in item.shared)
    steps = [steps_sql(shared.items())] if shared else []
    joins: list[str] = []
    for number, item in enumerate(expectations):
        alias = measure.alias(item)
        if item.fails_when is not None:
            counts.append(f"count(*) filter (where ({item.fails_when})) as {alias}")
            columns.append(
                f"(coalesce(t.{alias}, 0) + coalesce(t_every.{alias}, 0))::double as {alias}"
            )
            continue
        name = f"q{number}"
        steps.append(
            f"{name} as materialized (select shop_id, max(failures)::double as failures from "
            f"({item.query}) group by 1)"
        )
        joins.append(_joined(name))
        absent = 0 if item.absent is None else 1
        columns.append(
            f"coalesce({name}.failures, {absent}) + coalesce({name}_every.failures, 0) as {alias}"
        )
    rows = "0"
    if counts:
        key = "shop_id" if "shop_id" in catalog.get(relation, {}) else "null::varchar"
        rows = "coalesce(t.row_count, t_every.row_count, 0)"
        steps.append(
            f"t as materialized (select {key} as shop_id, count(*) as row_count, "
            f"{', '.join(counts)} from {relation} group by 1)"
        )
        joins.append(_joined("t"))
    listed = ", ".join(["s.shop_id", f"{rows} as row_count", *columns])
    inner = f"with {', '.join(steps)} select {listed} from ({shops_sql(shops)}) s {' '.join(joins)}"
    return Measure(table, f"select * from ({inner})", tuple(expectations))


def _joined(name: str) -> str:
    """Joins a step twice: what it says of the shop, and what it says of no shop in particular."""
    return (
        f"left join {name} on {name}.shop_id = s.shop_id "
        f"left join (select * from {name} where shop_id is null) {name}_every on true"
    )


def qualified(table: str, schema: str) -> str:
    """The relation of an expectation's table."""
    return table if "." in table else f"{schema}.{table}"


def shops_sql(shops: Sequence[str]) -> str:
    """A relation of one column `shop_id`. Ids are folder names, so they travel as hex digits."""
    listed = ", ".join(literal(shop) for shop in shops)
    return f"select unnest([{listed}]::varchar[]) as shop_id"


def literal(shop: str) -> str:
    """A shop's id in SQL."""
    return f"decode(unhex('{shop.encode().hex()}'))"


def example_sql(item: Expectation, schema: str) -> str | None:
    """A SELECT of `shop_id` and the identifier of a bad row, if the expectation names one."""
    if item.examples is not None:
        return item.examples
    if item.example is not None and item.fails_when is not None:
        return (
            f"select shop_id, {item.example} from {qualified(item.table, schema)} "
            f"where {item.fails_when}"
        )
    return None


def first_by_shop(sql: str, limit: int) -> str:
    """The first few values a shop of a SELECT of `shop_id` and one value, in order."""
    return (
        "select shop_id, value from (select shop_id, cast(value as varchar) as value, "
        "row_number() over (partition by shop_id order by cast(value as varchar)) as n from "
        f"(select distinct * from ({sql}) as bad (shop_id, value)) where value is not null) "
        f"where n <= {limit} order by 1, 2"
    )


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _finite(table: str, columns: Mapping[str, str]) -> Expectation | None:
    doubles = [quoted(name) for name, kind in columns.items() if kind in _FLOATING]
    if not doubles:
        return None
    return Expectation(
        name="doubles_are_finite",
        table=table,
        severity="critical",
        topic="marts",
        description="No inf and no NaN in any number",
        fails_when=" or ".join(f"isinf({name}) or isnan({name})" for name in doubles),
    )
