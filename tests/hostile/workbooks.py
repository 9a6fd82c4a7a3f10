"""Workbooks that say more than they hold, or hold what none should."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.hostile.archives import zipped
from tests.hostile.case import Case
from tests.ingest.builders import US_HEADER
from tests.ingest.test_formats import cells, sheet

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


def parts() -> dict[str, bytes]:
    book = sheet([list(US_HEADER), cells(), cells(order_id="576461413038780002")])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(changed: dict[str, bytes]) -> bytes:
    return zipped(*changed.items())


def with_part(name: str, change: Callable[[str], str]) -> bytes:
    found = parts()
    return packed({**found, name: change(found[name].decode()).encode()})


def with_row(row: str) -> bytes:
    """The workbook with one more row of XML at its end."""
    return with_part(SHEET, lambda text: text.replace("</sheetData>", row + "</sheetData>"))


def far(cell: str, row: str) -> bytes:
    return with_row(f'<row r="{row}"><c r="{cell}{row}"><v>1</v></c></row>')


def shared_bomb() -> bytes:
    """One long text in very many cells."""
    found = parts()
    strings = found[STRINGS].decode()
    number = strings.count("<si>")
    rows = "".join(
        f'<row r="{i}"><c r="A{i}" t="s"><v>{number}</v></c></row>' for i in range(4, 3004)
    )
    return packed(
        {
            **found,
            STRINGS: strings.replace(
                "</sst>", f"<si><t>{'x' * (10 << 20)}</t></si></sst>"
            ).encode(),
            SHEET: found[SHEET].replace(b"</sheetData>", rows.encode() + b"</sheetData>"),
        }
    )


def lying() -> bytes:
    """A sheet that is much larger than the archive says."""
    found = parts()
    found[SHEET] = found[SHEET].replace(b"</sheetData>", b" " * (64 << 20) + b"</sheetData>")
    content = bytearray(packed(found))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        info, start = archive.getinfo(SHEET), archive.start_dir
    at = content.index(SHEET.encode(), start) - 46
    checksum = zlib.crc32(found[SHEET][:100])
    for place in (info.header_offset + 14, at + 16):
        struct.pack_into("<I", content, place, checksum)
    for place in (info.header_offset + 22, at + 24):
        struct.pack_into("<I", content, place, 100)
    return bytes(content)


def entities() -> bytes:
    doctype = (
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet'
    )
    row = '<row r="9"><c r="A9" t="inlineStr"><is><t>&b;&x;</t></is></c></row></sheetData>'
    return with_part(
        SHEET,
        lambda text: text.replace("<worksheet", doctype, 1).replace("</sheetData>", row),
    )


def many_sheets() -> bytes:
    def change(text: str) -> str:
        one = re.search(r"<sheet [^>]*/>", text)
        assert one is not None
        copies = (
            one.group()
            .replace("OrderSKUList", f"s{i}")
            .replace('sheetId="1"', f'sheetId="{i + 1}"')
            for i in range(300)
        )
        return text.replace(one.group(), "".join(copies))

    return with_part(BOOK, change)


def container() -> bytes:
    """The head of the container that holds old and password-protected workbooks."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    )


def case(
    name: str,
    make: Callable[[], bytes],
    word: str = "",
    accepted: int | None = None,
    rows: tuple[tuple[int, str], ...] = (),
    skipped: int = 0,
) -> Case:
    return Case(name, make, word, accepted, rows, skipped, "a.xlsx")


BEYOND = "more memory or time"
CASES = (
    case("a cell at the far corner", lambda: far("XFD", "1048576"), BEYOND),
    case(
        "a dimension that is too large",
        lambda: with_part(
            SHEET,
            lambda text: re.sub(
                r'<dimension ref="[^"]*"/>', '<dimension ref="A1:XFD1048576"/>', text
            ),
        ),
        accepted=2,
    ),
    case("row zero", lambda: with_part(SHEET, lambda t: t.replace('r="A2"', 'r="A0"')), "damaged"),
    case(
        "a shared text that is not there",
        lambda: with_part(SHEET, lambda text: text.replace("<v>0</v>", "<v>99999999</v>")),
        "damaged",
    ),
    case("external entities", entities, "damaged"),
    case("a sheet larger than it says", lying, accepted=2),
    case("three hundred sheets of one part", many_sheets, "more than 50 sheets"),
    case(
        "a macro",
        lambda: packed({**parts(), "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 99}),
        accepted=2,
    ),
    case(
        "no workbook part",
        lambda: packed({n: c for n, c in parts().items() if n != BOOK}),
        "no contract",
    ),
    case(
        "no sheet part", lambda: packed({n: c for n, c in parts().items() if n != SHEET}), "damaged"
    ),
    case(
        "a binary workbook",
        lambda: packed({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"\0" * 99}),
        "damaged",
    ),
    case(
        "elements without end",
        lambda: with_part(
            SHEET, lambda text: text.replace("</sheetData>", "<a>" * 100_000 + "</sheetData>")
        ),
        accepted=2,
    ),
    case(
        "times that are none",
        lambda: with_row(
            '<row r="4"><c r="A4" t="d"><v>9999-99-99</v></c><c r="B4"><v>1e308</v></c></row>'
        ),
        accepted=2,
        rows=((4, ""),),
    ),
    case("workbook cut off", lambda: packed(parts())[:-400], "damaged"),
    case("workbook with a password", container, "password"),
    case(
        "numbers for ids",
        lambda: with_part(
            SHEET,
            lambda text: re.sub(
                r'<c r="(A[23])" t="s"><v>[0-9]+</v>', r'<c r="\1"><v>576461413038785752</v>', text
            ),
        ),
        "every row has lost digits",
    ),
)

HEAVY = (
    case("a cell in a row of billions", lambda: far("A", "4294967295"), BEYOND),
    case("a cell in a column of billions", lambda: far("ZZZZZZZ", "9"), BEYOND),
    case("one text in every cell", shared_bomb, BEYOND),
    case("a cell in the last row", lambda: far("A", "1048576"), "1,048,576 rows"),
)
