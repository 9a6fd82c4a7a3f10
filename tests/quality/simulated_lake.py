"""The lake of a simulated shop, as gate 1 sees it on any day of its life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from flows.contracts import load_contracts
from flows.home.layout import Home
from flows.quality.file_drift import event_time
from flows.running import reading
from flows.running.run import Request
from flows.running.session import session
from flows.simulate import simulate
from flows.warehouse.scope import snapshot_scope

SHOP = "south"


def simulated_lake(
    root: Path, first: date, last: date, orders_per_day: int, seed: int, scenarios: Sequence[str]
) -> Path:
    """Simulate a shop under `root`, read its landing, and keep lake and inputs as tables."""
    simulate(root, SHOP, first, last, orders_per_day, seed, tuple(scenarios))
    return read_lake(Home(root), last)


def read_lake(home: Home, day: date, shops: Sequence[str] = (SHOP,)) -> Path:
    """The lake of a home folder and the inputs of a build as of the day, as tables of a file."""
    build, kept = home.root / "gate.duckdb", home.root / "kept.duckdb"
    with session(Request("snapshot", home, (day,))) as run:
        reading.ingest(run)
        reading.prepare_database(run, build, snapshot_scope(day, list(shops)))
    kept.unlink(missing_ok=True)
    with duckdb.connect(str(kept)) as connection:
        connection.execute(f"attach '{build}' as build (read_only)")
        for schema in ("lake", "inputs"):
            connection.execute(f"create schema {schema}")
        relations = connection.execute(
            "select schema_name, view_name from duckdb_views() where database_name = 'build' "
            "and schema_name = 'lake' union all select schema_name, table_name "
            "from duckdb_tables() where database_name = 'build' and schema_name = 'inputs' "
            "and table_name in ('files', 'as_of')"
        ).fetchall()
        for schema, table in relations:
            connection.execute(f"create table {schema}.{table} as from build.{schema}.{table}")
    build.unlink()
    return kept


def rewind(connection: duckdb.DuckDBPyConnection, exported: date, as_of: date) -> None:
    """Take away what was exported after a day, and let another day be the newest.

    A file that holds the shop's whole life is cut where that day ends.
    """
    until = datetime.combine(exported + timedelta(days=1), datetime.min.time())
    connection.execute(
        "delete from inputs.files where try_cast(regexp_extract(file, '\\d{4}-\\d\\d-\\d\\d') "
        "as date) > ?",
        [exported],
    )
    connection.execute("update inputs.files set newest_at = least(newest_at, ?)", [until])
    connection.execute(
        "update inputs.as_of set as_of_on = ?, "
        "ends_at = ends_at - to_days((as_of_on - ?)::integer)",
        [as_of, as_of],
    )
    for contract in load_contracts():
        table = f"lake.{contract.table}"
        connection.execute(
            f"delete from {table} where source_id not in "
            "(select left(sha256(sha256), 16) from inputs.files)"
        )
        if not contract.is_declaration:
            connection.execute(f"delete from {table} where {event_time(contract)} >= ?", [until])
