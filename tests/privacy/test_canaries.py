"""The search for canaries finds them where they are: a search that is blind proves nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import sqlite3
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.home.layout import Home
from tests.privacy.canaries import Planted, findings, needles, personal_columns

VALUE = Planted().cell("feed", "Recipient")
NEEDLES = needles({VALUE})


@pytest.mark.parametrize(
    "content",
    [
        VALUE.encode(),
        VALUE.upper().encode(),
        VALUE.encode("utf-16"),
        VALUE.encode("utf-16-be"),
        base64.b64encode(VALUE.encode()),
        base64.b64encode(b"x" + VALUE.encode()),
        base64.b64encode(b"xy" + VALUE.encode()),
        b"buyer=Zo%C3%AB",
        b"Zo\\u00eb",
        b"10001-7391",
        hashlib.sha256(VALUE.encode()).hexdigest().encode(),
        hashlib.md5(VALUE.lower().encode()).hexdigest().upper().encode(),
        base64.b64encode(hashlib.sha1(VALUE.encode()).digest()),
        gzip.compress(VALUE.encode(), mtime=0),
    ],
)
def test_every_writing_is_found(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(b"before " + content if content[:1] != b"\x1f" else content)
    assert findings(Home(tmp_path), NEEDLES)


def test_compressed_tables_are_looked_through(tmp_path: Path) -> None:
    rows = [f"{VALUE} {n % 7}" for n in range(50_000)]
    pl.DataFrame({"text": rows}).write_parquet(tmp_path / "a.parquet", compression="zstd")
    with duckdb.connect(str(tmp_path / "b.duckdb")) as connection:
        connection.execute(
            "create table t as select * from read_parquet(?)", [f"{tmp_path}/*.parquet"]
        )
    with sqlite3.connect(tmp_path / "c.db") as lite:
        lite.execute("create table t (text)")
        lite.execute("insert into t values (?)", [VALUE])
    found = findings(Home(tmp_path), NEEDLES)
    assert {name.split()[0] for name in found} == {"a.parquet", "b.duckdb", "c.db"}


def test_landing_is_left_out(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    (home.landing / "a.csv").write_text(VALUE)
    assert not findings(home, NEEDLES)


def test_the_contracts_name_personal_columns() -> None:
    assert len(personal_columns()) > 25
