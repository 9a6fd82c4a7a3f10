"""The ledger: what was read into the lake, from which bytes, and with which result.

It is the one list of the lake's live files: a Parquet file that no record names is garbage of an
interrupted run. It is replaced atomically, after the files that it names are on the disk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from flows.home.layout import Home
from flows.home.files import read_json, write_json
from flows.ingest.discover import Stamp

LEDGER_VERSION = 1
Status = Literal["loaded", "duplicate", "refused"]


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """With what a file was read: a file is read again when any of this changes.

    `contract` is the fingerprint of its contract, of all contracts for a file that met none.
    """

    contract: str
    reader: int
    market: str
    timezone: str
    currency: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file seen: a dropped file, or a member of a .zip (`a.zip!/b.csv`).

    `file` is relative to the shop's folder. `run_id` is the run that first read these bytes under
    this path. `rows_read` = accepted + quarantined + skipped; the header row does not count.
    `newest_at`: the latest time stamp in the accepted rows, naive UTC. `lake_paths`: the Parquet
    files of the reading, relative to the lake; a duplicate has its original's. `is_present`: the
    file still lies in landing. `shifted_times`: wall times that the shop's clock skipped.
    """

    run_id: str
    shop_id: str
    file: str
    feed: str | None
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_skipped: int
    sha256: str
    archive_sha256: str | None
    size: int
    status: Status
    key: ReadingKey
    reason: str = ""
    mend: str = ""
    newest_at: datetime | None = None
    lake_paths: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    decimal_mark: str = ""
    shifted_times: int = 0
    is_present: bool = True
    stamp: Stamp | None = None

    def __post_init__(self) -> None:
        counted = self.rows_accepted + self.rows_quarantined + self.rows_skipped
        if self.rows_read != counted:
            raise AssertionError(
                f"{self.file}: {self.rows_read} rows read, {counted} accounted for"
            )

    @property
    def container(self) -> str:
        """The dropped file: the record's own path, or that of the .zip it is a member of."""
        return self.file.split("!/", 1)[0] if self.archive_sha256 else self.file


@dataclass(frozen=True, slots=True)
class Ledger:
    """All records, sorted by shop and file, and where the lake is."""

    lake: Path
    records: tuple[FileRecord, ...] = ()

    def live_paths(self, feed: str) -> list[Path]:
        """The Parquet files of a feed (`seller_center/orders`) that make up its lake table."""
        found = {
            self.lake / path
            for record in self.records
            if record.feed == feed and record.status == "loaded"
            for path in record.lake_paths
        }
        return sorted(found)

    def all_live_paths(self) -> set[Path]:
        """Every live Parquet file of the lake."""
        return {
            self.lake / path
            for record in self.records
            if record.status == "loaded"
            for path in record.lake_paths
        }

    @property
    def shop_ids(self) -> tuple[str, ...]:
        """Shops with at least one record, sorted."""
        return tuple(sorted({record.shop_id for record in self.records if record.shop_id}))

    def settled(self) -> Ledger:
        """The ledger with its records sorted and its duplicates told from their originals.

        Of the same bytes in one shop the first in path order is the original.
        """
        groups: defaultdict[tuple[str, str], list[FileRecord]] = defaultdict(list)
        for record in self.records:
            groups[record.shop_id, record.sha256].append(record)
        settled: list[FileRecord] = []
        for group in groups.values():
            read = sorted((r for r in group if r.status != "refused"), key=lambda r: r.file)
            settled += [r for r in group if r.status == "refused"]
            settled += [replace(r, status="loaded" if i == 0 else "duplicate")
                        for i, r in enumerate(read)]
        settled.sort(key=lambda r: (r.shop_id, r.file, r.sha256))
        return Ledger(self.lake, tuple(settled))


def read_ledger(home: Home) -> Ledger:
    """The ledger of a home; an empty one when nothing was ever read."""
    content = read_json(home.ledger)
    if content is None or content.get("version") != LEDGER_VERSION:
        return Ledger(home.lake)
    return Ledger(home.lake, tuple(_record(item) for item in content["files"]))


def write_ledger(home: Home, ledger: Ledger) -> None:
    """Replace the ledger atomically."""
    content = {"version": LEDGER_VERSION, "files": [_plain(record) for record in ledger.records]}
    write_json(home.ledger, content)


def remove_garbage(home: Home, ledger: Ledger) -> None:
    """Remove the lake's Parquet files that no record names."""
    live = ledger.all_live_paths()
    for path in home.lake.rglob("*.parquet"):
        if path not in live:
            path.unlink()


def replaced(records: Iterable[FileRecord], new: FileRecord, is_declaration: bool) -> list[FileRecord]:
    """The records with a new one in the place of those that it replaces.

    A record replaces that of the same path and bytes; in a declaration any older of the path.
    """
    kept = [
        record
        for record in records
        if (record.shop_id, record.file) != (new.shop_id, new.file)
        or (record.sha256 != new.sha256 and not (is_declaration and record.feed == new.feed))
    ]
    return [*kept, new]


def _plain(record: FileRecord) -> dict[str, Any]:
    content = asdict(record)
    content["newest_at"] = record.newest_at.isoformat() if record.newest_at else None
    return content


def _record(content: dict[str, Any]) -> FileRecord:
    known = {item.name for item in fields(FileRecord)}
    values = {name: value for name, value in content.items() if name in known}
    values["key"] = ReadingKey(**values["key"])
    values["lake_paths"] = tuple(values["lake_paths"])
    if values["newest_at"]:
        values["newest_at"] = datetime.fromisoformat(values["newest_at"])
    if values["stamp"]:
        values["stamp"] = Stamp(**values["stamp"])
    return FileRecord(**values)
