"""Marts that pass every expectation of gate 2: a real build of two simulated shops.

What no simulated shop has gets a row by hand, and the three faults that the simulator plants for
the warnings are taken out, so that each mutation starts from marts without a failure.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

SHOPS = ("north", "south")
_PLANTED = ("unmapped_carrier", "unknown_state", "doubled_at_warehouse")
_VALUES = {
    "VARCHAR": "'x'",
    "BIGINT": "1",
    "INTEGER": "1",
    "HUGEINT": "1",
    "DOUBLE": "0.5",
    "BOOLEAN": "false",
    "DATE": "date '2026-04-30'",
    "TIMESTAMP": "timestamp '2026-04-30 12:00:00'",
}
_BY_HAND: dict[str, dict[str, str]] = {
    "settlement_fee_checks": {"stated_amount": "2", "expected_amount": "1", "difference": "1"},
    "route_deviations": {"packages": "4", "deviating": "1", "deviation_rate": "0.25"},
    "fbt_replenishment": {"suggested_units": "0", "is_due": "false"},
}
# A week of a category that had enough orders to be judged.
_JUDGED = (
    "update marts.category_control set is_judged = true, centre = 0.1, lower_limit = 0.05, "
    "upper_limit = 0.15, units_ordered = 100, units_returned = 10, value = 0.1 where rowid in "
    "(select min(rowid) from marts.category_control group by shop_id)"
)


def copy_marts(build: Path, target: Path) -> None:
    """Copy what gate 2 reads of a build, put in order."""
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"attach '{build}' as build (read_only)")
        for schema in ("marts", "inputs"):
            connection.execute(f"create schema {schema}")
        relations = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'build' "
            "and (schema_name = 'marts' or table_name = 'as_of')"
        ).fetchall()
        for schema, table in relations:
            connection.execute(f"create table {schema}.{table} as from build.{schema}.{table}")
            if schema == "marts":
                _fill(connection, table)
        planted = ", ".join(f"'{issue}'" for issue in _PLANTED)
        connection.execute(
            f"update marts.data_quality_issues set issue = 'none' where issue in ({planted})"
        )
        connection.execute(_JUDGED)


def _fill(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """A row for each shop that has none."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where schema_name = 'marts' "
        f"and table_name = '{table}' and database_name = current_database()"
    ).fetchall()
    own = _BY_HAND.get(table, {})
    names = ", ".join(name for name, _ in columns if name != "shop_id")
    values = ", ".join(
        own.get(name, _VALUES.get(kind, "1")) for name, kind in columns if name != "shop_id"
    )
    for shop in SHOPS:
        connection.execute(
            f"insert into marts.{table} (shop_id, {names}) select '{shop}', {values} "
            f"where not exists (select 1 from marts.{table} where shop_id = '{shop}')"
        )
