"""How every DuckDB connection is opened: the same limits, zone and spill folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb

DEFAULT_MEMORY_LIMIT = "2GB"
THREADS = 2


def memory_limit() -> str:
    """DuckDB's memory limit: `$GREENZONE_MEMORY_LIMIT` or the default."""
    return os.environ.get("GREENZONE_MEMORY_LIMIT") or DEFAULT_MEMORY_LIMIT


def connect(path: Path | None, scratch: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory for None; `scratch` is where it may spill to."""
    connection = duckdb.connect(
        str(path) if path else ":memory:",
        read_only=read_only,
        config={
            "memory_limit": memory_limit(),
            "threads": THREADS,
            "preserve_insertion_order": "false",
            "temp_directory": str(scratch / "duckdb"),
        },
    )
    connection.execute("set TimeZone = 'UTC'")
    return connection


def text(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """A string as a quoted SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


def in_list(values: Sequence[str]) -> str:
    """Strings as what follows an SQL `in`; without any, what nothing is in."""
    return "(" + ", ".join(map(text, values)) + ")" if values else "(null)"
