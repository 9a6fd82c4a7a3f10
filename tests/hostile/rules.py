"""What has to hold of every file that is read, whatever its bytes."""

from __future__ import annotations

import csv
import io
import shutil
from contextlib import suppress
from datetime import datetime

import polars as pl

from flows.contracts import lake_schema
from flows.home import Home
from flows.home.hash_key import hash_key
from flows.ingest import FileRecord, decompress
from flows.ingest.decompress import open_plain
from flows.ingest.discover import Found, Stamp
from flows.ingest.one_file import Reader, contract_of
from flows.ingest.shops import Shop

_FIRST, _LAST = datetime(1969, 12, 30), datetime(2061, 1, 3)


def read_by_rules(home: Home, content: bytes) -> list[FileRecord]:
    """Read a file's bytes as an ingest does, and check what came of it; nothing stays."""
    home.work.mkdir(parents=True, exist_ok=True)
    path = home.landing / "shop" / "dropped"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    found = Found("shop", "dropped", path, Stamp.of(path))
    reader = Reader(home, "run", lambda _: None, hash_key(home))
    records = []
    try:
        for plain in open_plain(path, home.work):
            outcome = reader.read(found, plain, Shop("shop"))
            record = outcome.record
            records.append(record)
            parts = [pl.read_parquet(part, glob=False) for part in outcome.parts]
            _check(record, pl.concat(parts) if parts else None)
            if isinstance(plain, decompress.Plain) and record.delimiter:
                _check_rows(record, plain.path.read_bytes())
            if outcome.refused_rows is not None:
                outcome.refused_rows.publish(home.quarantine / "run")
            outcome.undo()
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(home.quarantine / "run")
    assert not list(home.work.iterdir()), "scratch files stay"
    return records


def _check(record: FileRecord, rows: pl.DataFrame | None) -> None:
    counted = record.rows_accepted + record.rows_quarantined + record.rows_skipped
    assert record.rows_read == counted
    if record.status == "refused":
        assert rows is None and record.reason and record.mend
        # A library's error is no reason for people: a check of our own has to come before it.
        assert "could not be read as a table" not in record.reason, record.reason
        return
    assert record.status == "loaded"
    assert (rows.height if rows is not None else 0) == record.rows_accepted
    if rows is None:
        return
    contract = contract_of(record.feed)
    assert contract is not None and dict(rows.schema) == lake_schema(contract)
    assert rows["row_number"].is_sorted() and rows["row_number"].is_unique().all()
    for column in contract.columns:
        values = rows[column.name]
        if not column.nullable:
            assert not values.null_count(), column.name
        if column.kind == "timestamp" and values.count():
            assert _FIRST <= values.min() <= values.max() <= _LAST  # type: ignore[operator]
        if values.dtype.is_float():
            assert values.is_finite().all(), column.name
        if column.kind in ("id", "tracking_number"):
            odd = values.str.contains(r"[\x00-\x1f]|^[0-9][.,]?[0-9]*[eE]\+[0-9]+$|^$")
            assert not odd.any(), (column.name, values.filter(odd.fill_null(False)))


def _check_rows(record: FileRecord, content: bytes) -> None:
    """A CSV has the rows that Python's reader finds in it, blank lines among them."""
    encoding = record.encoding
    text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    text = text.removeprefix("\ufeff")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if "\r" in text.replace("\r\n", ""):
        return  # Python ends a line at a carriage return that stands alone, others do not
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=record.delimiter, strict=True)
    try:
        rows = sum(1 for _ in reader)
    except csv.Error:
        return
    assert record.rows_read == rows - 1, (record.rows_read, rows - 1)
