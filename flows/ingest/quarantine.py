"""Refused rows and refused files, written so that people can mend them; no personal data.

Cells are safe to open in a spreadsheet: none begins a formula.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from flows.foreign_text import in_cells
from flows.home.files import (
    empty_folder,
    make_folder,
    sync_file,
    sync_folder,
    sync_tree,
    write_json,
)
from flows.home.layout import Home
from flows.ingest.ledger import FileRecord, Kept
from flows.ingest.reasons import ROW_REASONS

ROWS_FILE = "refused_rows.csv"
FILES_FILE = "refused_files.json"
COLUMNS = (
    "shop_id",
    "file",
    "feed",
    "row_number",
    "column",
    "reason",
    "mend",
    "order_id",
    "other_keys",
    "value",
)
_UNFINISHED = ".part"


class RefusedRows:
    """The refused rows of one file, spooled to a scratch file until the file is done."""

    def __init__(self, spool: Path, shop_id: str, file: str, feed: str) -> None:
        # A reading of the same bytes that failed may have left its own.
        spool.unlink(missing_ok=True)
        self.spool = spool
        self.count = 0
        self._shop_id = shop_id
        self._file = file
        self._feed = feed

    def add(self, refused: pl.DataFrame) -> None:
        """Take refused rows (the columns of `rows.REFUSED_SCHEMA`)."""
        if not refused.height:
            return
        reasons = {code: reason for code, (reason, _) in ROW_REASONS.items()}
        mends = {code: mend for code, (_, mend) in ROW_REASONS.items()}
        table = refused.select(
            pl.lit(self._shop_id).alias("shop_id"),
            pl.lit(self._file).alias("file"),
            pl.lit(self._feed).alias("feed"),
            "row_number",
            "column",
            pl.col("code").replace_strict(reasons).alias("reason"),
            pl.col("code").replace_strict(mends).alias("mend"),
            "order_id",
            "other_keys",
            "value",
        ).with_columns(in_cells(pl.col(pl.String)))
        with self.spool.open("ab") as handle:
            table.write_csv(handle, include_header=False)
        self.count += refused.height

    def reset(self) -> None:
        """Forget what was taken: the file is read again or refused."""
        self.spool.unlink(missing_ok=True)
        self.count = 0

    def publish(self, folder: Path) -> None:
        """Append the rows to the run's file in quarantine."""
        if self.count:
            make_folder(folder)
            target = folder / ROWS_FILE
            is_new = not target.exists()
            with target.open("ab") as out, self.spool.open("rb") as rows:
                if is_new:
                    out.write((",".join(COLUMNS) + "\n").encode())
                while block := rows.read(1 << 20):
                    out.write(block)
        self.reset()


class Quarantine:
    """What one run refuses: under a hidden name until the ledger says what it holds for good.

    The ledger names a run and how many bytes of its refused rows belong to the records that it
    lists. What a dead run wrote beyond that is taken back, since its files are read again; so no
    row is refused twice and none is missing.
    """

    def __init__(self, home: Home, run_id: str, kept: Kept | None) -> None:
        self._home = home
        self._run_id = run_id
        self._final = home.quarantine / run_id
        self.folder = home.quarantine / f".{run_id}{_UNFINISHED}"
        if self._final.is_dir() and not self.folder.exists():
            os.rename(self._final, self.folder)  # the same run reads landing once more
        for folder in sorted(home.quarantine.glob(f".*{_UNFINISHED}")):
            owner = folder.name[1 : -len(_UNFINISHED)]
            _cut(folder, kept.bytes if kept is not None and kept.run_id == owner else 0)
            if owner != run_id:
                self._settle(folder, home.quarantine / owner)

    def keep(self) -> Kept:
        """Force what is refused so far to the disk; what the ledger is to say of it."""
        rows = self.folder / ROWS_FILE
        if self.folder.is_dir():
            sync_tree(self.folder)
            sync_folder(self._home.quarantine)
        return Kept(self._run_id, rows.stat().st_size if rows.exists() else 0)

    def publish(self) -> None:
        """Give the folder its name; the ledger that speaks of it is written."""
        self._settle(self.folder, self._final)

    def _settle(self, folder: Path, target: Path) -> None:
        if not folder.is_dir():
            return
        if any(folder.iterdir()):
            os.rename(folder, target)
        else:
            folder.rmdir()
        sync_folder(self._home.quarantine)


def _cut(folder: Path, size: int) -> None:
    """Take back what a dead run wrote beyond what the ledger speaks of."""
    rows = folder / ROWS_FILE
    if size:
        if rows.exists():
            os.truncate(rows, size)
            sync_file(rows)
    else:
        empty_folder(folder)


def write_refused_files(folder: Path, records: Iterable[FileRecord]) -> None:
    """Write the record of refused files; no file when there is none."""
    refused = [
        {
            "shop_id": record.shop_id,
            "name": record.file,
            "sha256": record.sha256,
            "size": record.size,
            "reason": record.reason,
            "mend": record.mend,
            "run_id": record.run_id,
        }
        for record in records
    ]
    if refused:
        write_json(folder / FILES_FILE, refused)
