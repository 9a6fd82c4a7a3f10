"""The ingest stage: everything that is new or changed in landing goes into the lake."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.contracts import Contract, contract, load_contracts
from flows.home.layout import Home
from flows.ingest.decompress import Plain, open_plain
from flows.ingest.discover import Found, Landing, Stamp, discover
from flows.ingest.ledger import (
    FileRecord,
    Ledger,
    read_ledger,
    remove_garbage,
    replaced,
    write_ledger,
)
from flows.ingest.one_file import (
    Outcome,
    Reader,
    key_of,
    member_path,
    refused_record,
)
from flows.ingest.quarantine import write_refused_files
from flows.ingest.reasons import Refusal
from flows.ingest.shops import Shop, shops_from
from flows.ingest.sources import open_source

SHOPS_FEED = "reference/shops"
_SMALL = 1 << 20
_CHECKPOINT_SECONDS = 5.0
_RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What an ingest did.

    `files`: the records of everything seen in landing now; `read`: those among them that were
    read or refused anew in this run. `left_alone`: paths that wait for the next run.
    `changed`: (shop, feed) whose lake rows changed. `shops`: every shop known, sorted.
    """

    run_id: str
    files: tuple[FileRecord, ...]
    read: tuple[FileRecord, ...]
    left_alone: tuple[str, ...]
    changed: frozenset[tuple[str, str]]
    shops: tuple[Shop, ...]
    seconds: float

    @property
    def refused_files(self) -> tuple[FileRecord, ...]:
        """Files in landing that are refused."""
        return tuple(record for record in self.files if record.status == "refused")

    @property
    def rows_read(self) -> int:
        """Rows read in this run."""
        return sum(record.rows_read for record in self.read)

    @property
    def rows_quarantined(self) -> int:
        """Rows refused in this run."""
        return sum(record.rows_quarantined for record in self.read)


def resolve_shops(home: Home, shop_ids: Iterable[str] = ()) -> list[Shop]:
    """Every shop that the ledger knows (and those of `shop_ids`), declared or assumed, sorted."""
    ledger = read_ledger(home)
    return _shops(ledger, shop_ids)


def _shops(ledger: Ledger, shop_ids: Iterable[str]) -> list[Shop]:
    return shops_from({*ledger.shop_ids, *shop_ids}, ledger.live_paths(SHOPS_FEED))


