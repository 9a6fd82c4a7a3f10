"""Every way in which an export is written comes to the same rows."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from flows.home import Home
from tests.ingest.builders import (
    DESCRIPTION,
    EVENT,
    ORDERS,
    TRACKING_HEADER,
    US_HEADER,
    drop,
    lake,
    only,
    order,
    run,
    table,
    tracking,
)

CONTENT = ["order_id", "sku_id", "order_amount", "created_at", "product_name", "zip3"]


def plain() -> str:
    return table([order(1), order(2, product_name="Đèn “ấm”; 5 in")])


def expect_plain(home: Home) -> None:
    found = lake(home).select(CONTENT).rows()
    assert found[0] == (
        "576461413038780001",
        "172940000000000001",
        Decimal("1022.25"),
        datetime(2026, 4, 6, 6, 54, 28),
        'Lamp, 5" "warm" light',
        "902",
    )
    assert len(found) == 2


def test_a_plain_us_export(home: Home) -> None:
    drop(home, "a.csv", plain())
    record = only(run(home))
    assert (record.status, record.feed) == ("loaded", "seller_center/orders")
    assert (record.rows_read, record.rows_accepted) == (2, 2)
    assert record.date_order == "month_first" and record.delimiter == ","
    expect_plain(home)
    row = lake(home).row(0, named=True)
    assert row["order_status"] == "completed" and row["order_substatus"] == "delivered"
    assert row["created_on"] == date(2026, 4, 5)
    assert row["quantity"] == 2 and row["weight_kg"] == Decimal("0.250")
    assert row["currency"] == "USD" and row["creator_handle"] == "creator"
    assert row["tracking_number"] == "1Z5R89390357567127" and row["tracking_fits"] == "ups"
    assert row["shipped_at"] is None and row["shop_id"] == "shop1" and row["row_number"] == 2


def test_the_lake_has_the_contracts_schema(home: Home) -> None:
    from flows.contracts import lake_schema

    drop(home, "a.csv", plain())
    run(home)
    assert dict(lake(home).schema) == lake_schema(ORDERS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(home: Home, encoding: str) -> None:
    drop(home, "a.csv", plain().encode(encoding))
    record = only(run(home))
    expect_plain(home)
    assert lake(home)["product_name"][1] == "Đèn “ấm”; 5 in"
    assert record.encoding.replace("-", "").startswith(encoding.replace("-", "")[:5])


def test_utf_16_big_endian_with_its_mark(home: Home) -> None:
    drop(home, "a.csv", b"\xfe\xff" + plain().encode("utf-16-be"))
    run(home)
    expect_plain(home)


def test_windows_1252(home: Home) -> None:
    drop(home, "a.csv", table([order(1), order(2, product_name="Café “Zoë” €5")]).encode("cp1252"))
    assert only(run(home)).encoding == "cp1252"
    assert lake(home)["product_name"][1] == "Café “Zoë” €5"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(home: Home, delimiter: str, line_end: str) -> None:
    drop(home, "a.csv", table([order(1), order(2)], delimiter=delimiter, line_end=line_end))
    assert only(run(home)).delimiter == delimiter
    expect_plain(home)


def test_no_line_end_at_the_end(home: Home) -> None:
    drop(home, "a.csv", plain().rstrip("\n"))
    assert only(run(home)).rows_accepted == 2


def test_the_name_of_a_file_says_nothing(home: Home) -> None:
    drop(home, "deep/er/tracking_events.xlsx", plain())
    drop(home, "orders.csv", tracking(EVENT))
    feeds = {record.file: record.feed for record in run(home).files}
    assert feeds == {
        "deep/er/tracking_events.xlsx": "seller_center/orders",
        "orders.csv": "carriers/tracking_events",
    }


def test_gzip(home: Home) -> None:
    drop(home, "a.csv.gz", gzip.compress(plain().encode()))
    assert only(run(home)).archive_sha256 is None
    expect_plain(home)


def test_zip_with_many_members(home: Home) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", plain())
        archive.writestr("sub/events.csv", tracking(EVENT))
        archive.writestr("sub/", "")
        archive.writestr("__MACOSX/._orders.csv", "x")
        archive.writestr("readme.txt", "hello\n")
    drop(home, "all.zip", packed.getvalue())
    result = run(home)
    found = {record.file: (record.feed, record.status) for record in result.files}
    assert found == {
        "all.zip!/orders.csv": ("seller_center/orders", "loaded"),
        "all.zip!/sub/events.csv": ("carriers/tracking_events", "loaded"),
        "all.zip!/readme.txt": (None, "refused"),
    }
    assert len({record.archive_sha256 for record in result.files}) == 1
    assert len({record.sha256 for record in result.files}) == 3
    expect_plain(home)


def test_banner_lines_description_row_and_blank_rows(home: Home) -> None:
    head, *rows = plain().splitlines(keepends=True)
    description = ",".join([DESCRIPTION, *("Some text." for _ in US_HEADER[1:])]) + "\n"
    blank = "," * (len(US_HEADER) - 1) + "\n"
    banner = '"Export of [2026-04-01 ~ 2026-04-30]\n"\n\nDownload time,2026-04-30\n'
    drop(home, "a.csv", banner + head + description + rows[0] + "\n" + blank + rows[1] + "\n")
    record = only(run(home))
    assert (record.rows_read, record.rows_accepted, record.rows_skipped) == (9, 2, 7)
    # The spreadsheet's numbering: three rows of banner, the header, the description.
    assert lake(home)["row_number"].to_list() == [6, 9]


def test_files_glued_together_have_their_header_twice(home: Home) -> None:
    drop(home, "a.csv", table([order(1)]) + table([order(2)]))
    record = only(run(home))
    assert (record.rows_accepted, record.rows_skipped, record.rows_quarantined) == (2, 1, 0)


def test_line_breaks_within_cells(home: Home) -> None:
    drop(home, "a.csv", table([order(1, product_name="two\nlines"), order(2)]))
    assert only(run(home)).rows_accepted == 2
    assert lake(home)["product_name"][0] == "two\nlines"
    assert lake(home)["row_number"].to_list() == [2, 3]


def test_a_stray_quote_in_a_cell(home: Home) -> None:
    name = US_HEADER.index("Product Name")
    line = [""] * len(US_HEADER)
    for header, value in order(1).items():
        line[US_HEADER.index(header)] = value.replace(",", " ").replace('"', "")
    line[name] = '5" nail'
    other = [cell.replace('5" nail', "screw") for cell in line]
    drop(
        home, "a.csv", "\n".join(",".join(cells) for cells in (US_HEADER, line, other, line)) + "\n"
    )
    record = only(run(home))
    assert (record.rows_read, record.rows_accepted) == (3, 3)
    assert lake(home)["product_name"].to_list() == ['5" nail', "screw", '5" nail']


def test_older_header_with_a_column_less_and_an_unknown_one_more(home: Home) -> None:
    header = [n for n in US_HEADER if n not in ("Product ID", "Order Channel", "Creator Handle")]
    header.insert(6, "Barcodes")
    drop(home, "a.csv", table([order(1)], header))
    assert only(run(home)).rows_accepted == 1
    assert lake(home)["product_id"].to_list() == [None]


@pytest.mark.parametrize("layout", [item.name for item in ORDERS.file_layouts])
def test_every_known_header(home: Home, layout: str) -> None:
    header = next(item.header for item in ORDERS.file_layouts if item.name == layout)
    drop(home, "a.csv", table([order(1)], header))
    assert only(run(home)).rows_accepted == 1


def sheet(rows: list[list[object]], name: str = "OrderSKUList") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(name)
    moment = book.add_format({"num_format": "mm/dd/yyyy hh:mm:ss"})
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                page.write_datetime(number, column, cell, moment)
            elif isinstance(cell, (int, float)):
                page.write_number(number, column, cell)
            elif cell:
                page.write_string(number, column, str(cell))
    book.close()
    return out.getvalue()


def cells(**changes: str) -> list[object]:
    row = order(1, **changes)
    return [row.get(name, "") for name in US_HEADER]


def malformed(book: bytes) -> bytes:
    """The workbook as the platform writes it: one header cell a row, a dimension of one cell."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                text = re.sub(
                    r'<dimension ref="[^"]*"/>', '<dimension ref="A1:A1"/>', content.decode()
                )
                first = re.search(r'<row r="1"[^>]*>(.*?)</row>', text)
                assert first is not None
                single = re.findall(r"<c .*?</c>", first.group(1))
                text = text.replace(
                    first.group(0), "".join(f'<row r="1">{c}</row>' for c in single)
                )
                content = text.encode()
            target.writestr(info.filename, content)
    return out.getvalue()


