"""Files without one value: each is written anew, whole, and put in the place of the old one.

A value that is deleted within a database or a Parquet file can stay in its free blocks; a new file
has none. Every function may be repeated, and leaves a file that does not hold the value alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from flows.home.files import sync_file, sync_folder, write_bytes
from flows.warehouse.database import connect, name, text
from flows.warehouse.merge import STORAGE_VERSION

FORGOTTEN = "(forgotten)"
"""What stands in a report or a worklist where the hash stood."""

# Narrow charts cut a label after 17 digits; a drawing that has no room for it cuts a little more.
_SHORTEST = 12
_UNFINISHED = ".scrubbed"


def remove_leftovers(folder: Path) -> None:
    """Remove the unfinished files that a killed attempt left under a folder."""
    for path in folder.rglob(f".*{_UNFINISHED}*"):
        path.unlink(missing_ok=True)


def is_database(path: Path) -> bool:
    """Whether a file is a DuckDB database."""
    with path.open("rb") as handle:
        return handle.read(12)[8:] == b"DUCK"


def is_in_file(path: Path, value: str) -> bool:
    """Whether a file's bytes hold the value as it is, or cut short as a chart's label."""
    return _spellings(value).search(path.read_bytes()) is not None


def is_in_database(path: Path, value: str, scratch: Path) -> bool:
    """Whether any row of a database holds the value."""
    with connect(None, scratch) as connection:
        connection.execute(f"attach {text(str(path))} as source (read_only)")
        return any(_holders(connection, *table, value) for table in _tables(connection))


def rows_in_parquet(path: Path, columns: Sequence[str], value: str) -> int:
    """How many rows of a Parquet file hold the value in one of the columns."""
    found = pl.scan_parquet(path)
    mine = [column for column in columns if column in found.collect_schema().names()]
    if not mine:
        return 0
    is_held = pl.any_horizontal((pl.col(c) == value).fill_null(False) for c in mine)
    return int(found.select(is_held.sum()).collect().item())


def scrub_parquet(path: Path, columns: Sequence[str], value: str) -> None:
    """Null the value in columns of a Parquet file."""
    table = pl.read_parquet(path)
    mine = [column for column in columns if column in table.columns]
    nulled = table.with_columns(
        pl.when(pl.col(c) == value).then(None).otherwise(pl.col(c)).alias(c) for c in mine
    )
    unfinished = _beside(path)
    nulled.write_parquet(unfinished, compression="zstd", compression_level=1)
    _put(unfinished, path)


def scrub_text(path: Path, value: str) -> None:
    """Put words in the place of the value in a text file."""
    mode = path.stat().st_mode
    write_bytes(path, _spellings(value).sub(FORGOTTEN.encode(), path.read_bytes()))
    path.chmod(mode)


@cache
def _spellings(value: str) -> re.Pattern[bytes]:
    """The value, or a beginning of it before the mark of what is left out."""
    cut = "|".join(value[:length] for length in range(len(value) - 1, _SHORTEST - 1, -1))
    # Other people's hashes and words may end in what this one begins with.
    return re.compile(rf"{value}|(?<![0-9a-f])(?:{cut})(?:…|\\u2026|&hellip;)".encode())


def scrub_database(path: Path, value: str, scratch: Path) -> None:
    """Write a database's tables into a new file, with null where the value stood."""
    unfinished = _beside(path)
    with connect(None, scratch) as connection:
        # Rows are published in the order of their key, and stay in it.
        connection.execute("set preserve_insertion_order = true")
        connection.execute(f"attach {text(str(path))} as source (read_only)")
        connection.execute(
            f"attach {text(str(unfinished))} as target (storage_version {text(STORAGE_VERSION)})"
        )
        for schema, table in _tables(connection):
            connection.execute(f"create schema if not exists target.{name(schema)}")
            replaced = ", ".join(
                f"{_without(column, kind, value)} as {name(column)}"
                for column, kind in _holders(connection, schema, table, value)
            )
            columns = f"* replace ({replaced})" if replaced else "*"
            relation = f"{name(schema)}.{name(table)}"
            connection.execute(
                f"create table target.{relation} as select {columns} from source.{relation}"
            )
        connection.execute("checkpoint target")
        connection.execute("detach target")
    _put(unfinished, path)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = 'source' and not internal order by all"
    ).fetchall()


def _holders(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, value: str
) -> list[tuple[str, str]]:
    """The columns of a table, with their types, that hold the value."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'source' "
        "and schema_name = ? and table_name = ? and contains(data_type, 'VARCHAR') order by all",
        [schema, table],
    ).fetchall()
    if not columns:
        return []
    looks = ", ".join(
        f"coalesce(bool_or(contains({name(column)}::varchar, {text(value)})), false)"
        for column, _ in columns
    )
    relation = f"source.{name(schema)}.{name(table)}"
    found = connection.execute(f"select {looks} from {relation}").fetchone() or ()
    return [column for column, is_held in zip(columns, found, strict=True) if is_held]


def _without(column: str, kind: str, value: str) -> str:
    """A column with null in the place of the value, and words where it is a part of a text."""
    mine = name(column)
    replaced = f"replace({mine}::varchar, {text(value)}, {text(FORGOTTEN)})::{kind}"
    return f"case when {mine}::varchar = {text(value)} then null else {replaced} end"


def _beside(path: Path) -> Path:
    """Where the new file is written."""
    return path.with_name(f".{path.name}{_UNFINISHED}")


def _put(unfinished: Path, path: Path) -> None:
    unfinished.chmod(path.stat().st_mode)
    sync_file(unfinished)
    os.replace(unfinished, path)
    sync_folder(path.parent)
