"""Refused rows and refused files, written so that people can mend them; no personal data.

Cells are safe to open in a spreadsheet: none begins a formula.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from flows.foreign_text import in_cells
from flows.home.files import write_json
from flows.ingest.ledger import FileRecord
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


class RefusedRows:
    """The refused rows of one file, spooled to a scratch file until the file is done."""

    def __init__(self, spool: Path, shop_id: str, file: str, feed: str) -> None:
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
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / ROWS_FILE
            is_new = not target.exists()
            with target.open("ab") as out, self.spool.open("rb") as rows:
                if is_new:
                    out.write((",".join(COLUMNS) + "\n").encode())
                while block := rows.read(1 << 20):
                    out.write(block)
        self.reset()


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
