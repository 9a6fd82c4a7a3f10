"""Canaries: made-up personal values planted into exports, and the search for them afterwards."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from flows.contracts import Contract, contract, fold, load_contracts, match_header
from flows.home.files import files_under
from flows.home.layout import Home

MARK = "qzxkanari"
"""Part of every canary but the post codes: no word of the project."""

ZIP_TAIL = "-7391"
_TYPED = frozenset({"integer", "decimal", "money", "rate", "boolean", "timestamp", "date"})
_BUYERS = 5


@dataclass
class Planted:
    """What was planted: (feed, header) of every column, and every value."""

    columns: set[tuple[str, str]] = field(default_factory=set)
    values: set[str] = field(default_factory=set)

    def cell(self, feed: str, header: str, row: int = 0) -> str:
        """A canary for a cell. Buyers' accounts come back, so that some give back often."""
        self.columns.add((feed, header))
        slug = "".join(c for c in header.lower() if c.isalnum())
        value = f"Qzxkanari{row % _BUYERS}{slug}" + ("" if "username" in slug else ' Zoë <&"7')
        self.values.add(value)
        return value


def personal_columns() -> set[tuple[str, str]]:
    """(feed, header) of every column that a contract calls personal, but for ZIP codes."""
    return {
        (feed.feed, header)
        for feed in load_contracts()
        for header in (*feed.personal_headers, *feed.hashed_headers)
    }


def zip_columns(feed: Contract) -> tuple[str, ...]:
    """Headers of the columns of which the first three digits are kept."""
    return tuple(h for c in feed.columns if c.treatment == "zip3" for h in c.headers)


def plant(landing: Path) -> Planted:
    """Put a canary into every personal column of every export, and into a column of no contract.

    Personal columns that the export does not have are added to it.
    """
    planted = Planted()
    for path in list(files_under(landing)):
        content = path.read_bytes()
        if path.suffix == ".gz":
            path.write_bytes(gzip.compress(_planted(gzip.decompress(content), planted)))
        elif path.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            with zipfile.ZipFile(path, "w") as archive:
                for name, member in members.items():
                    archive.writestr(name, _planted(member, planted))
        else:
            path.write_bytes(_planted(content, planted))
    return planted


