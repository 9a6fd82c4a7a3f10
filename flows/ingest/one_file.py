"""One plain file into the lake: open, read, record. Whatever its content, no error escapes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from urllib.parse import quote

import polars as pl

from flows.contracts import Contract, load_contracts, utc_columns
from flows.home.hash_key import HashKey
from flows.home.layout import Home
from flows.ingest.batch import Setting
from flows.ingest.clock import clock_of
from flows.ingest.conventions import assumed
from flows.ingest.decompress import Plain, Unreadable
from flows.ingest.delimited import CsvSource, MalformedCsv
from flows.ingest.discover import Found, Stamp
from flows.ingest.ledger import FileRecord, ReadingKey
from flows.ingest.quarantine import RefusedRows
from flows.ingest.reading import LakeSink, Sink, TableReading, read_table
from flows.ingest.reasons import EXPORT_AGAIN, Refusal
from flows.ingest.shops import Shop
from flows.ingest.sources import open_source
from flows.ingest.tables import Source

READER_VERSION = 2
"""Raise it when the same bytes would give other rows: every file is then read again."""


_ROUNDED_IDS = 3


@cache
def all_contracts_fingerprint() -> str:
    """One fingerprint of all contracts: a file that met none is tried again when it changes."""
    joined = "".join(contract.fingerprint for contract in load_contracts())
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def key_of(contract: Contract | None, shop: Shop, hash_key: HashKey) -> ReadingKey:
    """The key under which a file of that contract and shop is read."""
    fingerprint = contract.fingerprint if contract else all_contracts_fingerprint()
    mark = hash_key.mark if contract and contract.hashed_headers else ""
    return ReadingKey(fingerprint, READER_VERSION, *shop.facts, hash_key=mark)


def contract_of(feed: str | None) -> Contract | None:
    """The contract of a feed; None when there is no such feed (any more)."""
    return next((item for item in load_contracts() if item.feed == feed), None)


def source_id_of(sha256: str) -> str:
    """The lake's name for a file's bytes: 16 hexadecimal digits."""
    return hashlib.sha256(sha256.encode()).hexdigest()[:16]


def lake_folder(shop_id: str) -> str:
    """Name of a shop's folder in the lake: no character in it means anything to a file pattern."""
    return f"shop={quote(shop_id, safe='')}"


def member_path(file: str, member: str) -> str:
    """The path under which a file or a member of a .zip is recorded."""
    return f"{file}!/{member}" if member else file


