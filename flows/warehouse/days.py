"""The warehouse as it stood at one day, for that day's report.

Marts with `as_of_on` hold all days of a build at once. The others (`orders`, `packages`) stand at
one day; a report of another day needs them as of that day. Their queries are the build's own
(`inputs.models`), run again with another current day, so that no formula is written twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from flows.warehouse.database import connect, in_list, name, text
from flows.warehouse.merge import MARTS, columns_by_table


def write_day(
    build: Path,
    published: Path | None,
    target: Path,
    day: date,
    own: Sequence[str],
    others: Sequence[str],
    scratch: Path,
    *,
    is_built_for: bool,
) -> None:
    """Write a database whose schema `marts` is what was known at the end of `day`.

    build: a finished build; of the shops `own` it holds the day in `inputs.as_of`. published: where
    the rows of the shops `others` come from, as they are. target: the new file. is_built_for: the
    build's marts without `as_of_on` stand at this day; they are taken as they are.
    """
    with connect(None, scratch) as connection:
        connection.execute(f"attach {text(str(build))} as build")
        connection.execute(f"attach {text(str(target))} as target")
        connection.execute(f"create schema target.{MARTS}")
        before: dict[str, list[str]] = {}
        if published is not None and others:
            connection.execute(f"attach {text(str(published))} as published (read_only)")
            before = columns_by_table(connection, "published")
        queries = {} if is_built_for else _stand_at(connection, day)
        mine = in_list(own)
        columns_of = columns_by_table(connection, "build")
        for table in _in_order(columns_of, queries):
            columns = columns_of[table]
            mart = f"{MARTS}.{name(table)}"
            source = f"({_of_the_day(queries, table)})" if table in queries else f"build.{mart}"
            known = f" and as_of_on <= date '{day}'" if "as_of_on" in columns else ""
            # The build's table gives names and types; the query alone may leave a null untyped.
            connection.execute(f"create table target.{mart} as select * from build.{mart} limit 0")
            connection.execute(
                f"insert into target.{mart} by name "
                f"select * from {source} as source where shop_id in {mine}{known}"
            )
            if table in before:
                shared = ", ".join(name(column) for column in columns if column in before[table])
                connection.execute(
                    f"insert into target.{mart} by name select {shared} from published.{mart} "
                    f"where shop_id in {in_list(others)}"
                )
        # Closing does it too, but keeps to itself that the disk is full.
        connection.execute("checkpoint target")


def stand_at_newest(build: Path, scratch: Path) -> None:
    """Make each shop's newest day the current one of a build again.

    A run that was ended while it wrote the warehouse of another day left it at that one.
    """
    with connect(build, scratch) as connection:
        connection.execute(
            "update inputs.as_of set is_current = (as_of_on = (select max(newest.as_of_on) "
            "from inputs.as_of as newest where newest.shop_id = as_of.shop_id))"
        )


def _stand_at(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, str]:
    """Make `day` the current one of the build's inputs; the queries that have to be run again."""
    connection.execute(
        "update build.inputs.as_of set is_current = (as_of_on = ?) where shop_id in "
        "(select shop_id from build.inputs.as_of where as_of_on = ?)",
        [day, day],
    )
    return dict(
        connection.execute(
            "select m.name, m.query from build.inputs.models as m where m.schema_name = ? "
            "and not exists (select 1 from information_schema.columns as c "
            "where c.table_catalog = 'build' and c.table_schema = m.schema_name "
            "and c.table_name = m.name and c.column_name = 'as_of_on')",
            [MARTS],
        ).fetchall()
    )


def _in_order(tables: Iterable[str], queries: Mapping[str, str]) -> list[str]:
    """The tables, each after those that its query reads."""
    reads = {
        table: {other for other in queries if _relation("build", other) in queries.get(table, "")}
        for table in tables
    }
    return list(TopologicalSorter(reads).static_order())


def _of_the_day(queries: Mapping[str, str], table: str) -> str:
    """A mart's query, reading the marts that are computed for the day and not the build's."""
    query = queries[table]
    for other in queries:
        query = query.replace(_relation("build", other), _relation("target", other))
    return query


def _relation(catalog: str, table: str) -> str:
    """A mart as dbt names it in a query."""
    return ".".join(name(part) for part in (catalog, MARTS, table))