def _planted(content: bytes, planted: Planted) -> bytes:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    at, feed = next(
        (n, found) for n, row in enumerate(rows) if (found := match_header(row)) is not None
    )
    header = rows[at]
    known = {fold(name) for name in header}
    personal = {fold(h): h for h in (*feed.personal_headers, *feed.hashed_headers)}
    zips = {fold(name) for name in zip_columns(feed)}
    added = [name for name in personal.values() if fold(name) not in known]
    rows[at] = [*header, *added, "Unknown column"]
    for number, row in enumerate(rows[at + 1 :]):
        for position, name in enumerate(header[: len(row)]):
            if fold(name) in personal:
                row[position] = planted.cell(feed.feed, personal[fold(name)], number)
            elif fold(name) in zips and len(row[position].strip()) == 5:
                row[position] = row[position].strip() + ZIP_TAIL
        row.extend([""] * (len(header) - len(row)))
        row.extend(planted.cell(feed.feed, name, number) for name in added)
        row.append(planted.cell(feed.feed, "Unknown column", number))
    return _csv(rows)


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def spoil(folder: Path, planted: Planted) -> int:
    """Add exports of which rows or the whole are refused, full of canaries; how many."""
    made = 0
    for feed in load_contracts():
        templates = [_rows(path, feed) for path in sorted(files_under(folder))]
        template = next((rows for rows in templates if rows is not None), None)
        if template is None:
            continue
        header, first = template
        rows = [list(first) for _ in feed.columns]
        for row, column in zip(rows, feed.columns, strict=True):
            for position, name in enumerate(header):
                if fold(name) in map(fold, column.headers) and (
                    column.kind in _TYPED or column.is_vocabulary_closed
                ):
                    row[position] = planted.cell(feed.feed, f"typed {column.name}")
        for number in (f"415-555{ZIP_TAIL}", f"415-55{ZIP_TAIL}"):
            numbered = [[number if MARK in c.lower() else c for c in row] for row in rows]
            rows = [*rows, *(row for row in numbered if number in row)]
        # A row with a cell too many: what stands where is not known.
        rows.append([planted.cell(feed.feed, "in front"), *first, "and", "more"])
        spoilt = folder / "spoilt"
        spoilt.mkdir(exist_ok=True)
        stem = feed.table
        whole = _csv([header, *rows])
        typo = [f"{name}_" if n == 0 else name for n, name in enumerate(header)]
        headless = [[planted.cell(feed.feed, "no header", n) for n in range(len(first))]] * 3
        strange = [planted.cell(feed.feed, "as header"), *typo[1:]]
        files = {
            f"{stem}-rows.csv": whole,
            f"{stem}-typo.csv": _csv([typo, *rows]),
            f"{stem}-strange.csv": _csv([strange, *rows]),
            f"{stem}-headless.csv": _csv(headless),
            f"{stem}-utf16.txt": _csv([header, *rows]).decode().encode("utf-16"),
            f"{stem}-quote.csv": whole + b'"' + planted.cell(feed.feed, "open").encode(),
            f"{stem}-cut.csv.gz": gzip.compress(whole)[:-20],
            f"{stem}-page.csv": b"<html><body>" + planted.cell(feed.feed, "page").encode(),
            f"{stem}-old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + whole,
            f"{stem}-nul.csv": whole + b"\0\0\0",
            f"{stem}-broken.json": b'[{"a": "' + planted.cell(feed.feed, "json").encode(),
            f"{stem}-keys.json": json.dumps(
                [{planted.cell(feed.feed, "key"): planted.cell(feed.feed, "value")}]
            ).encode(),
        }
        for name, content in files.items():
            (spoilt / name).write_bytes(content)
        made += len(files)
    return made + _workbooks(folder / "spoilt", planted)


def returner(folder: Path, planted: Planted) -> str:
    """Add an export in which one buyer gives four orders back; the buyer's account name."""
    feed = contract("seller_center/returns")
    name = planted.cell(feed.feed, "Buyer Username")
    sold = [
        row
        for path in sorted(folder.glob("seller_center/All order*.csv"))
        for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        if row["Delivered Time"].strip() and not row["Cancelled Time"].strip()
    ]
    orders = list({row["Order ID"]: row for row in sold}.values())[:4]
    header = list(feed.file_layouts[0].header)
    given = [
        {
            "Return Order ID": f"40000000000000000{number}\t",
            "Order ID": row["Order ID"],
            "SKU ID": row["SKU ID"],
            "Seller SKU": row["Seller SKU"],
            "Buyer Username": name,
            "Return Type": "Return and refund",
            "Time Requested": "08/04/2026 10:00:00",
            "Return Reason": "No longer needed",
            "Return unit price": "5.00",
            "Return Quantity": "1",
            "Return Status": "Completed",
            "Refund Time": "10/04/2026 10:00:00",
            "Buyer Note": planted.cell(feed.feed, "Buyer Note"),
        }
        for number, row in enumerate(orders)
    ]
    rows = [header, *([row.get(column, "") for column in header] for row in given)]
    (folder / "seller_center" / "Return-Refund-extra.csv").write_bytes(_csv(rows))
    return name


def _workbooks(folder: Path, planted: Planted) -> int:
    """A workbook whose sheet and cells are canaries, and one that is damaged."""
    target = folder / "book.xlsx"
    frame = pl.DataFrame({planted.cell("book", "head"): [planted.cell("book", "cell")]})
    frame.write_excel(target, worksheet="Qzxkanari sheet")
    (folder / "torn.xlsx").write_bytes(target.read_bytes()[:-200])
    return 2


