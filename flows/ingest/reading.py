"""One table through the typing workers, in order, into a sink."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import polars as pl

from flows.home.files import make_folder, sync_file, sync_folder
from flows.ingest.batch import ROW, RawBatch, Setting, TypedBatch
from flows.ingest.conventions import Contradiction, Conventions, ReadAgain
from flows.ingest.delimited import MalformedCsv
from flows.ingest.quarantine import RefusedRows
from flows.ingest.reasons import EXPORT_AGAIN, ROW_REASONS, Refusal, foreseen
from flows.ingest.rows import type_batch
from flows.ingest.tables import Source

PART_ROWS = 300_000
PART_BYTES = 256 << 20
_WORKERS = max(2, min(4, os.cpu_count() or 2))


class Sink(Protocol):
    """Where typed rows go."""

    def accept(self, rows: pl.DataFrame) -> None:
        """Take accepted rows, in the file's order."""
        ...

    def refuse(self, rows: pl.DataFrame) -> None:
        """Take refused rows."""
        ...

    def reset(self) -> None:
        """Forget everything taken so far."""
        ...


@dataclass(slots=True)
class TableReading:
    """What came of a table. Counts are of rows below and above the header, not of the header."""

    conventions: Conventions
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_skipped: int = 0
    newest_at: datetime | None = None
    shifted_times: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, batch: TypedBatch) -> None:
        """Count one batch."""
        self.rows_read += batch.rows
        self.rows_accepted += batch.accepted.height
        self.rows_quarantined += batch.refused.height
        self.rows_skipped += batch.skipped
        self.shifted_times += batch.shifted
        if batch.newest_at is not None:
            self.newest_at = max(self.newest_at or batch.newest_at, batch.newest_at)
        if batch.refused.height:
            self.reasons.update(batch.refused["code"].to_list())


def read_table(
    source: Source, setting: Setting, sink: Sink, progress: Callable[[int], None] | None
) -> TableReading:
    """Read a whole table into a sink; `progress` is told the rows done.

    When the cells show that dates or amounts are written otherwise than assumed, the table is
    read again from its start. Raises `Refusal` when they contradict each other, or when no id of
    the file has survived a spreadsheet.
    """
    while True:
        try:
            reading = _read_once(source, setting, sink, progress)
            break
        except ReadAgain as again:
            sink.reset()
            setting = replace(setting, conventions=again.conventions)
        except Contradiction as contradiction:
            raise Refusal(
                f"The file writes its {contradiction.subject} in two ways.",
                EXPORT_AGAIN,
            ) from contradiction
    refused = reading.rows_quarantined
    if refused and not reading.rows_accepted and reading.reasons["damaged_id"] == refused:
        reason = ROW_REASONS["damaged_id"][0].replace("number", "id of every row")
        raise Refusal(reason, EXPORT_AGAIN)
    return reading


def _read_once(
    source: Source, setting: Setting, sink: Sink, progress: Callable[[int], None] | None
) -> TableReading:
    reading = TableReading(
        setting.conventions, rows_read=source.skipped_before, rows_skipped=source.skipped_before
    )
    for batch in _foreseen(_typed_batches(source, setting)):
        reading.conventions = reading.conventions.weigh(batch.evidence)
        start = source.header_row + 1 + reading.rows_read - source.skipped_before
        shift = pl.col(ROW) + start
        reading.add(batch)
        if batch.accepted.height:
            sink.accept(batch.accepted.with_columns(shift))
        if batch.refused.height:
            sink.refuse(batch.refused.with_columns(shift))
        if progress is not None:
            progress(reading.rows_read)
    return reading


def _foreseen(batches: Iterator[TypedBatch]) -> Iterator[TypedBatch]:
    """The batches; what goes wrong in making one refuses the file."""
    while True:
        with foreseen(MalformedCsv, ReadAgain, Contradiction):
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


def _typed_batches(source: Source, setting: Setting) -> Iterator[TypedBatch]:
    makers = source.batches()
    first = next(makers, None)
    if first is None:
        return
    # The first batch is typed alone: what it shows of dates and amounts spares most re-readings.
    opening = type_batch(first(), setting)
    conventions = setting.conventions.weigh(opening.evidence)
    yield opening
    yield from _typed_in_order(makers, replace(setting, conventions=conventions))


def _typed_in_order(
    makers: Iterator[Callable[[], RawBatch]], setting: Setting
) -> Iterator[TypedBatch]:
    """Batches typed by a few workers; never more of them under way than there are workers + 1."""
    under_way: deque[Future[TypedBatch]] = deque()
    with ThreadPoolExecutor(_WORKERS) as workers:
        try:
            for make in makers:
                under_way.append(workers.submit(_make_and_type, make, setting))
                if len(under_way) > _WORKERS:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _make_and_type(make: Callable[[], RawBatch], setting: Setting) -> TypedBatch:
    return type_batch(make(), setting)


class LakeSink:
    """Writes accepted rows as Parquet parts that no reader knows of until the ledger names them.

    name: the parts' own, of the file's bytes and of how they are read, so that a part of that name
    never held anything else.
    """

    def __init__(self, folder: Path, name: str, refused: RefusedRows) -> None:
        self.folder = folder
        self.parts: list[Path] = []
        self._name = name
        self._refused = refused
        self._pending: list[pl.DataFrame] = []
        self._pending_rows = 0
        self._pending_bytes: float = 0
        numbers = [int(path.stem[-5:]) for path in folder.glob(f"{name}-*.parquet")]
        # Parts of an earlier reading of the same bytes stay until the ledger lets go of them.
        self._next = max(numbers, default=-1) + 1

    def accept(self, rows: pl.DataFrame) -> None:
        """Take accepted rows."""
        self._pending.append(rows)
        self._pending_rows += rows.height
        self._pending_bytes += rows.estimated_size()
        if self._pending_rows >= PART_ROWS or self._pending_bytes >= PART_BYTES:
            self._flush()

    def refuse(self, rows: pl.DataFrame) -> None:
        """Take refused rows."""
        self._refused.add(rows)

    def reset(self) -> None:
        """Remove the parts written so far and the rows taken."""
        for part in self.parts:
            part.unlink(missing_ok=True)
        self.parts, self._pending, self._pending_rows, self._pending_bytes = [], [], 0, 0
        self._refused.reset()

    def finish(self) -> list[Path]:
        """Write what is left, force everything to the disk, and return the parts."""
        self._flush()
        if self.parts:
            for part in self.parts:
                sync_file(part)
            sync_folder(self.folder)
        return self.parts

    def _flush(self) -> None:
        if not self._pending_rows:
            return
        make_folder(self.folder)
        part = self.folder / f"{self._name}-{self._next:05d}.parquet"
        self._next += 1
        self.parts.append(part)
        rows = pl.concat(self._pending)
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0
        rows.write_parquet(part, compression="zstd", compression_level=1)
