"""The ledger: what was read into the lake, from which bytes, and with which result.

It is the one list of the lake's live files: a Parquet file that no record names is garbage of an
interrupted run. It is replaced atomically, after the files that it names are on the disk.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from flows.errors import UsageError
from flows.home.files import read_json, write_json
from flows.home.fingerprint import of_json
from flows.home.layout import Home
from flows.home.publications import needed_of_the_lake
from flows.ingest.discover import Stamp

LEDGER_VERSION = 1
Status = Literal["loaded", "duplicate", "refused", "withdrawn"]
RecordId = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """With what a file was read: a file is read again when any of this changes.

    `contract` is the fingerprint of its contract, of all contracts for a file that met none.
    `hash_key` is the mark of the key that names were hashed with, empty where there are none.
    """

    contract: str
    reader: int
    market: str
    timezone: str
    currency: str
    hash_key: str = ""

    @property
    def mark(self) -> str:
        """What tells the readings of the same bytes apart, in the names of their lake files."""
        return of_json(asdict(self))[:8]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file seen: a dropped file, or a member of a .zip (`a.zip!/b.csv`).

    `file` is relative to the shop's folder. `run_id` is the run that first read these bytes under
    this path. `rows_read` = accepted + quarantined + skipped; the header row does not count.
    `newest_at`: the latest time stamp in the accepted rows, naive UTC. `lake_paths`: the Parquet
    files of the reading, relative to the lake; a duplicate has its original's. `is_present`: the
    file still lies in landing. `shifted_times`: wall times that the shop's clock skipped. A file
    that is `withdrawn` keeps its counts and its lake files, and no table reads them.
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
    def id(self) -> RecordId:
        """Shop, path and bytes: what makes a record the same."""
        return (self.shop_id, self.file, self.sha256)

    def under(self, other: FileRecord) -> FileRecord:
        """This reading, recorded under another path of the same bytes."""
        return replace(
            self,
            run_id=other.run_id,
            file=other.file,
            archive_sha256=other.archive_sha256,
            is_present=other.is_present,
            stamp=other.stamp,
        )

    @property
    def container(self) -> str:
        """The dropped file: the record's own path, or that of the .zip it is a member of."""
        return self.file.rsplit("!/", 1)[0] if self.archive_sha256 else self.file


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a run's file of refused rows belongs to the records of a ledger."""

    run_id: str
    bytes: int


_FIELDS = fields(FileRecord)
_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Ledger:
    """All records, sorted by shop and file, and where the lake is.

    `refused`: what the run that wrote the ledger had refused by then.
    """

    lake: Path
    records: tuple[FileRecord, ...] = ()
    refused: Kept | None = field(default=None, compare=False)

    def live_paths(self, feed: str) -> list[Path]:
        """The Parquet files of a feed (`seller_center/orders`) that make up its lake table."""
        found = {
            self.lake / path
            for record in self.records
            if record.feed == feed and record.status == "loaded"
            for path in record.lake_paths
        }
        return sorted(found)

    def all_paths(self) -> set[Path]:
        """Every Parquet file of the lake that a record names, withdrawn ones among them."""
        return {
            self.lake / path
            for record in self.records
            if record.status in ("loaded", "withdrawn")
            for path in record.lake_paths
        }

    def damaged_paths(self) -> frozenset[str]:
        """Parquet files that a record names and that are missing or cut off, below the lake."""
        return frozenset(
            path.relative_to(self.lake).as_posix()
            for path in self.all_paths()
            if not _is_parquet(path)
        )

    @property
    def shop_ids(self) -> tuple[str, ...]:
        """Shops with at least one record, sorted."""
        return tuple(sorted({record.shop_id for record in self.records if record.shop_id}))

    def settled(self, withdrawn: Collection[tuple[str, str]] = ()) -> Ledger:
        """The ledger with its records sorted and its duplicates told from their originals.

        Of the same bytes in one shop the first in path order is the original. withdrawn: shop and
        SHA-256 of the bytes that people took out of everything, whatever name they lie under.
        """
        groups: defaultdict[tuple[str, str], list[FileRecord]] = defaultdict(list)
        for record in self.records:
            groups[record.shop_id, record.sha256].append(record)
        settled: list[FileRecord] = []
        for key, group in groups.items():
            read = sorted((r for r in group if r.status != "refused"), key=lambda r: r.file)
            settled += [r for r in group if r.status == "refused"]
            later: Status = "withdrawn" if key in withdrawn else "duplicate"
            first: Status = "withdrawn" if key in withdrawn else "loaded"
            settled += [
                replace(record, status=first if number == 0 else later)
                for number, record in enumerate(read)
            ]
        settled.sort(key=lambda r: (r.shop_id, r.file, r.sha256))
        return Ledger(self.lake, tuple(settled), self.refused)