def _rows(path: Path, feed: Contract) -> tuple[list[str], list[str]] | None:
    """Header and last row of a plain export of a contract."""
    if path.suffix != ".csv" or "spoilt" in path.parts:
        return None
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    for number, row in enumerate(rows[:10]):
        found = match_header(row)
        if found is not None:
            return (row, rows[-1]) if found.feed == feed.feed and number < len(rows) else None
    return None


@dataclass
class Needles:
    """What must not be found, in every writing that hides nothing.

    `words`: looked for without regard to case. `exact`: looked for as they are. `hex_digests` and
    `base64_digests`: beginnings of digests, compared with where runs of such characters begin.
    """

    words: list[bytes]
    exact: list[bytes]
    hex_digests: set[bytes]
    base64_digests: set[bytes]

    def found_in(self, content: bytes) -> list[bytes]:
        """The needles in some bytes."""
        lowered = content.lower()
        found = [n for n in self.words if n in lowered] + [n for n in self.exact if n in content]
        for digests, run, text in (
            (self.hex_digests, _HEX_RUN, lowered),
            (self.base64_digests, _BASE64_RUN, content),
        ):
            found += digests & {match.group()[:_SHOWN] for match in run.finditer(text)}
        return found


_SHOWN = 16
_HEX_RUN = re.compile(rb"(?<![0-9a-f])[0-9a-f]{16,}")
_BASE64_RUN = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{16,}")


def needles(values: set[str]) -> Needles:
    """Needles of these values, all of which hold `MARK`."""
    words = [MARK.encode(), MARK.encode("utf-16-le"), MARK.encode("utf-16-be"), ZIP_TAIL.encode()]
    words += [b"zo\\u00eb", b"zo%c3%ab", "zoë".encode(), "zoë".encode("utf-16-le")]
    exact = []
    for start in (MARK, MARK.capitalize()):
        for lead in range(3):
            # Base64 of the middle of a text depends on where in a group of three it begins.
            encoded = base64.b64encode(b"\0" * lead + start.encode()).decode()
            exact.append(encoded[4 if lead else 0 : -4].encode())
    made = [
        digest(text.encode())
        for value in values
        for text in {value, fold(value), value.lower(), value.strip()}
        for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5)
    ]
    return Needles(
        words,
        exact,
        {item.hexdigest()[:_SHOWN].encode() for item in made},
        {base64.b64encode(item.digest())[:_SHOWN] for item in made},
    )


def contents(home: Home) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of everything under a home folder but landing, packed values unpacked too."""
    for path in files_under(home.root):
        if path.is_relative_to(home.landing):
            continue
        where = path.relative_to(home.root).as_posix()
        raw = path.read_bytes()
        yield where, raw
        if path.suffix == ".parquet":
            yield f"{where} as a table", pl.read_parquet(path).write_csv().encode()
            yield f"{where} as metadata", repr(pl.read_parquet_metadata(path)).encode()
        elif raw[8:12] == b"DUCK":
            yield from tables_of(path, where)
        elif raw.startswith(b"SQLite format 3"):
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                yield f"{where} as SQL", "\n".join(connection.iterdump()).encode()
        elif raw.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{where}!{name}", archive.read(name)
        elif raw.startswith(b"\x1f\x8b"):
            yield f"{where} unpacked", gzip.decompress(raw)


def tables_of(path: Path, where: str) -> Iterator[tuple[str, bytes]]:
    """Every table of a DuckDB file as text; views read the lake, which is looked at by itself."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
            yield f"{where} {schema}.{table}", "\n".join(map(str, rows)).encode()


def findings(home: Home, looked_for: Needles) -> dict[str, list[bytes]]:
    """Where needles lie under a home folder, landing left out."""
    return {
        where: found for where, content in contents(home) if (found := looked_for.found_in(content))
    }
