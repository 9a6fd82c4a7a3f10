"""What a run wrote into each mart, as a count of rows and a digest that knows no order.

Two builds of the same inputs by the same project give the same digests, whatever else is published
beside their rows. The ledgers are left out: they tell of runs and moments.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flows.home.fingerprint import of_json
from flows.warehouse.database import connect, name
from flows.warehouse.merge import LEDGERS, MARTS, columns_by_table, own_rows
from flows.warehouse.scope import Scope

Digests = dict[str, dict[str, Any]]
_DIGITS = 32
# The mart that holds every day, and how far back a report draws its lines.
_EVERY_DAY = frozenset({"kpi_daily"})
_HISTORY_DAYS = 100


def day_digest(warehouse: Path, day: date, scratch: Path) -> str:
    """A digest of what a report of `day` says of the numbers, in the marts as of that day.

    That is every mart without `as_of_on` but the ledgers, the rows of the day of the others, and
    the days before it of the one that holds every day. Which other days are published does not
    count.
    """
    found = []
    with connect(warehouse, scratch, read_only=True) as connection:
        catalog = str((connection.execute("select current_database()").fetchone() or [""])[0])
        for table, columns in sorted(columns_by_table(connection, catalog).items()):
            if table in LEDGERS:
                continue
            mart = f"{MARTS}.{name(table)}"
            shape = sorted(
                (column, kind)
                for column, kind, *_ in connection.execute(f"describe {mart}").fetchall()
            )
            listed = ", ".join(name(column) for column, _ in shape)
            first = day - timedelta(days=_HISTORY_DAYS if table in _EVERY_DAY else 0)
            mine = f"as_of_on between date '{first}' and date '{day}'"
            counted = connection.execute(
                f"select count(*), coalesce(sum(hash({listed})), 0) from {mart} "
                f"where {mine if 'as_of_on' in columns else 'true'}"
            ).fetchone()
            rows, total = counted or (0, 0)
            found.append([table, shape, rows, int(total)])
    return of_json(found)[:_DIGITS]


def digests(build: Path, scope: Scope, scratch: Path, *, is_what_if: bool = False) -> Digests:
    """By mart: `rows`, and the `digest` of its columns, their types and the rows of the scope.

    build: a finished build, or a file of the rows that a run wrote. is_what_if: of marts with
    `as_of_on` only the scope's days were written. The digest adds up DuckDB's own 64-bit hash of
    each row, which takes a second for a million orders and holds for one version of DuckDB.
    """
    found: Digests = {}
    with connect(build, scratch, read_only=True) as connection:
        catalog = str((connection.execute("select current_database()").fetchone() or [""])[0])
        for table, columns in sorted(columns_by_table(connection, catalog).items()):
            if table in LEDGERS:
                continue
            mart = f"{MARTS}.{name(table)}"
            kinds = connection.execute(f"describe {mart}").fetchall()
            shape = sorted((column, kind) for column, kind, *_ in kinds)
            listed = ", ".join(name(column) for column, _ in shape)
            counted = connection.execute(
                f"select count(*), coalesce(sum(hash({listed})), 0) from {mart} "
                f"where {own_rows(columns, scope, is_what_if=is_what_if)}"
            ).fetchone()
            rows, total = counted or (0, 0)
            found[table] = {"rows": rows, "digest": of_json([shape, rows, int(total)])[:_DIGITS]}
    return found
