"""A shop for every hostile file, each beside files that nothing is wrong with."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.home import Home
from flows.ingest import FileRecord, read_ledger
from tests.hostile.case import Case
from tests.ingest.builders import EVENT, drop, order, table, tracking

CLEAN = {
    "clean/orders.csv": table([order(number) for number in range(11, 21)]),
    "clean/events.csv": tracking(EVENT, (*EVENT[:3], "delivered", *EVENT[4:])),
}
FEEDS = ("seller_center/orders", "carriers/tracking_events")


@dataclass(frozen=True)
class Read:
    """What an ingest of a landing folder left: its records and refused rows by shop."""

    home: Home
    took: dict[str, Any]
    records: dict[str, dict[str, FileRecord]]
    refused: dict[str, list[dict[str, str]]]


def shop_of(number: int) -> str:
    return f"shop{number:03d}"


def fill(home: Home, cases: Iterable[Case]) -> None:
    for number, case in enumerate(cases):
        drop(home, case.file, case.make(), shop_of(number))
        for name, content in CLEAN.items():
            drop(home, name, content, shop_of(number))
    for name, content in CLEAN.items():
        drop(home, name, content, "alone")


def read(home: Home, run_id: str = "run1", seconds: float = 550) -> Read:
    """Ingest in a process of its own, and check every file's row identity."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.child", str(home.root), run_id],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    records: dict[str, dict[str, FileRecord]] = {}
    for record in read_ledger(home).records:
        counted = record.rows_accepted + record.rows_quarantined + record.rows_skipped
        assert record.rows_read == counted
        records.setdefault(record.shop_id, {})[record.file] = record
    refused: dict[str, list[dict[str, str]]] = {}
    path = home.quarantine / run_id / "refused_rows.csv"
    if path.exists():
        with path.open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                refused.setdefault(row["shop_id"], []).append(row)
    return Read(home, json.loads(done.stdout), records, refused)


def rows_of(home: Home, shop: str, records: Iterable[FileRecord]) -> dict[str, pl.DataFrame]:
    """The lake's rows of some records, by feed, without the shop."""
    found = {}
    for record in records:
        frames = [pl.read_parquet(Path(home.lake, path), glob=False) for path in record.lake_paths]
        found[record.feed or ""] = pl.concat(frames).drop("shop_id")
    return found