def test_workbook_with_description_row(home: Home) -> None:
    description: list[object] = [DESCRIPTION, *("Some text." for _ in US_HEADER[1:])]
    drop(home, "a.xlsx", sheet([list(US_HEADER), description, cells()]))
    record = only(run(home))
    assert (record.rows_read, record.rows_accepted, record.rows_skipped) == (2, 1, 1)
    assert lake(home)["row_number"].to_list() == [3]
    assert lake(home)["created_at"].to_list() == [datetime(2026, 4, 6, 6, 54, 28)]


def test_workbook_with_one_cell_a_row_and_a_broken_dimension(home: Home) -> None:
    book = malformed(sheet([list(US_HEADER), cells(), cells(order_id="576461413038780002")]))
    drop(home, "a.xlsx", book)
    assert only(run(home)).rows_accepted == 2


def test_workbook_with_typed_cells(home: Home) -> None:
    row = cells()
    row[US_HEADER.index("Quantity")] = 3
    row[US_HEADER.index("Order Amount")] = 12.5
    row[US_HEADER.index("Created Time")] = datetime(2026, 4, 5, 23, 54, 28)
    row[US_HEADER.index("Zipcode")] = 2134
    row[US_HEADER.index("SKU ID")] = 123456789012345
    drop(home, "a.xlsx", sheet([list(US_HEADER), row]))
    assert only(run(home)).rows_accepted == 1
    found = lake(home).row(0, named=True)
    assert (found["quantity"], found["order_amount"]) == (3, Decimal("12.50"))
    assert (found["zip3"], found["sku_id"]) == ("021", "123456789012345")
    assert found["created_at"] == datetime(2026, 4, 6, 6, 54, 28)


