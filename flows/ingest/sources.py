"""Tables as they stand in files, in pieces of bounded size: CSV and TSV, workbooks, JSON.

A source knows where its header is and which contract it meets, and hands out `RawBatch`es of text.
What it costs to make a batch is paid in the worker that asks for it.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import fastexcel
import polars as pl

from flows.contracts import Contract, map_headers, match_header
from flows.contracts.json_layouts import JsonLayoutError, flatten, match_json, parse_json
from flows.ingest.batch import RawBatch
from flows.ingest.decompress import is_workbook
from flows.ingest.reasons import EXPORT_AGAIN, Refusal, Unforeseen, foreseen
from flows.ingest.sniff import (
    HEAD,
    ByteFacts,
    Magic,
    cells_of,
    check_duplicates,
    encoding_of,
    magic_of,
    no_contract,
    text_layout,
    transcode,
)

FIRST_PIECE = 1 << 20
PIECE = 12 << 20
MAX_RECORD = 64 << 20
MAX_WORKBOOK = 600 << 20
MAX_JSON = 512 << 20
SHEET_ROWS = 100_000
_HEADER_ROWS = 40
_MAX_CELL = 1 << 20

_DOWNLOAD = "Download it again: the copy in the landing folder is not complete."


class MalformedCsv(Exception):
    """Quotes of a CSV do not pair as the fast reader needs: it has to be written anew first."""


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
class CsvSource:
    """A delimited text file in UTF-8, read in pieces cut at record ends."""

    contract: Contract
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int
    skipped_before: int
    path: Path
    data_offset: int
    ends_with_newline: bool

    def batches(self) -> Iterator[Callable[[], RawBatch]]:
        """One batch a piece of the file; the first one is small."""
        for piece, is_last in _pieces(self.path, self.data_offset):
            yield partial(self._batch, piece, is_last)

    def written_anew(self, target: Path) -> CsvSource:
        """The same table in a copy whose quotes are all paired. Raises `Refusal` if none is."""
        _rewrite(self.path, target, self.delimiter)
        head = target.open("rb").read(HEAD)
        layout = text_layout(head, target.stat().st_size <= len(head))
        return replace(self, path=target, data_offset=layout.data_offset, ends_with_newline=True)

    def _batch(self, piece: bytes, is_last: bool) -> RawBatch:
        positions = map_headers(self.contract, self.header)
        width = len(self.header)
        cells = self._parse(piece, [*positions.values(), width])
        overflow = cells[f"c{width}"]
        bad: dict[str, pl.Series] = {}
        if overflow.null_count() < len(overflow):
            filled = overflow.str.strip_chars().fill_null("") != ""
            bad["too_many_cells"] = filled.arg_true()
        if is_last and not self.ends_with_newline and self._is_cut_off(piece):
            bad["cut_off"] = pl.Series([cells.height - 1], dtype=pl.UInt32)
        mapped = cells.select(pl.col(f"c{i}").alias(name) for name, i in positions.items())
        return RawBatch(mapped, bad, lambda: self._parse(piece, list(range(width))))

    def _parse(self, piece: bytes, wanted: list[int]) -> pl.DataFrame:
        # A header of our own: positions as names, and one more for cells beyond the last.
        width = len(self.header)
        names = self.delimiter.join(f"c{i}" for i in range(width + 1)).encode() + b"\n"
        try:
            return pl.read_csv(
                names + piece,
                columns=[f"c{i}" for i in dict.fromkeys(wanted)],
                separator=self.delimiter,
                infer_schema=False,
                null_values=["", "\t"] if self.delimiter != "\t" else [""],
                truncate_ragged_lines=True,
            )
        except pl.exceptions.PolarsError as error:
            raise MalformedCsv(str(error)) from error

    def _is_cut_off(self, piece: bytes) -> bool:
        lines = piece.decode("utf-8", "replace").splitlines()
        if not lines:
            return False
        last = lines[-1]
        width = len(cells_of(last, self.delimiter))
        return 1 < width < len(self.header) or last.count('"') % 2 == 1


def _pieces(path: Path, offset: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of a file from an offset, each ending with a record, and whether it is the last."""
    rest = b""
    size = FIRST_PIECE
    with path.open("rb") as handle:
        handle.seek(offset)
        while True:
            block = handle.read(size)
            if not block:
                if rest:
                    yield rest, True
                return
            rest += block
            cut = _last_record_end(rest)
            if cut == 0 and len(rest) > MAX_RECORD:
                raise MalformedCsv("a quotation mark is never closed")
            if cut:
                size = PIECE
                piece, rest = rest[:cut], rest[cut:]
                if not rest and not (ahead := handle.read(1)):
                    yield piece, True
                    return
                if not rest:
                    rest = ahead
                yield piece, False


