"""What a file is, by its bytes: its kind, its delimiter, where its header line stands."""

from __future__ import annotations

import codecs
import csv
import enum
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain

from flows.contracts import Contract, explain_mismatch, fold, map_headers, match_header
from flows.ingest.reasons import Refusal

HEAD = 1 << 18
_SEARCHED_RECORDS = 60
_SEARCHED_LINES = 4_000
_MAX_CELL = 16 << 20
_DELIMITERS = (",", ";", "\t")

# The limit is the process's: said once, so that what is read does not hang on what was read before.
csv.field_size_limit(_MAX_CELL)


class Magic(enum.Enum):
    """Kinds of file that their first bytes tell apart."""

    GZIP = "gzip"
    ZIP = "zip"
    OLE = "ole"
    OTHER_ARCHIVE = "archive"
    DOCUMENT = "document"
    HTML = "html"
    JSON = "json"
    TEXT = "text"
    EMPTY = "empty"


_MAGICS: tuple[tuple[bytes, Magic], ...] = (
    (b"\x1f\x8b", Magic.GZIP),
    (b"PK\x03\x04", Magic.ZIP),
    (b"PK\x05\x06", Magic.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Magic.OLE),
    (b"BZh", Magic.OTHER_ARCHIVE),
    (b"\xfd7zXZ\x00", Magic.OTHER_ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Magic.OTHER_ARCHIVE),
    (b"Rar!\x1a\x07", Magic.OTHER_ARCHIVE),
    (b"\x28\xb5\x2f\xfd", Magic.OTHER_ARCHIVE),
    (b"%PDF", Magic.DOCUMENT),
    (b"PAR1", Magic.DOCUMENT),
    (b"\x89PNG", Magic.DOCUMENT),
    (b"\xff\xd8\xff", Magic.DOCUMENT),
)


def magic_of(head: bytes) -> Magic:
    """The kind of file that begins with these bytes."""
    for prefix, magic in _MAGICS:
        if head.startswith(prefix):
            return magic
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text:
        return Magic.EMPTY
    lowered = text[:512].lower()
    if lowered.startswith(
        (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<?xml", b"<!--")
    ):
        return Magic.HTML
    if text[:1] in (b"{", b"["):
        return Magic.JSON
    return Magic.TEXT


@dataclass(slots=True)
class ByteFacts:
    """What one pass over a file's bytes tells: its head, its size, whether it is UTF-8."""

    head: bytes = b""
    size: int = 0
    is_utf8: bool = True
    has_nul: bool = False
    last_byte: bytes = b""
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=codecs.getincrementaldecoder("utf-8")
    )

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        self.size += len(chunk)
        self.last_byte = chunk[-1:]
        if not self.has_nul:
            self.has_nul = b"\0" in chunk
        if self.is_utf8:
            self._check_utf8(chunk)

    def finish(self) -> None:
        """Say that the file has ended: a character cut in half is not UTF-8."""
        if self.is_utf8 and self._decoder.getstate()[0]:
            self.is_utf8 = False

    def _check_utf8(self, chunk: bytes) -> None:
        # Most chunks are plain ASCII, which is ten times as fast to see as to decode.
        if chunk.isascii() and not self._decoder.getstate()[0]:
            return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            self.is_utf8 = False


@dataclass(frozen=True, slots=True)
class TextLayout:
    """Where the table stands in a UTF-8 text file.

    `header_row`: the header's record number, the first of the file is 1; `data_offset`: the byte
    at which the first record after it begins.
    """

    contract: Contract
    header: tuple[str, ...]
    header_row: int
    delimiter: str
    data_offset: int


def text_layout(head: bytes, is_whole: bool) -> TextLayout:
    """Find header line and delimiter in the first bytes of a UTF-8 text. Raises `Refusal`."""
    start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    candidates: list[tuple[str, ...]] = []
    found: list[TextLayout] = []
    for delimiter in _DELIMITERS:
        for number, (cells, end) in enumerate(_records(head, start, is_whole, delimiter), start=1):
            if found and number >= found[0].header_row:
                break
            contract = match_header(cells) if len(cells) > 1 else None
            if contract is not None:
                found.insert(0, TextLayout(contract, cells, number, delimiter, end))
                break
            candidates.append(cells)
    if not found:
        raise no_contract(candidates)
    check_duplicates(found[0].contract, found[0].header)
    return found[0]


def no_contract(candidates: list[tuple[str, ...]]) -> Refusal:
    """The refusal of a table none of whose first rows is a header that a contract knows."""
    best = max(candidates, key=lambda cells: sum(bool(c.strip()) for c in cells), default=())
    return Refusal("The file meets no contract.", explain_mismatch(best))


def check_duplicates(contract: Contract, header: tuple[str, ...]) -> None:
    """Raise `Refusal` when a column that the contract reads stands twice in the header."""
    folded = [fold(cell) for cell in header]
    for position in map_headers(contract, header).values():
        if folded.count(folded[position]) > 1:
            raise Refusal(
                f"The column `{header[position].strip()}` stands twice in the header.",
                "Remove the one that does not belong there, or export the file again.",
            )


def cells_of(record: str, delimiter: str) -> tuple[str, ...]:
    """The cells of one record's text."""
    try:
        rows = list(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter))
    except csv.Error:
        return ()
    return tuple(rows[0]) if rows else ()


def _records(
    head: bytes, start: int, is_whole: bool, delimiter: str
) -> Iterator[tuple[tuple[str, ...], int]]:
    """The cells of the first records, and the byte at which each one ends.

    A line break within a quoted cell does not end a record; a quote within another cell, as in
    `Width (5")`, opens none.
    """
    lines = head[start:].split(b"\n", _SEARCHED_LINES)
    is_cut = len(lines) > _SEARCHED_LINES or not is_whole
    if is_cut or not lines[-1]:
        lines.pop()
    ends = [start, *(start + end for end in accumulate(len(line) + 1 for line in lines))]
    texts = (line.decode("utf-8", "replace") + "\n" for line in lines)
    # A record that is not whole takes in the line behind what was looked at.
    reader = csv.reader(chain(texts, ("\n",) if is_cut else ()), delimiter=delimiter)
    for _ in range(_SEARCHED_RECORDS):
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error:
            cells = ()
        if reader.line_num > len(lines):
            return
        yield cells, min(ends[reader.line_num], len(head))
