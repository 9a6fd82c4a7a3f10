"""Delimited text that was cut, mangled or made up."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.case import Case
from tests.ingest.builders import EVENT, US_HEADER, order, table, tracking

CLEAN = table([order(1), order(2), order(3)])
HEAD, *LINES = CLEAN.splitlines(keepends=True)
FIRST_ROW = len(HEAD)


def text(made: str, encoding: str = "utf-8", errors: str = "strict") -> Callable[[], bytes]:
    return lambda: made.encode(encoding, errors)


def changed(**changes: str) -> str:
    """Three orders of which the second is changed."""
    return table([order(1), order(2, **changes), order(3)])


def row(name: str, word: str, **changes: str) -> Case:
    """The second order, in the third row of the file, is refused and the others are not."""
    return Case(name, text(changed(**changes)), accepted=2, rows=((3, word),))


def fine(name: str, accepted: int, made: str | bytes, *, skipped: int = 0) -> Case:
    content = made if isinstance(made, bytes) else made.encode()
    return Case(name, lambda: content, accepted=accepted, skipped=skipped)


def cut(name: str, upto: int, accepted: int, rows: tuple[tuple[int, str], ...]) -> Case:
    return Case(name, text(CLEAN[:upto]), accepted=accepted, rows=rows)


_SECOND = FIRST_ROW + len(LINES[0])
_TITLE = CLEAN.index('"Lamp', _SECOND)

CUT = (
    Case("cut within the header", text(HEAD[:200]), "no contract"),
    cut("cut after the header's text", FIRST_ROW - 1, 0, ()),
    cut("cut after the header", FIRST_ROW, 0, ()),
    cut("cut within the first id", FIRST_ROW + 5, 0, ((2, "cut off"),)),
    cut("cut within the second id", _SECOND + 5, 1, ((3, "cut off"),)),
    cut("cut behind an id", CLEAN.index(",", _SECOND), 1, ((3, "cut off"),)),
    cut("cut behind a delimiter", CLEAN.index(",", _SECOND) + 1, 1, ((3, "cut off"),)),
    cut("cut within a quoted cell", _TITLE + 8, 1, ((3, "cut off"),)),
    cut("cut between two quotes", CLEAN.index('""', _TITLE) + 1, 1, ((3, "cut off"),)),
    cut("cut before the line end", _SECOND + len(LINES[1]) - 1, 2, ()),
    Case(
        "cut within a line end",
        text(table([order(1), order(2)], line_end="\r\n")[:-1]),
        accepted=2,
    ),
    Case(
        "cut within a character",
        lambda: changed(product_name="Đèn ấm").encode().rsplit("ấ".encode()[1:], 1)[0],
        "UTF-8 with damaged characters",
    ),
    Case("UTF-16 cut within a character", lambda: CLEAN.encode("utf-16")[:-1], "encoding"),
)

_LINES = "Đèn ấm, Stehlampe «été», 5 €"
OTHER_ENCODINGS = (
    ("gb18030", "台灯暖光床头灯", "encoding"),
    ("shift_jis", "ランプ 暖かい光", "encoding"),
    ("big5", "檯燈暖光床頭燈", "encoding"),
    ("euc_kr", "따뜻한 조명 램프", "encoding"),
    ("euc_jp", "ランプ 暖かい光", "encoding"),
    ("cp1251", "Лампа тёплая", "encoding"),
    ("koi8_r", "Лампа тёплая", "encoding"),
    ("cp874", "โคมไฟอบอุ่น", "encoding"),
    ("utf-16-le", "a\ud800b", "encoding"),
    ("utf-32-le", "lamp", "bytes that no text has"),
    ("utf-32-be", "lamp", "bytes that no text has"),
)
ENCODINGS = (
    *(
        Case(f"in {name}", text(changed(product_name=title), name, "surrogatepass"), word)
        for name, title, word in OTHER_ENCODINGS
    ),
    Case(
        "half a character in UTF-8",
        text(changed(product_name="Đèn ấm áp a\ud800b"), "utf-8", "surrogatepass"),
        "UTF-8 with damaged characters",
    ),
    Case(
        "one damaged character in UTF-8",
        lambda: changed(product_name="Đèn ấm áp").encode().replace("Đ".encode(), b"\xc4", 1),
        "UTF-8 with damaged characters",
    ),
    Case("the mark of UTF-8 before another encoding", lambda: b"\xef\xbb\xbf\xe9", "claims to be"),
    *(
        fine(f"with mark in {name}", 3, mark + changed(product_name=_LINES).encode(name))
        for name, mark in (
            ("utf-8", b"\xef\xbb\xbf"),
            ("utf-16-le", b"\xff\xfe"),
            ("utf-16-be", b"\xfe\xff"),
            ("utf-32-le", b"\xff\xfe\0\0"),
            ("utf-32-be", b"\0\0\xfe\xff"),
        )
    ),
    fine("without mark in utf-16-le", 3, CLEAN.encode("utf-16-le")),
    fine("without mark in utf-16-be", 3, CLEAN.encode("utf-16-be")),
    fine(
        "in cp1252", 3, changed(product_name="Café “Zoë” créée, «été», größte €5").encode("cp1252")
    ),
)

BYTES = (
    Case("nothing", lambda: b"", "empty"),
    Case("blank lines alone", lambda: b"\r\n" * 50, "empty"),
    Case("a mark alone", lambda: b"\xef\xbb\xbf", "empty"),
    Case("NUL bytes", lambda: b"\0" * 5000, "bytes that no text has"),
    Case("NUL bytes in a cell", text(changed(seller_sku="a\0b")), "bytes that no text has"),
    Case("NUL characters in UTF-16", text(changed(seller_sku="a\0b"), "utf-16"), "no text has"),
    Case("every byte there is", lambda: bytes(range(256)) * 40, "bytes that no text has"),
    Case("HTML saved as CSV", lambda: b"<!DOCTYPE html><html><body>Log in</body>", "web page"),
    Case("HTML table", lambda: b"\n <table><tr><td>Order ID</td></tr>", "web page", file="a.xls"),
    Case("HTML in UTF-16", text("<html><body>Log in</body></html>", "utf-16"), "web page"),
    Case("XML spreadsheet", lambda: b'<?xml version="1.0"?><Workbook/>', "web page", file="a.xml"),
    Case("PDF", lambda: b"%PDF-1.7\n" + b"x" * 99, "document", file="a.pdf"),
    Case("Parquet", lambda: b"PAR1" + b"\0" * 99, "document", file="a.parquet"),
    Case("picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "document", file="a.csv"),
    Case("program", lambda: b"\x7fELF" + b"\0\1" * 99, "no contract"),
)

HEADERS = (
    Case("header alone", text(HEAD), accepted=0),
    Case("duplicate header", text(table([order(1)], [*US_HEADER, "order id "])), "stands twice"),
    Case("no header", text("".join(LINES)), "no contract"),
    Case("prose", text("Dear seller,\nyour export is ready.\n"), "no contract"),
    Case("one long line", text("word " * 100_000), "no contract"),
    Case("unknown columns alone", text("a,b,c\n1,2,3\n"), "no contract"),
    Case("another market's file", text("Bestellnummer,Status\n1,Offen\n"), "no contract"),
    Case("delimiters alone", text(",,,,\n,,,,\n"), "no contract"),
    fine("header twice", 3, HEAD + CLEAN, skipped=1),
    fine("banner before the header", 3, '"Export of\nApril"\n\nx,y\n' + CLEAN, skipped=3),
)

_FEW = [name for name in US_HEADER if name != "Product Name"]
LAYOUT = (
    fine("carriage returns for line ends", 3, table([order(i) for i in (1, 2, 3)], line_end="\r")),
    fine(
        "line separators in a cell",
        2,
        table([order(1), order(2, product_name="a\u2028b\x85c")])[:-1],
    ),
    fine("line break in the last cell", 2, table([order(1), order(2, creator_handle="a\nb")])[:-1]),
    Case(
        "a delimiter too many",
        text(
            table([order(1)], _FEW)
            + table([order(2)], _FEW).split("\n", 1)[1].replace(",", ",x,", 1)
        ),
        accepted=1,
        rows=((3, "more cells"),),
    ),
    Case(
        "other delimiters in one line",
        text(table([order(1)]) + table([order(2)], delimiter=";").split("\n", 1)[1]),
        accepted=1,
        rows=((3, ""),),
    ),
    Case("a quote never closed", text(HEAD + LINES[0] + '"' + LINES[1] + LINES[2]), "pairs"),
    Case("a quote closed too early", text(CLEAN.replace('"Lamp', '"La"mp', 1)), "pairs"),
    Case(
        "dates in both orders",
        text(
            table(
                [
                    order(1, created_time="13/05/2026 10:00:00"),
                    order(2, created_time="05/13/2026 10:00:00"),
                ]
            )
        ),
        "dates in two ways",
    ),
    Case(
        "amounts in both ways",
        text(
            table(
                [
                    order(1, order_amount="62,90"),
                    order(2, order_amount="1,062.90"),
                ]
            )
        ),
        "amounts in two ways",
    ),
)

IDS = (
    row("id in scientific notation", "lost digits", order_id="5.76461E+17"),
    row("id with a decimal point", "lost digits", order_id="576461413038785752.0"),
    row(
        "id in full-width digits",
        "characters that no id has",
        order_id="５７６４６１４１３０３８７８０００１",
    ),
    row(
        "id with a mark of direction",
        "characters that no id has",
        order_id="57646141303\u200f8780001",
    ),
    row(
        "id with an invisible space",
        "characters that no id has",
        order_id="57646141303\u200b8780001",
    ),
    row("id with half a character", "characters that no id has", order_id="57646\ufffd1303"),
    row("id with a line break", "characters that no id has", order_id="57646141303\n8780001"),
    row("id of a null word", "must have a value", order_id="\t"),
    fine("id with leading zeros", 3, changed(order_id="000061413038780002")),
    Case(
        "every id in scientific notation",
        text(table([order(i, order_id="5.76461E+17") for i in range(3)])),
        "every row has lost digits",
    ),
    Case(
        "every id rounded",
        text(table([order(i, order_id=f"57646141303{i}785000") for i in range(1, 4)])),
        "rounded the ids",
    ),
)

TIMES = (
    *tuple(
        row(f"time {stamp!r}", "not a time", created_time=stamp)
        for stamp in (
            "02/30/2026 10:00:00",
            "13/13/2026 10:00:00",
            "04/05/0001 10:00:00",
            "04/05/9999 10:00:00",
            "04/05/2026 25:00:00",
            "04/05/2026 10:60:00",
            "04/05/2026 13:00:00 PM",
            "46117.5",
            "1775433268",
            "٠٤/٠٥/٢٠٢٦ ١٠:٠٠:٠٠",
            "0000-00-00 00:00:00",
            "yesterday",
            "2026-04-05T10:00:00+99:99",
            "2026-04-05T10:00:00+15:00",
            "-2026-04-05",
            "04/05/26",
            "2026-W15-1",
        )
    ),
    row("time before the platform", "below", created_time="04/05/1970 10:00:00"),
    fine(
        "times in the gap and the fold",
        3,
        table(
            [
                order(1, created_time="03/08/2026 02:30:00"),
                order(2, created_time="11/01/2026 01:30:00"),
                order(3, created_time="2026-11-01T01:30:00-08:00"),
            ]
        ),
    ),
)

NUMBERS = (
    row("negative quantity", "below", quantity="-1"),
    row("quantity beyond any", "above", quantity="2147483647"),
    row("quantity beyond an integer", "whole number", quantity="99999999999999999999"),
    row("half a quantity", "whole number", quantity="1.5"),
    row("quantity in full-width digits", "whole number", quantity="２"),
    row("quantity NaN", "whole number", quantity="NaN"),
    row("quantity in scientific notation", "whole number", quantity="1e3"),
    *(
        row(f"amount {amount!r}", "not a number", order_amount=amount)
        for amount in (
            "NaN",
            "inf",
            "1e5",
            "1.2.3",
            "１０.２５",
            "12 34",
            "0x10",
            "$",
            "9" * 16,
            "1" + "0" * 400,
            "=1+1",
            "1/2",
        )
    ),
    row("two currencies in a row", "two currencies", order_amount="USD 5.00", taxes="EUR 1.00"),
    fine("negative amount", 3, changed(order_amount="-1,022.25")),
    row("amount of a trillion", "larger than any", order_amount="999999999999.99"),
    row("amount of minus a trillion", "larger than any", order_amount="-999999999999.99"),
    fine("amount of billions", 3, changed(order_amount="9999999999.99")),
)

CELLS = (
    Case(
        "tracking: an unknown event",
        text(tracking(EVENT, (*EVENT[:3], "teleported", *EVENT[4:]))),
        accepted=1,
        rows=((3, "word"),),
    ),
    row("text beyond a cell", "longer than any cell", product_name="x" * 40_000),
    fine("marks of direction in a text", 3, changed(product_name="\u202etxt.exe\u2066")),
    fine("formula in a text", 3, changed(product_name="=HYPERLINK(1)")),
)

CASES = (*CUT, *ENCODINGS, *BYTES, *HEADERS, *LAYOUT, *IDS, *TIMES, *NUMBERS, *CELLS)