def _last_record_end(text: bytes) -> int:
    """The end of the last record that is whole: a line end with all quotes before it closed."""
    cut = text.rfind(b"\n") + 1
    quotes = text.count(b'"', 0, cut)
    while quotes % 2 and cut:
        before = text.rfind(b"\n", 0, cut - 1) + 1
        quotes -= text.count(b'"', before, cut)
        cut = before
    return cut


def _rewrite(source: Path, target: Path, delimiter: str) -> None:
    """Write a CSV anew with every quote paired.

    A quote within a cell that does not begin with one is taken as it stands. A quoted cell that
    does not end as one should refuses the file: where the next row begins is not known then.
    """
    csv.field_size_limit(_MAX_CELL)
    try:
        with (
            source.open(encoding="utf-8", newline="") as reader,
            target.open("w", encoding="utf-8", newline="") as writer,
        ):
            rows = csv.reader(reader, delimiter=delimiter, strict=True)
            csv.writer(writer, delimiter=delimiter, lineterminator="\n").writerows(rows)
    except (csv.Error, UnicodeError) as error:
        reason = "The quotation marks in the file do not come in pairs."
        raise Refusal(reason, EXPORT_AGAIN) from error


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


def open_source(path: Path, facts: ByteFacts, scratch: Path) -> Source:
    """The table in a plain file. Raises `Refusal` when there is none that a contract knows.

    `scratch`: a path for a copy in UTF-8, if one has to be made; the caller removes it.
    """
    with foreseen():
        return _open(path, facts, scratch)


def _open(path: Path, facts: ByteFacts, scratch: Path) -> Source:
    magic = magic_of(facts.head)
    if magic is Magic.EMPTY and facts.size <= len(facts.head):
        raise Refusal("The file is empty.", "Export it again.")
    if magic is Magic.ZIP:
        if is_workbook(path):
            return _open_workbook(path)
        raise Refusal("The workbook or archive is damaged.", _DOWNLOAD)
    if magic is Magic.OLE:
        raise Refusal(
            "The file is an old or a password-protected workbook.",
            "Save it as .xlsx without a password, or export it as CSV.",
        )
    if magic is Magic.HTML:
        raise Refusal(
            "The file is a web page and not an export (often a login page saved as CSV).",
            "Log in and export it again.",
        )
    if magic in (Magic.OTHER_ARCHIVE, Magic.GZIP):
        raise Refusal("The file is packed in a way that is not read.", "Use .zip or .gz, once.")
    if magic is Magic.DOCUMENT:
        raise Refusal("The file is a document and not a table.", "Export it as CSV, XLSX or JSON.")
    encoding = encoding_of(facts)
    if encoding not in ("utf-8", "utf-8-sig"):
        transcode(path, scratch, encoding)
        path, facts = scratch, _facts_of(scratch)
        magic = magic_of(facts.head)
    if magic is Magic.JSON:
        found = _open_json(path, facts, encoding)
        if found is not None:
            return found
    return _open_csv(path, facts, encoding, scratch)


def _facts_of(path: Path) -> ByteFacts:
    facts = ByteFacts()
    with path.open("rb") as handle:
        facts.take(handle.read(HEAD))
        handle.seek(0, 2)
        facts.size = handle.tell()
        handle.seek(max(0, facts.size - 1))
        facts.last_byte = handle.read(1)
    return facts


def _open_csv(path: Path, facts: ByteFacts, encoding: str, scratch: Path) -> CsvSource:
    if b"\n" not in facts.head and b"\r" in facts.head:
        copy = scratch.with_suffix(".lines")
        copy.write_bytes(path.read_bytes().replace(b"\r", b"\n"))
        copy.replace(scratch)
        path, facts = scratch, _facts_of(scratch)
    layout = text_layout(facts.head, facts.size <= len(facts.head))
    return CsvSource(
        contract=layout.contract,
        encoding=encoding,
        delimiter=layout.delimiter,
        header=layout.header,
        header_row=layout.header_row,
        skipped_before=layout.header_row - 1,
        path=path,
        data_offset=layout.data_offset,
        ends_with_newline=facts.last_byte in (b"\n", b""),
    )


