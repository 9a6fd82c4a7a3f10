"""Exports of every contract, and mutations that know what a table is."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from datetime import datetime
from functools import cache
from random import Random

from flows.contracts import Column, Contract, load_contracts
from tests.ingest.builders import order, table
from tests.ingest.test_formats import cells, sheet

MAX_SIZE = 200_000
ODD_CELLS = (
    "",
    " ",
    "\t",
    "0",
    "-1",
    "1e5",
    "5.76461E+17",
    "NaN",
    "inf",
    "null",
    "N/A",
    "--",
    "=1+1",
    "'1",
    '="1"',
    "1,5",
    "1.5",
    "1.234,56",
    "$5",
    "US$ 5.00",
    "(5)",
    "−5",
    "5%",
    "99999999999999999999",
    "٣",
    "５",
    "2026-02-30",
    "02/30/2026",
    "13/13/2026",
    "2026-04-05",
    "04/05/2026 10:00:00 PM",
    "2026-04-05T10:00:00+99:99",
    "2026-04-05T10:00:00-08:00",
    "0001-01-01",
    "9999-12-31",
    "1775433268",
    "yes",
    "true",
    "US",
    "\u200f",
    "\ufffd",
    "\u2028",
    "\x85",
    "\x1b[31m",
    '"',
    '""',
    'a"b',
    "a\nb",
    "a\r\nb",
    "x" * 300,
    "🙂",
    "é",
    "\x00",
    "<b>",
    "90210",
    "00501-1234",
    "１２３４５",
    "Asia/Tokyo",
)
ODD_BYTES = (
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\r\n",
    b'"',
    b'""',
    b",",
    b";",
    b"\t",
    b"\xc3",
    b"\xe2\x80\xa8",
    b"\xed\xa0\x80",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"{",
    b"[",
    b"]",
    b"}",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"<html",
    b"%PDF",
    b" ",
    b"'",
    b"=",
)


def _cell(column: Column, number: int) -> str:
    """A cell that its column accepts."""
    if column.vocabulary:
        return next(iter(column.vocabulary))
    by_kind = {
        "id": f"57646141303878{number:04d}",
        "tracking_number": "1Z5R89390357567127",
        "integer": str(number + 1),
        "decimal": f"{number + 1}.5",
        "money": f"{number + 1}.25",
        "rate": "15%",
        "boolean": "yes",
        "timestamp": f"2026-04-{number + 1:02d} 10:00:00",
        "date": f"2026-04-{number + 1:02d}",
        "zip3": "90210",
        "postal_code": "90210",
    }
    by_name = {"market": "US", "timezone": "America/New_York", "currency": "USD"}
    return by_name.get(column.name) or by_kind.get(column.kind) or f"word {number}"


def export(contract: Contract, rows: int = 5) -> tuple[list[str], list[list[str]]]:
    """A header of all columns that a file of the contract can have, and rows that it accepts."""
    columns = [column for column in contract.columns if column.headers]
    header = [column.headers[0].strip() for column in columns]
    return header, [[_cell(column, number) for column in columns] for number in range(rows)]


def written(header: list[str], rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([header, *rows])
    return out.getvalue()


@cache
def _seeds() -> tuple[bytes, ...]:
    found = [table([order(1), order(2), order(3)]).encode()]
    for contract in load_contracts():
        header, rows = export(contract)
        text = written(header, rows)
        found += [
            text.encode(),
            json.dumps([dict(zip(header, r, strict=True)) for r in rows]).encode(),
        ]
    text = found[0].decode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
        archive.writestr("b.json", found[2])
    found += [
        text.encode("utf-16"),
        text.replace("Lamp", "Café").encode("cp1252"),
        text.replace("\n", "\r\n").encode("utf-8-sig"),
        gzip.compress(text.encode(), mtime=0),
        packed.getvalue(),
        sheet([list(text.splitlines()[0].split(",")), cells(), [datetime(2026, 4, 5), 5.5, "x"]]),
    ]
    return tuple(found)


def seeds() -> list[bytes]:
    """An export of every contract as CSV and JSON, and one of them in every other wrapping."""
    return list(_seeds())


def mutated(random: Random, kept: list[bytes]) -> bytes:
    """One of the inputs, changed once or a few times."""
    content = random.choice(kept)
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        content = random.choice(_MUTATIONS)(random, content, kept)
    return content[:MAX_SIZE]


def _flip(random: Random, content: bytes, _: list[bytes]) -> bytes:
    changed = bytearray(content or b"x")
    for _count in range(random.choice((1, 1, 3))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _insert(random: Random, content: bytes, _: list[bytes]) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.choice(ODD_BYTES) * random.choice((1, 1, 2, 40)) + content[at:]


def _remove(random: Random, content: bytes, _: list[bytes]) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + content[at + random.choice((1, 2, 10, 200)) :]


def _cut(random: Random, content: bytes, _: list[bytes]) -> bytes:
    return content[: random.randint(0, len(content))]


def _splice(random: Random, content: bytes, kept: list[bytes]) -> bytes:
    other = random.choice(kept)
    return content[: random.randint(0, len(content))] + other[random.randint(0, len(other)) :]


def _lines(random: Random, content: bytes, _: list[bytes]) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    how = random.randrange(4)
    if how == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif how == 1:
        lines.insert(one, lines[other])
    elif how == 2:
        lines[one] = lines[one].rstrip(b"\r\n")
    else:
        del lines[one]
    return b"".join(lines)


def _table(random: Random, content: bytes, _: list[bytes]) -> bytes:
    """A cell, a column or a header of a CSV changed, and the rest of it as it was."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return _flip(random, content, [])
    rows = [row for row in rows if row]
    if not rows:
        return content
    row = random.choice(rows)
    at, to = random.randrange(len(row)), random.randrange(len(row))
    how = random.randrange(5)
    if how == 0:
        row[at], row[to] = row[to], row[at]
    elif how == 1:
        for each in rows:
            del each[at : at + 1]
    elif how == 2:
        row.insert(at, random.choice(ODD_CELLS))
    else:
        row[at] = random.choice(ODD_CELLS)
    out = io.StringIO()
    csv.writer(out, lineterminator=random.choice(("\n", "\n", "\r\n"))).writerows(rows)
    return out.getvalue().encode()


def _record(random: Random, content: bytes, _: list[bytes]) -> bytes:
    """A value of a JSON document changed, and the rest of it as it was."""
    try:
        document = json.loads(content)
        record = random.choice(document)
        key = random.choice(sorted(record))
        odd: tuple[object, ...] = (*ODD_CELLS, None, True, 5, 5.5, 10**30, [], {}, [1], {"a": 1})
        record[key] = random.choice(odd)
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError, KeyError):
        return _flip(random, content, [])
    return json.dumps(document).encode()


def _wrapped(random: Random, content: bytes, _: list[bytes]) -> bytes:
    how = random.randrange(5)
    if how == 0:
        return gzip.compress(content, mtime=0)
    if how == 1:
        return content.decode("utf-8", "replace").encode(random.choice(("utf-16", "utf-16-be")))
    if how == 2:
        return content.decode("utf-8", "replace").encode("cp1252", "replace")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
    return packed.getvalue()


_MUTATIONS = (
    _flip,
    _insert,
    _remove,
    _cut,
    _splice,
    _lines,
    _lines,
    _table,
    _table,
    _table,
    _table,
    _record,
    _record,
    _wrapped,
)
