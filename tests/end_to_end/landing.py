"""Reads and writes the CSV files of a landing folder as a person with a spreadsheet would."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.home.files import files_under


@dataclass(frozen=True)
class Table:
    """One export: its header and its rows, without the row of descriptions."""

    header: list[str]
    rows: list[list[str]]

    def cells(self, row: list[str], columns: Iterable[str]) -> tuple[str, ...]:
        """A row's cells of these columns."""
        return tuple(row[self.header.index(column)] for column in columns)


def tables_under(folder: Path) -> dict[Path, Table]:
    """Every CSV below a folder, plain, gzipped or alone in an archive, in the order of paths."""
    return {path: _read(path) for path in sorted(files_under(folder))}


def write(path: Path, table: Table) -> None:
    """Write a table as CSV; gzipped when the name ends so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([table.header, *table.rows])
    content = buffer.getvalue().encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def _read(path: Path) -> Table:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            (member,) = archive.namelist()
            content = archive.read(member)
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return Table(header, [row for row in rows if not _is_description(row)])


def _is_description(row: list[str]) -> bool:
    """Whether the first cell, an id in every export, is a sentence instead."""
    return len(row[0].split()) > 2