def test_workbook_in_a_zip(home: Home) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.xlsx", sheet([list(US_HEADER), cells()]))
    drop(home, "a.zip", packed.getvalue())
    assert only(run(home)).file == "a.zip!/a.xlsx"


def test_json_with_the_headers_as_keys(home: Home) -> None:
    event = dict(zip(TRACKING_HEADER, EVENT, strict=True))
    drop(home, "list.json", json.dumps([event, {**event, "event_code": "delivered"}]))
    drop(home, "lines.jsonl", "".join(json.dumps({**event, "carrier": c}) + "\n" for c in "AB"))
    drop(home, "packed.json.gz", gzip.compress(json.dumps([event]).encode("utf-16")))
    result = run(home)
    assert [record.rows_accepted for record in result.files] == [2, 2, 1]
    assert lake(home, "carriers/tracking_events")["row_number"].sort().to_list() == [1, 1, 1, 2, 2]


def test_canonical_tracking(home: Home) -> None:
    drop(home, "t.csv", tracking(EVENT, (" 1z5r 8939", "UPS", "2026-04-06 11:00:00", *EVENT[3:])))
    run(home)
    found = lake(home, "carriers/tracking_events")
    assert found["tracking_number"].to_list() == ["1Z5R89390357567127", "1Z5R8939"]
    assert found["event_at"].to_list() == [datetime(2026, 4, 6, 18)] * 2
    assert found["event_on"].to_list() == [date(2026, 4, 6)] * 2
    assert found["event_zip3"].to_list() == ["902", "902"]
    assert "event_city" not in found.columns


