"""In which encoding a text is written, and the text written again as UTF-8.

UTF-8, UTF-16, UTF-32 (by its mark) and Windows-1252 are read. Every byte means something in
Windows-1252, so a file in another encoding would be read without an error, and wrongly: its bytes
are looked at before they are taken for Windows-1252.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path

from flows.ingest.reasons import EXPORT_AGAIN, Refusal
from flows.ingest.sniff import ByteFacts

_UTF16_SHARE = 0.3
_CHUNK = 1 << 20
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL
)
# Windows-1252 has quotation marks, dashes, spaces and signs between 80 and BF; letters seldom stand
# side by side there. In two-byte and Cyrillic encodings all letters are bytes above 7F.
_SIGNS = rb"\x80\x82\x84\x85\x8b\x91-\x99\x9b\xa0\xa1\xa9-\xab\xae\xb0\xb2-\xb4\xb7\xba\xbb\xbf"
_LETTERS = re.compile(rb"(?:(?![" + _SIGNS + rb"])[\x80-\xff])+", re.DOTALL)
# Shift JIS, and Big5, whose second bytes are often ASCII.
_PAIRS = re.compile(
    rb"(?:[\x81-\x9f][\x40-\x7e\x80-\xfc]){3}|(?:[\xa4-\xf9][\x40-\x7e\xa1-\xfe]){5}", re.DOTALL
)
_LONG_RUN = 4
_RUNS = 3
_MAX_RUNS = 1000


def _no_text() -> Refusal:
    return Refusal(
        "The file is not a table: it holds bytes that no text has.",
        "Drop the CSV, XLSX or JSON export as downloaded.",
    )


def _other_encoding() -> Refusal:
    return Refusal(
        "The file's encoding is none of UTF-8, UTF-16 and Windows-1252, or it is damaged.",
        "Export it again, or save it as UTF-8.",
    )


def encoding_of(facts: ByteFacts) -> str:
    """Name of the text encoding: utf-8, utf-8-sig, utf-16-le, utf-16-be, utf-32-… or cp1252.

    Raises `Refusal` for bytes that are no text.
    """
    head = facts.head
    if head.startswith(codecs.BOM_UTF8):
        if facts.is_utf8:
            return "utf-8-sig"
        raise Refusal("The file claims to be UTF-8 and is not: it is damaged.", EXPORT_AGAIN)
    # The mark of UTF-32 begins as that of UTF-16 does.
    if head.startswith(codecs.BOM_UTF32_LE):
        return "utf-32-le"
    if head.startswith(codecs.BOM_UTF32_BE):
        return "utf-32-be"
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if facts.has_nul:
        sample = head[:4096]
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        half = max(1, len(sample) // 2)
        if odd / half > _UTF16_SHARE and even < odd / 8:
            return "utf-16-le"
        if even / half > _UTF16_SHARE and odd < even / 8:
            return "utf-16-be"
        raise _no_text()
    return "utf-8" if facts.is_utf8 else "cp1252"


def transcode(source: Path, target: Path, encoding: str) -> None:
    """Write a file again as UTF-8 without a byte order mark, in a stream. Raises `Refusal`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    western = _Western() if encoding == "cp1252" else None
    try:
        with source.open("rb") as reader, target.open("wb") as writer:
            is_first = True
            while chunk := reader.read(_CHUNK):
                if western is not None:
                    western.take(chunk)
                text = decoder.decode(chunk)
                if is_first:
                    text = text.removeprefix("\ufeff")
                    is_first = False
                if "\0" in text:
                    raise _no_text()
                writer.write(text.encode("utf-8"))
            writer.write(decoder.decode(b"", final=True).encode("utf-8"))
    except UnicodeError as error:
        if western is not None:
            western.judge()
        raise _other_encoding() from error
    if western is not None:
        western.judge()


@dataclass(slots=True)
class _Western:
    """What the bytes above 7F of a file say against its being Windows-1252."""

    utf8: int = 0
    high: int = 0
    letters: int = 0
    in_runs: int = 0
    is_other: bool = False
    runs: set[bytes] = field(default_factory=set)

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes; what a chunk's end cuts is counted as two."""
        for match in _UTF8.finditer(chunk):
            self.utf8 += match.end() - match.start()
        for match in _LETTERS.finditer(chunk):
            run = match.group()
            self.letters += len(run)
            if len(run) > 1:
                self.in_runs += len(run)
                self.is_other |= len(run) >= _LONG_RUN
                if len(self.runs) < _MAX_RUNS:
                    self.runs.add(run)
        self.is_other |= _PAIRS.search(chunk) is not None
        self.high += len(chunk) - len(chunk.translate(None, bytes(range(128, 256))))

    def judge(self) -> None:
        """Raise `Refusal` unless the file may well be Windows-1252."""
        if self.utf8 * 5 >= self.high * 4:
            raise Refusal(
                "The file is UTF-8 with damaged characters: it is cut off or was changed.",
                EXPORT_AGAIN,
            )
        if self.is_other or (len(self.runs) >= _RUNS and self.in_runs * 2 >= self.letters):
            raise _other_encoding()
