"""Delimited text in UTF-8, in pieces of bounded size that are cut at record ends."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from flows.contracts import Contract, map_headers
from flows.ingest.batch import RawBatch
from flows.ingest.reasons import EXPORT_AGAIN, Refusal
from flows.ingest.sniff import HEAD, cells_of, text_layout

FIRST_PIECE = 1 << 20
PIECE = 12 << 20
MAX_RECORD = 64 << 20
MAX_LINES = 1 << 16


class MalformedCsv(Exception):
    """Quotes of a CSV do not pair as the fast reader needs: it has to be written anew first."""


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
        is_cut_off = False
        if is_last and not self.ends_with_newline:
            is_odd = piece.count(b'"') % 2 == 1
            if is_odd and b"\n" in piece:
                raise MalformedCsv("a quotation mark is never closed")
            is_cut_off = is_odd or self._is_short(piece)
            # Half a line end is none of the cell's, and a cell that was cut off ends here.
            piece = piece.removesuffix(b"\r") + b'"' * is_odd
        cells = self._parse(piece, [*positions.values(), width])
        overflow = cells[f"c{width}"]
        bad: dict[str, pl.Series] = {}
        if overflow.null_count() < len(overflow):
            filled = overflow.str.strip_chars().fill_null("") != ""
            bad["too_many_cells"] = filled.arg_true()
        if is_cut_off:
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

    def _is_short(self, record: bytes) -> bool:
        """Whether a record has fewer cells than the header, and any at all."""
        text = record.decode("utf-8", "replace")
        return bool(text.strip()) and len(cells_of(text, self.delimiter)) < len(self.header)


def _pieces(path: Path, offset: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of a file from an offset, each ending with a record, and whether it is the last.

    What follows the last line end is a piece of its own. Raises `MalformedCsv` for a record beyond
    `MAX_RECORD`.
    """
    rest = b""
    has_open_quote = False
    size = FIRST_PIECE
    with path.open("rb") as handle:
        handle.seek(offset)
        while block := handle.read(size):
            cut, is_odd = _record_end(block, has_open_quote)
            if cut:
                size = PIECE
                yield from ((piece, False) for piece in _thin(rest + block[:cut]))
                rest = block[cut:]
                has_open_quote = rest.count(b'"') % 2 == 1
            else:
                rest += block
                has_open_quote = is_odd
                if len(rest) > MAX_RECORD:
                    raise MalformedCsv("a quotation mark is never closed")
    if rest:
        yield rest, True


def _record_end(block: bytes, has_open_quote: bool) -> tuple[int, bool]:
    """The end of the last record in a block, 0 when none ends; whether a quote is open after it.

    `has_open_quote`: whether one is open where the block begins. A record ends at a line end with
    all quotes before it closed.
    """
    cut = block.rfind(b"\n") + 1
    quotes = block.count(b'"', 0, cut) + has_open_quote
    is_odd = (quotes + block.count(b'"', cut)) % 2 == 1
    if quotes % 2 == 0 or not cut:
        return cut, is_odd
    seen = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(seen == ord("\n"))
    before = np.searchsorted(np.flatnonzero(seen == ord('"')), ends) + has_open_quote
    whole = ends[before % 2 == 0]
    return (int(whole[-1]) + 1 if len(whole) else 0), is_odd


def _thin(piece: bytes) -> Iterator[bytes]:
    """A piece, or where its lines are so short that it has very many, parts of it.

    A row takes memory for every column of the header, be it ever so short.
    """
    if piece.count(b"\n") <= MAX_LINES:
        yield piece
        return
    start = 0
    while start < len(piece):
        width = MAX_LINES
        while True:
            part = piece[start : start + width]
            cut, _ = _record_end(part, has_open_quote=False)
            if cut or start + width >= len(piece):
                break
            width *= 2
        cut = cut or len(part)
        yield part[:cut]
        start += cut


def _rewrite(source: Path, target: Path, delimiter: str) -> None:
    """Write a CSV anew with every quote paired.

    A quote within a cell that does not begin with one is taken as it stands. A quoted cell that
    does not end as one should refuses the file: where the next row begins is not known then.
    """
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
