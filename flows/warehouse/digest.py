"""What a run wrote into each mart, as a count of rows and a digest that knows no order.

Two builds of the same inputs by the same project give the same digests, whatever else is published
beside their rows. The ledgers are left out: they tell of runs and moments.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flows.home.fingerprint import of_json
from flows.warehouse.database import connect, name
from flows.warehouse.merge import LEDGERS, MARTS, columns_by_table, own_rows
from flows.warehouse.scope import Scope

Digests = dict[str, dict[str, Any]]
_DIGITS = 32

REACH_DAYS = {"account_health_daily": 180, "kpi_daily": 100}
"""Marts of which a daily report shows days before its own too, and how far back it may look."""


def day_digest(warehouse: Path, day: date, scratch: Path) -> str:
    """A digest of what a report of `day` says of the numbers, in the marts as of that day.

    That is every mart without `as_of_on` but the ledgers, the rows of the day of the others, and
    of the marts of `REACH_DAYS` the days before it. Which other days are published does not count.
    """

    def mine(table: str, columns: list[str]) -> str:
        first = day - timedelta(days=REACH_DAYS.get(table, 0))
        return f"as_of_on between date '{first}' and date '{day}'" if "as_of_on" in columns else ""

    return of_json(sorted(_counted(warehouse, scratch, mine).items()))[:_DIGITS]


def digests(build: Path, scope: Scope, scratch: Path, *, is_what_if: bool = False) -> Digests:
    """By mart: `rows`, and the `digest` of its columns, their types and the rows of the scope.

    build: a finished build, or a file of the rows that a run wrote. is_what_if: of marts with
    `as_of_on` only the scope's days were written. The digest adds up DuckDB's own 64-bit hash of
    each row, which takes a second for a million orders and holds for one version of DuckDB.
    """
    found: Digests = {}
    counted = _counted(
        build, scratch, lambda _, columns: own_rows(columns, scope, is_what_if=is_what_if)
    )
    for table, (shape, rows, total) in counted.items():
        found[table] = {"rows": rows, "digest": of_json([shape, rows, total])[:_DIGITS]}
    return found


def _counted(
    warehouse: Path, scratch: Path, rows_of: Callable[[str, list[str]], str]
) -> dict[str, tuple[list[tuple[str, str]], int, int]]:
    """By mart but the ledgers: its columns and their types, its rows, and the sum of their hashes.

    rows_of: which rows of a mart with these columns count, an SQL condition; empty for all.
    """
    found = {}
    with connect(warehouse, scratch, read_only=True) as connection:
        catalog = str((connection.execute("select current_database()").fetchone() or [""])[0])
        for table, columns in sorted(columns_by_table(connection, catalog).items()):
            if table in LEDGERS:
                continue
            mart = f"{MARTS}.{name(table)}"
            kinds = connection.execute(f"describe {mart}").fetchall()
            shape = sorted((str(column), str(kind)) for column, kind, *_ in kinds)
            listed = ", ".join(name(column) for column, _ in shape)
            counted = connection.execute(
                f"select count(*), coalesce(sum(hash({listed})), 0) from {mart} "
                f"where {rows_of(table, columns) or 'true'}"
            ).fetchone()
            rows, total = counted or (0, 0)
            found[table] = (shape, int(rows), int(total))
    return found
