"""Which rows of ``kpi_daily`` the platform judges, and which marts a warehouse holds.

Reports and alerts speak of the same four rows because both ask here.
"""

from __future__ import annotations

import duckdb

from flows.report.sentences.rates import HEADLINE_BASIS, HEADLINE_WINDOW

_COLUMNS = """
select table_name, column_name from information_schema.columns
where table_catalog = current_database() and table_schema = 'marts'
"""


def mart_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """The columns of each mart; a warehouse of an older release lacks the newer ones."""
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(_COLUMNS).fetchall():
        found.setdefault(table, set()).add(column)
    return {table: frozenset(columns) for table, columns in found.items()}


def judged_condition(connection: duckdb.DuckDBPyConnection, shop_id: str) -> str:
    """SQL on ``kpi_daily`` that is true of the rows that the shop's platform judges.

    A warehouse that was published before these rows were marked, or of which this shop's rows
    were, is read as the US judges: on the platform's basis, by ISO week.
    """
    if "is_evaluated" in mart_columns(connection).get("kpi_daily", ()):
        (marked,) = connection.execute(
            "select coalesce(bool_or(is_evaluated), false) from marts.kpi_daily where shop_id = ?",
            [shop_id],
        ).fetchall()[0]
        if marked:
            return "is_evaluated"
    return f"(basis = '{HEADLINE_BASIS}' and window_name = '{HEADLINE_WINDOW}')"