@pytest.mark.parametrize(
    ("created", "paid", "order_name", "expected"),
    [
        ("04/05/2026 11:54:28 PM", "", "month_first", datetime(2026, 4, 6, 6, 54, 28)),
        ("25/12/2026 10:00:00", "", "day_first", datetime(2026, 12, 25, 18)),
        ("12/25/2026 10:00:00", "", "month_first", datetime(2026, 12, 25, 18)),
        ("04/05/2026 10:00:00", "13/05/2026 10:00:00", "day_first", datetime(2026, 5, 4, 17)),
        ("04/05/2026 10:00:00", "", "month_first", datetime(2026, 4, 5, 17)),
        ("2026/04/05 10:00:00", "", "month_first", datetime(2026, 4, 5, 17)),
        ("2026-04-05T10:00:00Z", "", "month_first", datetime(2026, 4, 5, 10)),
        ("4/5/2026 23:54", "4/13/2026 1:00", "month_first", datetime(2026, 4, 6, 6, 54)),
    ],
)
def test_date_orders(
    home: Home, created: str, paid: str, order_name: str, expected: datetime
) -> None:
    drop(home, "a.csv", table([order(1, created_time=created, paid_time=paid, rts_time="")]))
    record = only(run(home))
    assert (record.rows_accepted, record.date_order) == (1, order_name)
    assert lake(home)["created_at"].to_list() == [expected]


