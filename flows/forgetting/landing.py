"""Which files of landing hold a buyer: those of which a cell is, as a whole, the buyer's name.

The name is not known; each cell is hashed under the key and compared. A file that meets a contract
is looked through cell by cell, in all columns. Any other is taken apart at whatever separates
cells in text, and so is one whose rows cannot be told apart.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from flows.contracts import fold
from flows.home.hash_key import HashKey
from flows.home.layout import Home
from flows.ingest.decompress import Plain, is_workbook, open_plain
from flows.ingest.delimited import MalformedCsv
from flows.ingest.discover import Stamp, shown
from flows.ingest.one_file import member_path
from flows.ingest.reasons import Refusal, foreseen
from flows.ingest.sniff import Magic, magic_of
from flows.ingest.sources import open_source

_LONGEST_NAME = 200
_BLOCK = 8 << 20
_SEPARATORS = re.compile(r"[\r\n\t,;|\"'<>{}\[\]()\x00]+")
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
# What is packed or locked shows no text.
_CLOSED = frozenset({Magic.OLE, Magic.OTHER_ARCHIVE, Magic.DOCUMENT, Magic.ZIP, Magic.GZIP})
# In a column of another kind a cell of digits and marks is an id, an amount or a time.
_CAN_BE_A_NAME = r"[^\d\s.,:;/+$%()-]"


@dataclass(frozen=True, slots=True)
class Holding:
    """A dropped file that holds the buyer. `file` is relative to landing, members named apart.

    `stamp`: the file as it was looked through. `contents`: member (empty for the file itself) and
    SHA-256 of each of its plain files.
    """

    path: Path
    file: str
    stamp: Stamp
    contents: tuple[tuple[str, str], ...]
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """What the search found, and the files that nobody can look into."""

    holding: tuple[Holding, ...]
    closed: tuple[str, ...]


def search_landing(home: Home, key: HashKey, wanted: str, say: Callable[[str], None]) -> Searched:
    """Look through every file under landing, those that no run reads among them.

    wanted: the buyer's hash. A link is not followed: what it leads to is not landing's.
    """
    holding: list[Holding] = []
    closed: list[str] = []
    scratch = home.work / "forget"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = _regular_files(home.landing)
    for number, path in enumerate(paths, start=1):
        file = shown(path.relative_to(home.landing).as_posix())
        say(f"Looking through landing: file {number} of {len(paths)}")
        found: list[str] = []
        contents: list[tuple[str, str]] = []
        try:
            stamp = Stamp.of(path)
            for plain in open_plain(path, scratch):
                name = plain.member
                contents.append((name, plain.sha256))
                if not isinstance(plain, Plain):
                    closed.append(member_path(file, name))
                elif _is_in(plain, key, wanted, scratch / "copy.utf8", closed, file):
                    found.append(name)
        except FileNotFoundError:
            continue
        except OSError:
            closed.append(file)
            # What was not looked at is nothing that any run has read.
            contents.append(("", ""))
        if found:
            members = tuple(name for name in found if name)
            holding.append(Holding(path, file, stamp, tuple(contents), members))
    return Searched(tuple(holding), tuple(closed))


def _regular_files(landing: Path) -> list[Path]:
    return sorted(
        path
        for parent, _, files in os.walk(landing)
        for name in files
        if (path := Path(parent, name)).is_file() and not path.is_symlink()
    )


def _is_in(
    plain: Plain, key: HashKey, wanted: str, copy: Path, closed: list[str], file: str
) -> bool:
    try:
        with foreseen(MalformedCsv, _Unsure):
            return any(_holds(key, wanted, cells) for cells in _columns(plain, copy))
    except (Refusal, MalformedCsv, _Unsure):
        pass
    finally:
        for suffix in (".utf8", ".lines"):
            copy.with_suffix(suffix).unlink(missing_ok=True)
    if is_workbook(plain.path):
        try:
            return any(_holds(key, wanted, cells) for cells in _sheets(plain.path))
        except Exception:  # whatever a damaged workbook makes its reader raise
            closed.append(member_path(file, plain.member))
            return False
    if any(_holds(key, wanted, tokens) for tokens in _tokens(plain)):
        return True
    if magic_of(plain.facts.head) in _CLOSED:
        closed.append(member_path(file, plain.member))
    return False


class _Unsure(Exception):
    """Some rows of the table cannot be told apart: a name may stand anywhere in them."""


def _columns(plain: Plain, copy: Path) -> Iterator[Iterable[str]]:
    """The distinct cells of each column of a file that meets a contract."""
    source = open_source(plain.path, plain.facts, copy)
    accounts = {fold(header) for header in source.contract.hashed_headers}
    for make in source.batches():
        batch = make()
        if batch.bad_rows:
            raise _Unsure
        table = batch.whole() if batch.whole is not None else batch.cells
        for position, series in enumerate(table.get_columns()):
            distinct = series.drop_nulls().unique()
            header = source.header[position] if position < len(source.header) else ""
            if fold(header) not in accounts:
                distinct = distinct.filter(distinct.str.contains(_CAN_BE_A_NAME))
            yield distinct.to_list()
    # Rows above the header, and what a document holds beside its records, are no table.
    if source.skipped_before or not source.header_row:
        raise _Unsure


def _sheets(path: Path) -> Iterator[Iterable[str]]:
    reader = fastexcel.read_excel(str(path))
    for name in reader.sheet_names:
        sheet: pl.DataFrame = reader.load_sheet(name, header_row=None, dtypes="string").to_polars()
        for series in sheet.get_columns():
            yield series.drop_nulls().unique().to_list()


def _tokens(plain: Plain) -> Iterator[Iterable[str]]:
    """What stands between separators, in every encoding that the bytes can be read in."""
    with plain.path.open("rb") as handle:
        rest = b""
        while block := handle.read(_BLOCK):
            content = rest + block
            # A name that the end of the block cuts is whole in the next one.
            rest = content[-2 * _LONGEST_NAME :]
            yield _tokens_of(content)


def _tokens_of(content: bytes) -> set[str]:
    found: set[str] = set()
    encodings = ["utf-8"]
    if not content.isascii():
        encodings.append("cp1252")
    if b"\0" in content:
        encodings += ["utf-16-le", "utf-16-be"]
    for encoding in encodings:
        text = content.decode(encoding, "replace")
        found.update(_SEPARATORS.split(text))
        for match in _JSON_TEXT.finditer(text):
            try:
                found.add(str(json.loads(match.group())))
            except ValueError:
                continue
    return found


def _holds(key: HashKey, wanted: str, cells: Iterable[str]) -> bool:
    return any(key.hash(cell) == wanted for cell in cells if cell and len(cell) <= _LONGEST_NAME)