def ingest(
    home: Home,
    run_id: str,
    *,
    only_shops: Collection[str] | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> IngestResult:
    """Read what landing holds and the lake does not, and bring the ledger up to date.

    Files of shops other than `only_shops` are not looked at. `progress` is told what is being
    read and how far it has come. Landing is never changed. A file's content never raises: it is
    refused with its reason; errors of the disk do raise.
    """
    started = time.monotonic()
    run = _Run(home, run_id, _slowed(progress))
    landing = discover(home.landing, only_shops)
    run.take(landing)
    return run.result(landing, time.monotonic() - started)


def _slowed(progress: Callable[[str], None]) -> Callable[[str], None]:
    """Pass on a message of a subject (`file: …`) at most once a second; a new subject at once."""
    last = [("", 0.0)]

    def tell(text: str) -> None:
        subject, now = text.rsplit(": ", 1)[0], time.monotonic()
        if subject != last[0][0] or now - last[0][1] >= 1.0:
            last[0] = (subject, now)
            progress(text)

    return tell


@dataclass(slots=True)
class _Run:
    home: Home
    run_id: str
    progress: Callable[[str], None]
    ledger: Ledger = field(init=False)
    reader: Reader = field(init=False)
    by_path: dict[tuple[str, str], list[FileRecord]] = field(default_factory=dict)
    by_bytes: dict[tuple[str, str], list[FileRecord]] = field(default_factory=dict)
    shops: dict[str, Shop] = field(default_factory=dict)
    read: dict[tuple[str, str, str], FileRecord] = field(default_factory=dict)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    left: list[str] = field(default_factory=list)
    changed: set[tuple[str, str]] = field(default_factory=set)
    saved_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.home.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.ledger = read_ledger(self.home)
        self.reader = Reader(self.home, self.run_id, self.progress)

    def take(self, landing: Landing) -> None:
        """Read everything, declarations of shops first."""
        before = self.ledger
        self._index()
        self._resolve(landing)
        for found in landing.files:
            if self._is_declaration_of_shops(found):
                self._file(found)
        self._resolve(landing)
        for number, found in enumerate(landing.files, start=1):
            self._file(found, f"file {number} of {len(landing.files)}")
        for refused in landing.refused:
            shop = self.shops.get(refused.shop_id, Shop(refused.shop_id))
            record = refused_record(
                self.run_id,
                refused.shop_id,
                refused.file,
                refused.size,
                refused.refusal,
                key_of(None, shop),
            )
            self._keep_refused_path(record)
        self._mark_present(landing)
        self.ledger = self.ledger.settled()
        if self.ledger != before:
            write_ledger(self.home, self.ledger)
        remove_garbage(self.home, self.ledger)
        write_refused_files(
            self.home.quarantine / self.run_id,
            (r for r in self.ledger.records if r.status == "refused" and self._id(r) in self.seen),
        )

    def result(self, landing: Landing, seconds: float) -> IngestResult:
        """What the run did."""
        files = [record for record in self.ledger.records if self._id(record) in self.seen]
        return IngestResult(
            self.run_id,
            tuple(files),
            tuple(record for record in files if self._id(record) in self.read),
            tuple(sorted([*landing.left_alone, *self.left])),
            frozenset(self.changed),
            tuple(_shops(self.ledger, landing.shop_ids)),
            seconds,
        )

    def _index(self) -> None:
        self.by_path, self.by_bytes = {}, {}
        for record in self.ledger.records:
            self.by_path.setdefault((record.shop_id, record.container), []).append(record)
            self.by_bytes.setdefault((record.shop_id, record.sha256), []).append(record)

    def _resolve(self, landing: Landing) -> None:
        shops = _shops(self.ledger.settled(), landing.shop_ids)
        self.shops = {shop.shop_id: shop for shop in shops}

    def _is_declaration_of_shops(self, found: Found) -> bool:
        """Whether a file declares shops; only small files are looked into, declarations are."""
        known = self._known(found)
        if known:
            return any(record.feed == SHOPS_FEED for record in known)
        if found.stamp.size > _SMALL:
            return False
        scratch = self.home.work / "declaration.utf8"
        try:
            for plain in open_plain(found.path, self.home.work):
                if isinstance(plain, Plain):
                    source = open_source(plain.path, plain.facts, scratch)
                    if source.contract.feed == SHOPS_FEED:
                        return True
        except Exception:  # refused with its reason when it is read for good
            return False
        finally:
            scratch.unlink(missing_ok=True)
        return False

    def _known(self, found: Found) -> list[FileRecord]:
        """The records of a file whose stamp says that its bytes are the same, if there are any."""
        records = self.by_path.get((found.shop_id, found.file), [])
        return [record for record in records if record.stamp == found.stamp]

    def _file(self, found: Found, position: str = "") -> None:
        """Bring one file's records up to date, unless they are."""
        shop = self.shops[found.shop_id]
        known = self._known(found)
        if known and all(self._is_current(record, shop) for record in known):
            self.seen.update(self._id(record) for record in known)
            return
        self.progress(f"{found.shop_id}/{found.file}: {position or 'shop declaration'}")
        outcomes: list[Outcome] = []
        try:
            for plain in open_plain(found.path, self.home.work):
                outcomes.append(self._plain(found, plain, shop))
            if Stamp.of(found.path) != found.stamp:
                raise FileNotFoundError
        except FileNotFoundError:
            for outcome in outcomes:
                outcome.undo()
            self.left.append(f"{found.shop_id}/{found.file}")
            return
        except PermissionError:
            refusal = Refusal("The file may not be read.", "Allow this user to read it.")
            record = refused_record(
                self.run_id,
                found.shop_id,
                found.file,
                found.stamp.size,
                refusal,
                key_of(None, shop),
            )
            outcomes = [Outcome(record)]
        for outcome in outcomes:
            self._keep(outcome, found)
        self._index()
        if time.monotonic() - self.saved_at > _CHECKPOINT_SECONDS:
            write_ledger(self.home, self.ledger.settled())
            self.saved_at = time.monotonic()

    def _plain(self, found: Found, plain: object, shop: Shop) -> Outcome:
        """The record of one plain file: the ledger's, where its bytes were read already."""
        assert hasattr(plain, "sha256") and hasattr(plain, "member")
        name = member_path(found.file, plain.member)
        candidates = self.by_bytes.get((found.shop_id, plain.sha256), [])
        for record in sorted(candidates, key=lambda item: item.file != name):
            if self._is_current(record, shop) and (
                record.status != "refused" or record.file == name
            ):
                is_same_path = record.file == name
                return Outcome(
                    replace(
                        record,
                        file=name,
                        archive_sha256=plain.archive_sha256,  # type: ignore[attr-defined]
                        run_id=record.run_id if is_same_path else self.run_id,
                    )
                )
        return self.reader.read(found, plain, shop)  # type: ignore[arg-type]

    def _is_current(self, record: FileRecord, shop: Shop) -> bool:
        of_feed = _contract_of(record.feed) if record.status != "refused" else None
        if record.status != "refused" and of_feed is None:
            return False
        return record.key == key_of(of_feed, shop)

    def _keep(self, outcome: Outcome, found: Found) -> None:
        stamp = found.stamp if time.time_ns() - found.stamp.mtime_ns > _RACY_NS else None
        record = replace(outcome.record, stamp=stamp, is_present=True)
        before = {
            self._id(r): r
            for r in self.by_bytes.get((record.shop_id, record.sha256), [])
        }
        of_feed = _contract_of(record.feed)
        is_declaration = of_feed is not None and of_feed.is_declaration
        records = replaced(self.ledger.records, record, is_declaration)
        if outcome.parts or outcome.refused_rows is not None:
            # The reading is shared by every path of the same bytes.
            records = [
                replace(
                    r,
                    **{name: getattr(record, name) for name in _SHARED},
                )
                if (r.shop_id, r.sha256) == (record.shop_id, record.sha256)
                and r.status != "refused"
                else r
                for r in records
            ]
        self.ledger = Ledger(self.ledger.lake, tuple(records))
        if outcome.refused_rows is not None:
            outcome.refused_rows.publish(self.home.quarantine / self.run_id)
        self.seen.add(self._id(record))
        old = before.get(self._id(record))
        if old is None or replace(old, stamp=None) != replace(record, stamp=None, status=old.status):
            self.read[self._id(record)] = record
            if record.feed and (record.status != "refused" or (old and old.status != "refused")):
                self.changed.add((record.shop_id, record.feed))

    def _keep_refused_path(self, record: FileRecord) -> None:
        known = [
            r
            for r in self.by_path.get((record.shop_id, record.file), [])
            if r.status == "refused" and r.sha256 == record.sha256 and r.reason == record.reason
        ]
        self.seen.add(self._id(record))
        if not known:
            records = replaced(self.ledger.records, record, False)
            self.ledger = Ledger(self.ledger.lake, tuple(records))
            self.read[self._id(record)] = record

    def _mark_present(self, landing: Landing) -> None:
        """Say of each record whether its file still lies in landing, where that was looked at."""
        looked_at = {found.shop_id for found in landing.files}
        looked_at |= landing.shop_ids | {""}
        left = set(self.left)
        self.ledger = Ledger(
            self.ledger.lake,
            tuple(
                replace(record, is_present=self._id(record) in self.seen)
                if record.shop_id in looked_at and f"{record.shop_id}/{record.container}" not in left
                else record
                for record in self.ledger.records
            ),
        )

    @staticmethod
    def _id(record: FileRecord) -> tuple[str, str, str]:
        return (record.shop_id, record.file, record.sha256)


_SHARED = (
    "feed",
    "rows_read",
    "rows_accepted",
    "rows_quarantined",
    "rows_skipped",
    "key",
    "newest_at",
    "lake_paths",
    "encoding",
    "delimiter",
    "date_order",
    "decimal_mark",
    "shifted_times",
)


def _contract_of(feed: str | None) -> Contract | None:
    if feed is None or feed not in {item.feed for item in load_contracts()}:
        return None
    return contract(feed)


def lake_table_paths(home: Home, feed: str) -> list[Path]:
    """The live Parquet files of a feed."""
    return read_ledger(home).live_paths(feed)