def test_evidence_at_the_end_of_a_long_file_decides_its_beginning(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.ingest import delimited

    monkeypatch.setattr(delimited, "FIRST_PIECE", 2000)
    monkeypatch.setattr(delimited, "PIECE", 2000)
    stamps = ["04/05/2026 10:00:00"] * 30 + ["25/05/2026 10:00:00"]
    rows = [order(i, created_time=s, paid_time="", rts_time="") for i, s in enumerate(stamps)]
    drop(home, "a.csv", table(rows))
    record = only(run(home))
    assert (record.rows_accepted, record.date_order) == (31, "day_first")
    assert lake(home)["created_on"].to_list()[:30] == [date(2026, 5, 4)] * 30
    assert lake(home)["row_number"].to_list() == list(range(2, 33))


@pytest.mark.parametrize(
    ("amounts", "expected", "currency"),
    [
        (("$1,022.25", "$2.00"), ("1022.25", "2.00"), "USD"),
        (("THB 790.00", "THB 1,790.00"), ("790.00", "1790.00"), "THB"),
        (("R$ 62,90", "R$ 1.062,00"), ("62.90", "1062.00"), "BRL"),
        (("1.022", "62,90"), ("1022.00", "62.90"), "USD"),
        (("₱1,234.50", "-"), ("1234.50", None), "PHP"),
    ],
)
def test_money_texts(
    home: Home, amounts: tuple[str, ...], expected: tuple[str | None, ...], currency: str
) -> None:
    zero = {"sku_unit_original_price": "", "sku_subtotal_after_discount": "", "taxes": ""}
    drop(home, "a.csv", table([order(i, order_amount=a, **zero) for i, a in enumerate(amounts)]))
    assert only(run(home)).rows_accepted == 2
    found = lake(home)
    assert found["order_amount"].to_list() == [Decimal(v) if v else None for v in expected]
    assert found["currency"][0] == currency


@pytest.mark.parametrize("word", ["", "-", "--", "N/A", "/", "\t", " ", "-\t"])
def test_null_words(home: Home, word: str) -> None:
    changes = dict.fromkeys(
        (
            "product_name",
            "order_amount",
            "paid_time",
            "package_id",
            "tracking_id",
            "zipcode",
            "creator_handle",
            "weight_kg_",
            "order_substatus",
            "sku_quantity_of_return",
        ),
        word,
    )
    drop(home, "a.csv", table([order(1, **changes)]))
    assert only(run(home)).rows_accepted == 1
    found = lake(home).row(0, named=True)
    for name in (
        "product_name",
        "order_amount",
        "paid_at",
        "paid_on",
        "package_id",
        "zip3",
        "tracking_number",
        "tracking_fits",
        "creator_handle",
        "weight_kg",
        "order_substatus",
        "returned_quantity",
    ):
        assert found[name] is None, name


def test_words_of_other_markets(home: Home) -> None:
    words = ["ยกเลิกแล้ว", "Đã hủy", "Dibatalkan", "canceled", "CANCELLED", "Something New"]
    drop(home, "a.csv", table([order(i, order_status=w) for i, w in enumerate(words)]))
    run(home)
    assert lake(home)["order_status"].to_list() == ["cancelled"] * 5 + ["something new"]


def test_header_in_decomposed_unicode(home: Home) -> None:
    import unicodedata

    drop(home, "a.csv", "\ufeff" + unicodedata.normalize("NFD", plain()))
    assert only(run(home)).rows_accepted == 2


def test_a_file_of_a_header_alone_is_loaded(home: Home) -> None:
    drop(home, "a.csv", table([]))
    record = only(run(home))
    assert (record.status, record.rows_read, record.lake_paths) == ("loaded", 0, ())


def test_a_large_file_in_pieces_is_the_same_as_in_one(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.ingest import delimited, reading

    text = table([order(i % 9999, product_name=f'a "{i}"\nb,') for i in range(500)])
    drop(home, "a.csv", text)
    run(home)
    other = Home(tmp_path / "other").create()
    monkeypatch.setattr(delimited, "FIRST_PIECE", 1500)
    monkeypatch.setattr(delimited, "PIECE", 7000)
    monkeypatch.setattr(reading, "PART_ROWS", 40)
    drop(other, "a.csv", text)
    record = only(run(other))
    assert len(record.lake_paths) > 5
    assert lake(other).equals(lake(home))
    assert isinstance(lake(home), pl.DataFrame)


def test_workbook_with_blank_rows_above_its_header(home: Home) -> None:
    drop(home, "a.xlsx", sheet([[], ["Export of April"], [], list(US_HEADER), cells()]))
    record = only(run(home))
    assert (record.rows_accepted, record.rows_read) == (1, 1 + record.rows_skipped)


def test_a_vendors_json(home: Home) -> None:
    tracker = {
        "object": "Tracker",
        "tracking_code": "9400111206206406260787",
        "carrier": "USPS",
        "public_url": "https://example.com/CANARY",
        "tracking_details": [
            {
                "status": "pre_transit",
                "message": "Label",
                "datetime": "2026-04-05T10:00:00Z",
                "tracking_location": {
                    "city": "CANARY",
                    "state": "CA",
                    "zip": "90210",
                    "country": "US",
                },
            },
            {
                "status": "delivered",
                "message": "Done",
                "datetime": "2026-04-07T10:00:00Z",
                "tracking_location": {
                    "city": "CANARY",
                    "state": "CA",
                    "zip": "90210",
                    "country": "US",
                },
            },
        ],
    }
    drop(home, "tracker.json", json.dumps(tracker))
    drop(home, "trackers.json", json.dumps({"trackers": [tracker, tracker], "has_more": False}))
    drop(home, "trackers.jsonl", json.dumps(tracker) + "\n" + json.dumps(tracker) + "\n")
    assert [record.rows_accepted for record in run(home).files] == [2, 4, 4]
    found = lake(home, "carriers/tracking_events")
    assert found["event_code"].unique().sort().to_list() == ["delivered", "label_created"]
    assert found["event_zip3"].unique().to_list() == ["902"]
    assert found["event_at"].min() == datetime(2026, 4, 5, 10)
