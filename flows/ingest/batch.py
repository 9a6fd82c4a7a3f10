"""What one batch of rows is: as text, as typed, and in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from flows.contracts import Column, Contract
from flows.home.hash_key import HashKey
from flows.ingest.clock import Clock
from flows.ingest.conventions import Conventions
from flows.ingest.shops import Shop

ROW = "row_number"
REFUSED_SCHEMA: dict[str, pl.DataType] = {
    ROW: pl.Int64(),
    "column": pl.String(),
    "code": pl.String(),
    "order_id": pl.String(),
    "other_keys": pl.String(),
    "value": pl.String(),
}


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Text cells as they stand in the file: one column per lake column that the file has.

    `bad_rows`: indices of rows whose cells cannot be told apart, by reason code. `whole` gives
    all cells of the batch, unmapped columns too (only to tell a blank row from a broken one);
    None when the mapped columns are all there are.
    """

    cells: pl.DataFrame
    bad_rows: dict[str, pl.Series] = field(default_factory=dict)
    whole: Callable[[], pl.DataFrame] | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rows of one file are read with; without a key nothing is hashed.

    `utc_columns`: time stamps that this file's header calls UTC, whatever the contract's zone.
    """

    contract: Contract
    shop: Shop
    clock: Clock
    conventions: Conventions
    source_id: str
    utc_columns: frozenset[str] = frozenset()
    hash_key: HashKey | None = None


@dataclass(slots=True)
class TypedBatch:
    """Rows of one batch. `row_number` counts from 0 within the batch; the reader shifts it.

    `refused` has the columns of `REFUSED_SCHEMA`. `rows` = accepted + refused + `skipped`.
    """

    rows: int
    accepted: pl.DataFrame
    refused: pl.DataFrame
    skipped: int
    evidence: set[str]
    newest_at: datetime | None
    shifted: int


class Work:
    """The columns typed so far and the failures found, for one batch."""

    def __init__(self, raw: RawBatch, setting: Setting) -> None:
        self.raw = raw
        self.cells = raw.cells
        self.setting = setting
        self.contract = setting.contract
        self.null_words = setting.contract.null_words
        self.typed: dict[str, pl.Series] = {}
        self.failures: list[tuple[pl.Series, int, str]] = []
        self.evidence: set[str] = set()
        self.money_currency: pl.Series | None = None
        self.shifted = 0

    def present(self, *kinds: str) -> list[Column]:
        """The contract's columns of these kinds that the file has."""
        names = set(self.cells.columns)
        return [c for c in self.contract.columns if c.name in names and c.kind in kinds]

    def fail(self, rows: pl.Series, column: Column, code: str) -> None:
        """Note that rows (indices) are refused for a column."""
        if len(rows):
            self.failures.append((rows, self.contract.columns.index(column), code))

    def undecided(self, column: Column) -> pl.Series:
        """Indices of the cells that hold something and have no value yet."""
        return (
            self.cells[column.name].is_not_null() & self.typed[column.name].is_null()
        ).arg_true()