@dataclass(frozen=True, slots=True)
class Outcome:
    """A record, and where it is a new reading's what has yet to be published or taken back."""

    record: FileRecord
    refused_rows: RefusedRows | None = None
    parts: tuple[Path, ...] = ()
    is_reading: bool = False

    def undo(self) -> None:
        """Remove what the reading wrote: the file changed meanwhile."""
        for part in self.parts:
            part.unlink(missing_ok=True)
        if self.refused_rows is not None:
            self.refused_rows.reset()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files of one run."""

    home: Home
    run_id: str
    progress: Callable[[str], None]
    hash_key: HashKey
    locks: defaultdict[tuple[str, str], Lock] = field(default_factory=lambda: defaultdict(Lock))

    def read(self, found: Found, plain: Plain | Unreadable, shop: Shop) -> Outcome:
        """Read one plain file into the lake, or say why it is refused.

        May be called from several threads. The same bytes are read by one of them at a time: their
        parts and scratch files have the same names.
        """
        with self.locks[shop.shop_id, plain.sha256]:
            return self._read(found, plain, shop)

    def _read(self, found: Found, plain: Plain | Unreadable, shop: Shop) -> Outcome:
        name = member_path(found.file, plain.member)
        contract: Contract | None = None
        scratch = self.home.work / f"{source_id_of(plain.sha256)}.utf8"
        rows: RefusedRows | None = None
        sink: LakeSink | None = None
        try:
            if isinstance(plain, Unreadable):
                raise plain.refusal
            source = open_source(plain.path, plain.facts, scratch)
            contract = source.contract
            self.progress(f"{shop.shop_id}/{name}: {contract.feed}")
            rows = RefusedRows(scratch.with_suffix(".refused"), shop.shop_id, name, contract.feed)
            folder = self.home.lake / contract.system / contract.entity / lake_folder(shop.shop_id)
            key = key_of(contract, shop, self.hash_key)
            sink = LakeSink(folder, f"{source_id_of(plain.sha256)}-{key.mark}", rows)
            reading = read_source(
                source,
                shop,
                source_id_of(plain.sha256),
                sink,
                scratch,
                lambda done: self.progress(f"{shop.shop_id}/{name}: {done:,} rows"),
                hash_key=self.hash_key,
            )
            parts = tuple(sink.finish())
            _refuse_rounded_ids(contract, parts)
        except Refusal as refusal:
            if sink is not None:
                sink.reset()
            record = self._refused(found, plain, shop, contract, refusal)
            return Outcome(record, is_reading=True)
        except BaseException:
            if sink is not None:
                sink.reset()
            raise
        finally:
            for suffix in (".utf8", ".anew", ".lines"):
                scratch.with_suffix(suffix).unlink(missing_ok=True)
        record = FileRecord(
            run_id=self.run_id,
            shop_id=shop.shop_id,
            file=name,
            feed=contract.feed,
            rows_read=reading.rows_read,
            rows_accepted=reading.rows_accepted,
            rows_quarantined=reading.rows_quarantined,
            rows_skipped=reading.rows_skipped,
            sha256=plain.sha256,
            archive_sha256=plain.archive_sha256,
            size=plain.size,
            status="loaded",
            key=key_of(contract, shop, self.hash_key),
            newest_at=reading.newest_at,
            lake_paths=tuple(part.relative_to(self.home.lake).as_posix() for part in parts),
            encoding=source.encoding,
            delimiter=source.delimiter,
            date_order=reading.conventions.date_order,
            decimal_mark=reading.conventions.decimal_mark,
            shifted_times=reading.shifted_times,
        )
        return Outcome(record, rows, parts, is_reading=True)

    def _refused(
        self,
        found: Found,
        plain: Plain | Unreadable,
        shop: Shop,
        contract: Contract | None,
        refusal: Refusal,
    ) -> FileRecord:
        return refused_record(
            self.run_id,
            found.shop_id,
            member_path(found.file, plain.member),
            plain.size,
            refusal,
            key_of(contract, shop, self.hash_key),
            sha256=plain.sha256,
            archive_sha256=plain.archive_sha256,
            feed=contract.feed if contract else None,
        )


def _refuse_rounded_ids(contract: Contract, parts: tuple[Path, ...]) -> None:
    """Refuse a file whose long ids all end in zeros from the sixteenth digit on.

    A spreadsheet keeps fifteen digits of a number. Shown without an exponent, an id that it rounded
    looks like any other; that every one of several ends so is no chance. Of ids with sixteen digits
    it could be: they may be counted in tens.
    """
    columns = [c.name for c in contract.columns if c.is_key and c.kind in ("id", "tracking_number")]
    if not parts or not columns:
        return
    for name in columns:
        ids = pl.scan_parquet(list(parts), glob=False).select(pl.col(name).unique().alias("id"))
        digits = pl.col("id").str.extract(r"^[0-9]{15}([0-9]{2,})$", 1)
        tails = ids.select(digits.alias("tail")).drop_nulls().collect()["tail"]
        if len(tails) >= _ROUNDED_IDS and tails.str.contains(r"^0+$").all():
            raise Refusal("A spreadsheet has rounded the ids of the file.", EXPORT_AGAIN)


def refused_record(
    run_id: str,
    shop_id: str,
    file: str,
    size: int,
    refusal: Refusal,
    key: ReadingKey,
    *,
    sha256: str = "",
    archive_sha256: str | None = None,
    feed: str | None = None,
    stamp: Stamp | None = None,
) -> FileRecord:
    """The record of a file that is refused whole: none of its rows is counted."""
    return FileRecord(
        run_id=run_id,
        shop_id=shop_id,
        file=file,
        feed=feed,
        rows_read=0,
        rows_accepted=0,
        rows_quarantined=0,
        rows_skipped=0,
        sha256=sha256,
        archive_sha256=archive_sha256,
        size=size,
        status="refused",
        key=key,
        reason=refusal.reason,
        mend=refusal.mend,
        stamp=stamp,
    )


def read_source(
    source: Source,
    shop: Shop,
    source_id: str,
    sink: Sink,
    scratch: Path,
    progress: Callable[[int], None] | None = None,
    *,
    hash_key: HashKey | None = None,
) -> TableReading:
    """Read an opened table. Raises `Refusal` when it cannot be taken.

    Without `hash_key` the columns that are kept as a hash stay empty.
    A CSV whose quotes the fast reader cannot pair is written anew first, and read once more.
    """
    setting = Setting(
        source.contract,
        shop,
        clock_of(shop.timezone),
        assumed(source.contract, shop.market),
        source_id,
        utc_columns(source.contract, source.header),
        hash_key,
    )
    try:
        return read_table(source, setting, sink, progress)
    except MalformedCsv:
        if not isinstance(source, CsvSource):
            raise
        sink.reset()
        anew = source.written_anew(scratch.with_suffix(".anew"))
    try:
        return read_table(anew, setting, sink, progress)
    except MalformedCsv as error:
        raise Refusal("The rows of the file cannot be told apart.", EXPORT_AGAIN) from error
