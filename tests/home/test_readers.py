"""A reader keeps the warehouse that it opened, through any number of publications."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import duckdb

from flows.home.layout import Home
from flows.home.publish import Publication

_READS = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for _ in sys.stdin:
        query = "select min(run), max(run), count(*) from marts.orders"
        print(connection.execute(query).fetchone())
        sys.stdout.flush()
"""
_ROWS = 50_000


def _publish(home: Home, number: int) -> float:
    """Publish a warehouse whose every row says which one it is; the seconds of the publication."""
    publication = Publication(home, f"run-{number}")
    with duckdb.connect(str(publication.path(home.published))) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.orders as select {number} as run, range as id from range({_ROWS})"
        )
    publication.replace_file(home.published)
    publication.path(home.runs / f"run-{number}.json").write_text("{}")
    started = time.monotonic()
    publication.commit()
    return time.monotonic() - started


def _ask(reader: subprocess.Popen[str]) -> str:
    assert reader.stdin is not None and reader.stdout is not None
    reader.stdin.write("\n")
    reader.stdin.flush()
    return reader.stdout.readline().strip()


def test_an_open_reader_is_neither_broken_nor_in_the_way(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    _publish(home, 0)
    readers: list[subprocess.Popen[str]] = []
    try:
        for number in range(1, 4):
            reader = subprocess.Popen(
                [sys.executable, "-c", _READS, str(home.published)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            readers.append(reader)
            assert _ask(reader) == f"({number - 1}, {number - 1}, {_ROWS})"
            assert _publish(home, number) < 5
            for opened, old in enumerate(readers):
                assert _ask(old) == f"({opened}, {opened}, {_ROWS})"
    finally:
        for reader in readers:
            assert reader.stdin is not None
            reader.stdin.close()
            assert reader.wait(timeout=20) == 0
