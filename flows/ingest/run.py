"""The ingest stage: everything that is new or changed in landing goes into the lake."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from threading import Lock

from flows.home import forgotten
from flows.home.hash_key import hash_key
from flows.home.interventions import check_complete, read_interventions, withdrawals
from flows.home.layout import Home
from flows.ingest.ahead import ReadAhead
from flows.ingest.decompress import Plain, Unreadable, open_plain
from flows.ingest.discover import Found, Landing, RefusedPath, Stamp, discover
from flows.ingest.ledger import (
    Book,
    FileRecord,
    Ledger,
    RecordId,
    begin_ledger,
    read_ledger,
    remove_garbage,
    write_ledger,
)
from flows.ingest.one_file import (
    Outcome,
    Reader,
    contract_of,
    key_of,
    member_path,
    refused_record,
)
from flows.ingest.quarantine import Quarantine, write_refused_files
from flows.ingest.reasons import Refusal
from flows.ingest.shops import Shop, shops_from
from flows.ingest.sources import open_source
from flows.ingest.workbooks import close_workbooks
from flows.progress import by_subject

SHOPS_FEED = "reference/shops"
_SMALL = 1 << 20
_CHECKPOINT_SECONDS = 5.0
_RACY_NS = 2_000_000_000
_PASSES = 3


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What an ingest did.

    `files`: the records of everything that lies in landing now; `read`: those among them that are
    new in this run or whose reading is. `left_alone`: paths that wait for the next run.
    `changed`: (shop, feed) whose lake rows may have changed. `shops`: every shop known, sorted.
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
        return sum(record.rows_read for record in self.read if record.status == "loaded")

    @property
    def rows_quarantined(self) -> int:
        """Rows refused in this run."""
        return sum(record.rows_quarantined for record in self.read if record.status == "loaded")


def resolve_shops(home: Home, shop_ids: Iterable[str] = ()) -> list[Shop]:
    """Every shop that the ledger knows (and those of `shop_ids`), declared or assumed, sorted."""
    return _shops(read_ledger(home), shop_ids)


def _shops(ledger: Ledger, shop_ids: Iterable[str]) -> list[Shop]:
    return shops_from({*ledger.shop_ids, *shop_ids}, ledger.live_paths(SHOPS_FEED))


def ingest(
    home: Home,
    run_id: str,
    *,
    only_shops: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> IngestResult:
    """Read what landing holds and the lake does not, and bring the ledger up to date.

    Files of shops other than `only_shops` are not looked at. `progress` is told what is being
    read and how far it has come. Landing is never changed. A file's content never raises: it is
    refused with its reason; errors of the disk do raise.
    """
    started = time.monotonic()
    landing = discover(home.landing, only_shops)
    run = _Run(home, run_id, by_subject(progress))
    try:
        run.take(landing)
    finally:
        close_workbooks()
    ledger = run.finish(landing)
    files = tuple(record for record in ledger.records if record.id in run.seen)
    return IngestResult(
        run_id=run_id,
        files=files,
        read=tuple(record for record in files if record.id in run.read),
        left_alone=tuple(sorted([*landing.left_alone, *run.left])),
        changed=frozenset(run.changed),
        shops=tuple(_shops(ledger, landing.shop_ids)),
        seconds=time.monotonic() - started,
    )


class _Changed(Exception):
    """A file is not what it was when the run looked at it."""


class _Run:
    """One run's work on the ledger."""

    def __init__(self, home: Home, run_id: str, progress: Callable[[str], None]) -> None:
        home.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home = home
        self.run_id = run_id
        self.progress = progress
        self.before = begin_ledger(home)
        # What is no longer in landing either is said by the gate, which cannot read it.
        self.damaged = self.before.damaged_paths()
        decided = read_interventions(home)
        self.withdrawn = withdrawals(decided)
        out = (r for r in self.before.records if r.status == "withdrawn")
        check_complete(home, decided, ((r.shop_id, r.sha256) for r in out))
        self.book = Book(self.before, self.withdrawn)
        self.quarantine = Quarantine(home, run_id, self.before.refused)
        self.hash_key = hash_key(home)
        forgotten.check_complete(home, self.hash_key.mark)
        self.reader = Reader(home, run_id, progress, self.hash_key)
        self.shops: dict[str, Shop] = {}
        self.seen: set[RecordId] = set()
        self.read: set[RecordId] = set()
        self.left: set[str] = set()
        self.changed: set[tuple[str, str]] = set()
        self.saved_at = time.monotonic()
        # The book is changed by this thread and looked into by those that read ahead.
        self.lock = Lock()
        self._take_decisions()

    def take(self, landing: Landing) -> None:
        """Read everything, declarations of shops first."""
        self._resolve(landing)
        for found in landing.files:
            if self._declares_shops(found):
                self._take_file(found, "shop declaration")
        # A declaration too large or too deep to be seen at once may change how files are read:
        # they are then read again, which the ledger's key tells.
        for _ in range(_PASSES):
            self._resolve(landing)
            shops = self.shops
            unread = [
                (found, shops[found.shop_id]) for found in landing.files if self._is_new(found)
            ]
            with ReadAhead(self.reader, self.home.work, unread, self._is_read) as ahead:
                for number, found in enumerate(landing.files, start=1):
                    self._take_file(found, f"file {number} of {len(landing.files)}", ahead)
            self._resolve(landing)
            if self.shops == shops:
                break
        for refused in landing.refused:
            self._refuse_path(refused)

    def finish(self, landing: Landing) -> Ledger:
        """Write ledger and quarantine, remove what no record names."""
        for record in self.book.records():
            path = f"{record.shop_id}/{record.container}"
            if landing.covers(record.shop_id) and path not in self.left:
                self.book.put(replace(record, is_present=record.id in self.seen))
        ledger = self.book.ledger()
        write_refused_files(
            self.quarantine.folder,
            (r for r in ledger.records if r.status == "refused" and r.id in self.seen),
        )
        self._save(ledger)
        self.quarantine.publish()
        remove_garbage(self.home, ledger)
        return ledger

    def _save(self, ledger: Ledger) -> None:
        """Write the ledger, if it says anything new, after what it speaks of."""
        refused = self.quarantine.keep()
        if ledger != self.before or refused.bytes:
            write_ledger(self.home, replace(ledger, refused=refused))
        self.saved_at = time.monotonic()

    def _resolve(self, landing: Landing) -> None:
        shops = _shops(self.book.ledger(), landing.shop_ids)
        self.shops = {shop.shop_id: shop for shop in shops}

    def _declares_shops(self, found: Found) -> bool:
        """Whether a file declares shops; only small files are looked into, as declarations are."""
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
        except (Refusal, OSError):  # said when the file is read for good
            return False
        finally:
            scratch.unlink(missing_ok=True)
        return False

    def _known(self, found: Found) -> list[FileRecord]:
        """The records of a file whose stamp says that its bytes are the same, if there are any."""
        records = self.book.of_path(found.shop_id, found.file)
        return [record for record in records if record.stamp == found.stamp]

    def _is_new(self, found: Found) -> bool:
        """Whether a file has to be read: its stamp is new, or it would be read otherwise now."""
        known = self._known(found)
        shop = self.shops[found.shop_id]
        return not known or not all(self._is_current(record, shop) for record in known)

    def _take_file(self, found: Found, position: str, ahead: ReadAhead | None = None) -> None:
        """Bring one file's records up to date, unless they are."""
        shop = self.shops[found.shop_id]
        if not self._is_new(found):
            self.seen.update(record.id for record in self._known(found))
            return
        self.progress(f"{found.shop_id}/{found.file}: {position}")
        outcomes: list[Outcome] = []
        try:
            read = ahead.take(found) if ahead is not None else None
            if read is not None:
                outcomes.append(self._take_plain(found, read[0], shop, read[1]))
            else:
                outcomes.extend(
                    self._take_plain(found, plain, shop)
                    for plain in open_plain(found.path, self.home.work)
                )
            if Stamp.of(found.path) != found.stamp:
                raise _Changed
        except (_Changed, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            if isinstance(error, OSError) and found.path.is_file():
                raise
            for outcome in outcomes:
                outcome.undo()
            self.left.add(f"{found.shop_id}/{found.file}")
            return
        except PermissionError:
            outcomes = [Outcome(self._unreadable(found, shop))]
        with self.lock:
            for outcome in outcomes:
                self._keep(outcome, found)
        if time.monotonic() - self.saved_at > _CHECKPOINT_SECONDS:
            self._save(self.book.ledger())

    def _take_plain(
        self, found: Found, plain: Plain | Unreadable, shop: Shop, read: Outcome | None = None
    ) -> Outcome:
        """The record of one plain file: the ledger's, where its bytes were read already.

        `read`: what came of reading it ahead.
        """
        kept = self._kept(found, plain, shop)
        if kept is not None:
            if read is not None:
                read.undo()
            return Outcome(kept)
        outcome = read or self.reader.read(found, plain, shop)
        own = self.book.get(outcome.record.id)
        if own is not None:
            return replace(outcome, record=replace(outcome.record, run_id=own.run_id))
        return outcome

    def _is_read(self, found: Found, plain: Plain, shop: Shop) -> bool:
        """Whether the ledger knows these bytes; asked by the threads that read ahead."""
        return self._kept(found, plain, shop) is not None

    def _kept(self, found: Found, plain: Plain | Unreadable, shop: Shop) -> FileRecord | None:
        name = member_path(found.file, plain.member)
        with self.lock:
            own = self.book.get((found.shop_id, name, plain.sha256))
            same = self.book.of_bytes(found.shop_id, plain.sha256)
        if own is not None and self._is_current(own, shop):
            return replace(own, archive_sha256=plain.archive_sha256)
        for record in same:
            if record.status != "refused" and self._is_current(record, shop):
                return replace(
                    record,
                    file=name,
                    archive_sha256=plain.archive_sha256,
                    run_id=own.run_id if own else self.run_id,
                )
        return None

    def _unreadable(self, found: Found, shop: Shop) -> FileRecord:
        refusal = Refusal("The file may not be read.", "Allow this user to read it.")
        size = found.stamp.size
        return refused_record(
            self.run_id, found.shop_id, found.file, size, refusal, key_of(None, shop, self.hash_key)
        )

    def _keep(self, outcome: Outcome, found: Found) -> None:
        """Enter a record, and the reading for every other path of the same bytes."""
        is_racy = time.time_ns() - found.stamp.mtime_ns < _RACY_NS
        record = replace(outcome.record, stamp=None if is_racy else found.stamp, is_present=True)
        old = self.book.get(record.id)
        self.book.put(record)
        self.seen.add(record.id)
        if old is None or outcome.is_reading:
            self.read.add(record.id)
        if self._declares(record):
            self._replace_older(record)
        if not outcome.is_reading:
            return
        if record.status != "refused":
            for other in self.book.of_bytes(record.shop_id, record.sha256):
                if other.status != "refused" and other.id != record.id:
                    self.book.put(record.under(other))
        if outcome.refused_rows is not None:
            outcome.refused_rows.publish(self.quarantine.folder)
        for feed in {record.feed, old.feed if old else None} - {None}:
            self.changed.add((record.shop_id, feed or ""))

    def _declares(self, record: FileRecord) -> bool:
        """Whether the rows of a record replace those of other bytes under the same path."""
        contract = contract_of(record.feed)
        return (
            contract is not None
            and contract.is_declaration
            and record.status != "refused"
            and (record.shop_id, record.sha256) not in self.withdrawn
        )

    def _replace_older(self, record: FileRecord) -> None:
        for other in self.book.of_path(record.shop_id, record.container):
            if other.file == record.file and other.sha256 != record.sha256:
                self.book.drop(other)
                self.changed.add((record.shop_id, other.feed or ""))

    def _take_decisions(self) -> None:
        """Bring the ledger's records up to what is withdrawn now, before anything is read.

        Withdrawn bytes that came under the path of a declaration left its rows alone. Restored,
        they replace them, or are replaced: the later of the two holds.
        """
        before = {record.id: record for record in self.before.records}
        restored = []
        for record in self.book.ledger().records:
            was = before[record.id].status
            if (was == "withdrawn") != (record.status == "withdrawn"):
                self.changed.add((record.shop_id, record.feed or ""))
                self.book.put(record)
                if was == "withdrawn":
                    restored.append(record)
        for record in restored:
            same = self.book.of_path(record.shop_id, record.container)
            declared = [r for r in same if r.file == record.file and self._declares(r)]
            if declared:
                self._replace_older(max(declared, key=lambda found: found.run_id))

    def _refuse_path(self, refused: RefusedPath) -> None:
        """Enter a path that was not opened, once."""
        shop = self.shops.get(refused.shop_id, Shop(refused.shop_id))
        record = refused_record(
            self.run_id,
            refused.shop_id,
            refused.file,
            refused.size,
            refused.refusal,
            key_of(None, shop, self.hash_key),
        )
        if self.book.get(record.id) is None:
            self.book.put(record)
            self.read.add(record.id)
        self.seen.add(record.id)

    def _is_current(self, record: FileRecord, shop: Shop) -> bool:
        """Whether a record was read as it would be read now, and its rows are still there."""
        contract = contract_of(record.feed)
        if record.feed is not None and contract is None:
            return False
        if self.damaged and record.id not in self.read and self.damaged & {*record.lake_paths}:
            return False
        return record.key == key_of(contract, shop, self.hash_key)
