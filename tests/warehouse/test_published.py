"""The published warehouse while other programs have it open, and when it is damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.errors import UsageError
from flows.warehouse.published import readable

_HOLDS = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "greenzone.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select 7 as n")
    return path


def test_the_file_itself_is_read_where_it_can_be(published: Path, tmp_path: Path) -> None:
    assert readable(published, tmp_path / "scratch") == published
    assert readable(tmp_path / "none.duckdb", tmp_path / "scratch") is None


def test_a_program_that_has_it_open_for_writing_is_in_nobodys_way(
    published: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _HOLDS, str(published)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(duckdb.IOException):
            duckdb.connect(str(published), read_only=True)
        copied = readable(published, tmp_path / "scratch")
        assert copied is not None and copied != published
        with duckdb.connect(str(copied), read_only=True) as connection:
            assert connection.execute("select n from t").fetchall() == [(7,)]
        holder.stdin.close()


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_a_damaged_file_is_named_with_the_way_out(
    published: Path, tmp_path: Path, size: int
) -> None:
    content = published.read_bytes()
    published.write_bytes(content[:size] or b"x" * 10_000)
    with pytest.raises(UsageError, match=r"greenzone\.duckdb cannot be read") as raised:
        readable(published, tmp_path / "scratch")
    assert "greenzone rollback" in str(raised.value)
