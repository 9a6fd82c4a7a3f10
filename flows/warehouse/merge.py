"""The published warehouse: what a build computed, and of everything else what was published before.

The file is made anew each time and holds the schema `marts` alone, in the storage format that older
DuckDB versions open too. Rows are written in the order of their key.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.warehouse.database import connect, in_list, name, text
from flows.warehouse.scope import Scope

MARTS = "marts"
STORAGE_VERSION = "v1.0.0"

# Always of the newest run, whatever day it was for: they describe files and publications, not days.
LEDGERS = frozenset(
    {"row_accounting", "feed_freshness", "kpi_editions", "kpi_restatements", "interventions"}
)

# The keys of the big marts; the others are small enough to be ordered by all their columns.
KEYS = {
    "orders": ("shop_id", "order_id"),
    "packages": ("shop_id", "package_key"),
    "late_dispatch_causes": ("shop_id", "order_id"),
    "kpi_daily": ("shop_id", "as_of_on", "metric", "basis", "window_name"),
}


def write_published(
    build: Path, previous: Path | None, target: Path, scope: Scope, scratch: Path
) -> None:
    """Write the warehouse that is to be published after this build.

    build: the build's database. previous: the published one, None before the first. target: the
    new file; must not exist. scope: the shops that passed the gates (every other shop keeps its
    published rows).
    """
    with connect(None, scratch) as connection:
        connection.execute(f"attach {text(str(build))} as build (read_only)")
        connection.execute(
            f"attach {text(str(target))} as target (storage_version {text(STORAGE_VERSION)})"
        )
        connection.execute(f"create schema target.{MARTS}")
        before: dict[str, list[str]] = {}
        if previous is not None:
            connection.execute(f"attach {text(str(previous))} as previous (read_only)")
            before = columns_by_table(connection, "previous")
        for table, columns in columns_by_table(connection, "build").items():
            _write_table(connection, table, columns, before.get(table), scope)
        connection.execute("checkpoint target")
        connection.execute("detach target")


def write_own_rows(
    build: Path, target: Path, scope: Scope, scratch: Path, *, is_what_if: bool = False
) -> None:
    """Write the rows of a build that belong to its run, and nothing else, to a new file.

    is_what_if: of marts with `as_of_on` the scope's days alone: what lies before them was not asked
    for. target: must not exist.
    """
    with connect(None, scratch) as connection:
        connection.execute(f"attach {text(str(build))} as build (read_only)")
        connection.execute(
            f"attach {text(str(target))} as target (storage_version {text(STORAGE_VERSION)})"
        )
        connection.execute(f"create schema target.{MARTS}")
        for table, columns in columns_by_table(connection, "build").items():
            mart = f"{MARTS}.{name(table)}"
            mine = own_rows(columns, scope, is_what_if=is_what_if)
            order = ", ".join(KEYS[table]) if table in KEYS else "all"
            connection.execute(
                f"create table target.{mart} as select * from build.{mart} "
                f"where {mine} order by {order}"
            )
        connection.execute("checkpoint target")
        connection.execute("detach target")


def columns_by_table(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, list[str]]:
    """The marts of an attached database, each with its columns in order."""
    rows = connection.execute(
        "select table_name, list(column_name order by ordinal_position) "
        "from information_schema.columns "
        "where table_catalog = ? and table_schema = ? group by all order by table_name",
        [catalog, MARTS],
    ).fetchall()
    return dict(rows)


def _write_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str],
    before: list[str] | None,
    scope: Scope,
) -> None:
    mart = f"{MARTS}.{name(table)}"
    new, kept = _conditions(table, columns, scope, before is not None)
    query = f"select * from build.{mart} where {new}"
    # Types and columns are the build's, so that a changed model changes the published table too.
    connection.execute(f"create table target.{mart} as {query} limit 0")
    if before is not None:
        shared = ", ".join(name(column) for column in columns if column in before)
        query = f"{query} union all by name select {shared} from previous.{mart} where {kept}"
    keys = KEYS.get(table)
    order = ", ".join(keys) if keys else "all"
    connection.execute(f"insert into target.{mart} by name {query} order by {order}")


def _conditions(
    table: str, columns: list[str], scope: Scope, published_before: bool
) -> tuple[str, str]:
    """Which rows to take from the build and which from the previous publication, as SQL."""
    if not scope.as_of:
        return "false", "true"
    shops = in_list(scope.shops)
    if table in LEDGERS or not published_before:
        return f"shop_id in {shops}", f"shop_id not in {shops}"
    replaced = own_rows(columns, scope)
    return replaced, f"not ({replaced})"


def own_rows(columns: list[str], scope: Scope, *, is_what_if: bool = False) -> str:
    """Which rows of a mart with these columns, ledgers apart, a run writes: an SQL condition.

    is_what_if: of a mart with `as_of_on` the days that were asked for alone.
    """
    if is_what_if:
        days = ", ".join(f"date {text(day.isoformat())}" for day in scope.days)
        asked = f" and as_of_on in ({days})" if "as_of_on" in columns else ""
        return f"shop_id in {in_list(scope.shops)}{asked}"
    return replaced_rows(scope) if "as_of_on" in columns else _whole(scope)


def replaced_rows(scope: Scope) -> str:
    """Which rows of a mart with `as_of_on` a publication replaces, as an SQL condition."""
    by_day = sorted(set(scope.shops) - scope.whole)
    if not by_day:
        return _whole(scope)
    days = ", ".join(f"date {text(day.isoformat())}" for day in scope.days)
    return f"({_whole(scope)} or (shop_id in {in_list(by_day)} and as_of_on in ({days})))"


def _whole(scope: Scope) -> str:
    return f"shop_id in {in_list(sorted(scope.whole))}" if scope.whole else "false"
