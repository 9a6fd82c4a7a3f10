"""What a table in a file is to its reader, whatever the file: a contract, a header, batches.

A source knows where its header is and which contract it meets, and hands out `RawBatch`es of text.
What it costs to make a batch is paid in the worker that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import polars as pl

from flows.contracts import Contract
from flows.ingest.batch import RawBatch

SHEET_ROWS = 100_000


class Source(Protocol):
    """A table in a file. `skipped_before`: rows above the header; `header_row`: its row number."""

    contract: Contract
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int
    skipped_before: int

    def batches(self) -> Iterator[Callable[[], RawBatch]]:
        """The rows below the header, in order; each call makes one batch."""
        ...


@dataclass(slots=True)
class FrameSource:
    """A table that is held in memory: a sheet or a JSON document."""

    contract: Contract
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int
    skipped_before: int
    cells: pl.DataFrame
    whole: pl.DataFrame | None

    def batches(self) -> Iterator[Callable[[], RawBatch]]:
        """Slices of the table."""
        for start in range(0, self.cells.height, SHEET_ROWS):
            yield partial(self._batch, start)

    def _batch(self, start: int) -> RawBatch:
        whole = None if self.whole is None else partial(self.whole.slice, start, SHEET_ROWS)
        return RawBatch(self.cells.slice(start, SHEET_ROWS), {}, whole)