def _open_workbook(path: Path) -> FrameSource:
    try:
        with foreseen():
            return _read_workbook(path)
    except Unforeseen as error:
        raise Refusal("The workbook is damaged.", _DOWNLOAD) from error


def _read_workbook(path: Path) -> FrameSource:
    with zipfile.ZipFile(path) as container:
        if sum(info.file_size for info in container.infolist()) > MAX_WORKBOOK:
            raise Refusal(
                "The workbook expands beyond what is read from one.",
                "Export it as CSV, or in shorter date ranges.",
            )
    reader = fastexcel.read_excel(str(path))
    candidates: list[tuple[str, ...]] = []
    found: list[tuple[str, int, tuple[str, ...], Contract]] = []
    for name in reader.sheet_names:
        top = _sheet(reader, name, n_rows=_HEADER_ROWS)
        for row, values in enumerate(top.iter_rows()):
            header = tuple(value or "" for value in values)
            contract = match_header(header)
            if contract is not None:
                found.append((name, row, header, contract))
                break
            candidates.append(header)
    if not found:
        raise no_contract(candidates)
    if len(found) > 1:
        raise Refusal(
            "More than one sheet of the workbook is an export.",
            "Save each sheet as a file of its own.",
        )
    name, row, header, contract = found[0]
    check_duplicates(contract, header)
    positions = map_headers(contract, header)
    table = _sheet(reader, name).slice(row + 1)
    cells = table.select(table.columns[i] for i in positions.values())
    cells.columns = list(positions)
    cells = _mark_numeric_ids(reader, name, row, contract, positions, cells)
    return FrameSource(contract, "", "", header, row + 1, row, cells, table)


def _sheet(reader: fastexcel.ExcelReader, name: str, **options: Any) -> pl.DataFrame:
    sheet: pl.DataFrame = reader.load_sheet(
        name, header_row=None, dtypes="string", **options
    ).to_polars()
    return sheet


def _mark_numeric_ids(
    reader: fastexcel.ExcelReader,
    sheet: str,
    header_row: int,
    contract: Contract,
    positions: dict[str, int],
    cells: pl.DataFrame,
) -> pl.DataFrame:
    """Write numeric cells of id columns as a spreadsheet would show them.

    A number keeps 15 digits: a longer id in a numeric cell has lost some, and its text no longer
    shows it. Read as booleans, numeric cells have a value and text cells have none.
    """
    ids = [n for n in positions if contract.column(n).kind in ("id", "tracking_number")]
    if not ids:
        return cells
    flags = reader.load_sheet(
        sheet,
        header_row=None,
        use_columns=sorted(positions[n] for n in ids),
        dtypes={positions[n]: "boolean" for n in ids},
    ).to_polars()
    by_position = dict(zip(sorted(positions[n] for n in ids), flags.columns, strict=True))
    marked = []
    for name in ids:
        is_number = flags[by_position[positions[name]]].slice(header_row + 1).is_not_null()
        is_long = cells[name].str.contains(r"^-?\d{16,}|[.eE]")
        lost = (is_number & is_long).fill_null(False)
        if lost.any():
            rounded = (
                cells[name].str.slice(0, 1) + ".0E+" + cells[name].str.len_chars().cast(pl.String)
            )
            marked.append(cells[name].zip_with(~lost, rounded).alias(name))
    return cells.with_columns(marked)


def _open_json(path: Path, facts: ByteFacts, encoding: str) -> FrameSource | None:
    """The table in a JSON document or in JSON lines; None when the text is no JSON at all."""
    if facts.size > MAX_JSON:
        raise Refusal("The JSON file is too large to be read whole.", "Split it into smaller ones.")
    text = path.read_text(encoding="utf-8-sig")
    try:
        document = parse_json(text)
    except (ValueError, RecursionError) as error:
        if re.match(r"\s*[\[{]\s*[\]}\"{\[\d]", text):
            raise Refusal("The JSON is damaged or cut off.", _DOWNLOAD) from error
        return None
    try:
        match = match_json(document)
        if match is None:
            raise no_contract([_keys(document)])
        contract, layout = match
        cells = flatten(document, layout)
    except JsonLayoutError as error:
        raise Refusal("The JSON is not as its vendor writes it.", f"{error}.") from error
    header = tuple(cells.columns)
    return FrameSource(contract, encoding, "", header, 0, 0, cells, None)


def _keys(document: object) -> tuple[str, ...]:
    first = document[0] if isinstance(document, list) and document else document
    return tuple(first) if isinstance(first, dict) else ()