def read_ledger(home: Home) -> Ledger:
    """The ledger of a home; an empty one when nothing was ever read.

    Raises `UsageError` where the lake holds files and there is no ledger that can be read: they
    may be all that is left of exports that are gone from landing.
    """
    try:
        content = read_json(home.ledger)
        if content is None:
            problem = "is gone"
        elif content["version"] != LEDGER_VERSION:
            problem = "was written by another version of Greenzone"
        else:
            refused = content.get("refused")
            return Ledger(
                home.lake,
                tuple(_record(item) for item in content["files"]),
                Kept(**refused) if refused else None,
            )
    except (ValueError, TypeError, LookupError):
        problem = "cannot be read"
    if any(home.lake.rglob("*.parquet")):
        raise UsageError(
            f"The list of what was read, {home.ledger}, {problem}, and the lake holds rows.",
            "Bring it back from a backup, or install the version that wrote it. If landing still "
            f"holds every export, remove {home.lake} instead: the next run reads them all again.",
        )
    return Ledger(home.lake)


def begin_ledger(home: Home) -> Ledger:
    """The ledger, for a run that will change it: there is one before the lake has its first file.

    So what a run that was killed left behind is not taken for a lake whose ledger was lost.
    """
    ledger = read_ledger(home)
    if not ledger.records:
        write_ledger(home, ledger)
    return ledger


def write_ledger(home: Home, ledger: Ledger) -> None:
    """Replace the ledger atomically."""
    content = {
        "version": LEDGER_VERSION,
        "files": [_plain(record) for record in ledger.records],
        "refused": asdict(ledger.refused) if ledger.refused else None,
    }
    write_json(home.ledger, content)


def _is_parquet(path: Path) -> bool:
    """Whether a file is there and ends as Parquet does, which a file that was cut off does not."""
    try:
        with path.open("rb") as handle:
            handle.seek(-len(_MAGIC), os.SEEK_END)
            return handle.read() == _MAGIC
    except OSError:
        return False


def remove_garbage(home: Home, ledger: Ledger) -> None:
    """Remove the lake's Parquet files that neither a record nor a kept publication needs."""
    named = ledger.all_paths()
    unnamed = [path for path in home.lake.rglob("*.parquet") if path not in named]
    if not unnamed:
        return
    needed = needed_of_the_lake(home)
    for path in unnamed:
        if path.relative_to(home.lake).as_posix() not in needed:
            path.unlink()


class Book:
    """The ledger while a run changes it, with its records at hand by path and by bytes.

    withdrawn: shop and SHA-256 of what people took out.
    """

    def __init__(self, ledger: Ledger, withdrawn: Collection[tuple[str, str]] = ()) -> None:
        self._lake = ledger.lake
        self._withdrawn = frozenset(withdrawn)
        self._records: dict[RecordId, FileRecord] = {}
        self._by_path: defaultdict[tuple[str, str], set[RecordId]] = defaultdict(set)
        self._by_bytes: defaultdict[tuple[str, str], set[RecordId]] = defaultdict(set)
        for record in ledger.records:
            self.put(record)

    def put(self, record: FileRecord) -> None:
        """Take a record, in the place of that of the same path and bytes."""
        self._records[record.id] = record
        self._by_path[record.shop_id, record.container].add(record.id)
        self._by_bytes[record.shop_id, record.sha256].add(record.id)

    def drop(self, record: FileRecord) -> None:
        """Forget a record."""
        del self._records[record.id]
        self._by_path[record.shop_id, record.container].discard(record.id)
        self._by_bytes[record.shop_id, record.sha256].discard(record.id)

    def get(self, record_id: RecordId) -> FileRecord | None:
        """The record of a path and its bytes."""
        return self._records.get(record_id)

    def of_path(self, shop_id: str, container: str) -> list[FileRecord]:
        """The records of a dropped file, its members' among them, of all bytes it ever had."""
        return [self._records[i] for i in sorted(self._by_path[shop_id, container])]

    def of_bytes(self, shop_id: str, sha256: str) -> list[FileRecord]:
        """The records of the same bytes in a shop, in path order."""
        return [self._records[i] for i in sorted(self._by_bytes[shop_id, sha256])]

    def records(self) -> list[FileRecord]:
        """Every record."""
        return list(self._records.values())

    def ledger(self) -> Ledger:
        """The ledger as it is now."""
        return Ledger(self._lake, tuple(self._records.values())).settled(self._withdrawn)


def _plain(record: FileRecord) -> dict[str, Any]:
    # `asdict` of the record itself would copy every value of it, ten times as slowly.
    content: dict[str, Any] = {item.name: getattr(record, item.name) for item in _FIELDS}
    content["key"] = asdict(record.key)
    content["stamp"] = asdict(record.stamp) if record.stamp else None
    content["newest_at"] = record.newest_at.isoformat() if record.newest_at else None
    return content


def _record(content: dict[str, Any]) -> FileRecord:
    known = {item.name for item in _FIELDS}
    values = {name: value for name, value in content.items() if name in known}
    values["key"] = ReadingKey(**values["key"])
    values["lake_paths"] = tuple(values["lake_paths"])
    if values["newest_at"]:
        values["newest_at"] = datetime.fromisoformat(values["newest_at"])
    if values["stamp"]:
        values["stamp"] = Stamp(**values["stamp"])
    return FileRecord(**values)
