"""Files that are refused whole: recorded with reason and mend, left where they are."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.home import Home
from flows.ingest import decompress
from tests.ingest.builders import SHOP, US_HEADER, drop, lake, only, order, run, table
from tests.ingest.test_formats import cells, sheet


def zipped(members: dict[str, bytes], **options: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def refusal(home: Home, content: bytes | str, name: str = "a.csv") -> str:
    path = drop(home, name, content)
    before = path.read_bytes()
    record = only(run(home))
    assert record.status == "refused" and record.mend, record
    assert path.read_bytes() == before
    assert lake(home).is_empty() and not list(home.lake.rglob("*.parquet"))
    (entry,) = json.loads((home.quarantine / "run1" / "refused_files.json").read_text())
    assert entry["name"] == record.file and entry["sha256"] == record.sha256
    assert entry["reason"] == record.reason and entry["mend"] == record.mend and entry["size"]
    return record.reason


GOOD = table([order(1), order(2)])


def test_no_contract_names_what_is_missing(home: Home) -> None:
    text = table([order(1)], [n for n in US_HEADER if n != "Order ID"])
    assert refusal(home, text) == "The file meets no contract."
    mend = json.loads((home.quarantine / "run1" / "refused_files.json").read_text())[0]["mend"]
    assert "seller_center/orders" in mend and "Order ID" in mend


def test_a_header_that_stands_twice(home: Home) -> None:
    reason = refusal(home, table([order(1)], [*US_HEADER, "order id "]))
    assert reason == "The column `Order ID` stands twice in the header."


NO_EXPORTS = [
    (b"", "empty"),
    (b"\n\n", "empty"),
    (b"<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
    (b"  <HTML><table><tr><td>Order ID</td></tr></table>", "web page"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old or a password"),
    (b"%PDF-1.7 ...", "document"),
    (b"7z\xbc\xaf\x27\x1c....", "packed"),
    (bytes(range(256)) * 40, "bytes that no text has"),
    (b"\x81\x8d\x8f" + GOOD.encode(), "encoding"),
    (b"\xef\xbb\xbf" + "é".encode("latin-1") * 3, "claims to be UTF-8"),
    (b'{"a": 1, "b": [', "JSON is damaged"),
    (b'{"hello": "world"}', "no contract"),
    (b"[]", "no contract"),
    (gzip.compress(GOOD.encode())[:-20], "damaged"),
    (gzip.compress(gzip.compress(GOOD.encode())), "another archive"),
    (gzip.compress(GOOD.encode())[:10] + b"x" * 50, "damaged"),
    (b"PK\x03\x04" + b"x" * 500, "damaged"),
    (zipped({"a.csv": GOOD.encode()})[:-30], ".zip file is damaged"),
    (zipped({"a.zip": zipped({"b.csv": GOOD.encode()})}), "another archive"),
    (zipped({}), "no file"),
    (zipped({"../../a.csv": GOOD.encode()}), "leads out"),
    (zipped({"/etc/a.csv": GOOD.encode()}), "leads out"),
    (sheet([list(US_HEADER), cells()])[:-400], "workbook is damaged"),
    (sheet([["hello", "world"]]), "no contract"),
]


@pytest.mark.parametrize(
    ("content", "word"), NO_EXPORTS, ids=[f"{n}-{w}" for n, (_, w) in enumerate(NO_EXPORTS)]
)
def test_what_is_no_export(home: Home, content: bytes, word: str) -> None:
    if not content.strip():
        path = drop(home, "a.csv", content)
        assert word in only(run(home)).reason and path.exists()
    else:
        assert word in refusal(home, content)


def test_a_link_in_a_zip(home: Home) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert "link" in refusal(home, out.getvalue())


def test_a_password_protected_zip(home: Home) -> None:
    content = bytearray(zipped({"a.csv": GOOD.encode()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "password" in refusal(home, bytes(content))


def test_a_broken_member_does_not_stop_the_others(home: Home) -> None:
    packed = bytearray(zipped({"a.csv": GOOD.encode(), "b.csv": table([order(3)]).encode()}))
    start = packed.index(b"a.csv") + len("a.csv")
    packed[start + 40 : start + 60] = b"x" * 20
    drop(home, "a.zip", bytes(packed))
    statuses = {record.file: record.status for record in run(home).files}
    assert statuses == {"a.zip!/a.csv": "refused", "a.zip!/b.csv": "loaded"}


def test_an_archive_that_expands_without_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompress, "RATIO_GRACE", 1 << 20)
    bomb = gzip.compress(GOOD.encode() + b" " * (8 << 20))
    assert "expands" in refusal(home, bomb, "a.csv.gz")
    assert not any(home.work.iterdir())


def test_two_sheets_that_are_exports(home: Home) -> None:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in ("one", "two"):
        page = book.add_worksheet(name)
        page.write_row(0, 0, US_HEADER)
        page.write_row(1, 0, cells())
    book.close()
    assert "More than one sheet" in refusal(home, out.getvalue(), "a.xlsx")


def test_dates_in_both_orders(home: Home) -> None:
    stamps = ("13/05/2026 10:00:00", "05/13/2026 10:00:00")
    rows = [order(i, created_time=s, paid_time="", rts_time="") for i, s in enumerate(stamps)]
    assert refusal(home, table(rows)) == "The file writes its dates in two ways."


def test_am_and_pm_with_the_day_first(home: Home) -> None:
    row = order(1, created_time="13/05/2026 10:00:00 AM")
    assert refusal(home, table([row, order(2)])) == "The file writes its dates in two ways."


def test_amounts_in_both_ways(home: Home) -> None:
    rows = [order(1, order_amount="62,90"), order(2, order_amount="1,062.90")]
    assert refusal(home, table(rows)) == "The file writes its amounts in two ways."


@pytest.mark.parametrize("name", ['"Lamp', '"5" Lamp"', '"Lamp,'])
def test_quotes_that_do_not_pair(home: Home, name: str) -> None:
    lines = table([order(i, product_name="Lamp") for i in range(40)]).splitlines()
    lines[3] = lines[3].replace("Lamp", name)
    assert "pairs" in refusal(home, "\n".join(lines) + "\n")


def test_every_id_destroyed_by_a_spreadsheet(home: Home) -> None:
    rows = [order(i, order_id="5.76461E+17") for i in range(3)]
    assert "every row has lost digits" in refusal(home, table(rows))


def test_every_id_rounded_by_a_spreadsheet(home: Home) -> None:
    rounded = [order(i, order_id=f"57646141303{i}785000") for i in range(1, 4)]
    assert "rounded the ids" in refusal(home, table(rounded))


def test_one_id_in_a_thousand_ends_in_zeros(home: Home) -> None:
    rows = [order(i, order_id=f"57646141303{i}785000") for i in range(1, 4)]
    drop(home, "a.csv", table([*rows, order(4)]))
    assert [record.status for record in run(home).files] == ["loaded"]


def test_ids_of_sixteen_digits_that_count_in_tens(home: Home) -> None:
    rows = [order(i, order_id=f"57646141303{i}7850") for i in range(1, 9)]
    drop(home, "a.csv", table(rows))
    assert [record.status for record in run(home).files] == ["loaded"]


def test_every_id_numeric_in_a_workbook(home: Home) -> None:
    row = cells()
    row[0] = 576461413038785752
    assert "every row has lost digits" in refusal(home, sheet([list(US_HEADER), row]), "a.xlsx")


def test_a_refused_file_does_not_stop_the_others(home: Home) -> None:
    drop(home, "a.csv", b"\x00\x01\x02 nonsense")
    drop(home, "b.csv", GOOD)
    assert {r.file: r.status for r in run(home).files} == {"a.csv": "refused", "b.csv": "loaded"}


def test_files_directly_under_landing(home: Home) -> None:
    (home.landing / "orders.csv").write_text(GOOD)
    record = only(run(home))
    assert (record.shop_id, record.status) == ("", "refused")
    assert "landing/<shop_id>/" in record.mend


def test_links_out_of_landing(home: Home, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text(GOOD)
    (home.landing / SHOP).mkdir()
    (home.landing / SHOP / "a.csv").symlink_to(outside / "a.csv")
    (home.landing / SHOP / "folder").symlink_to(outside)
    (home.landing / SHOP / "nothing").symlink_to(outside / "none")
    (home.landing / "shop2").symlink_to(outside)
    result = run(home)
    assert {(r.shop_id, r.file, r.status) for r in result.files} == {
        (SHOP, "a.csv", "refused"),
        (SHOP, "folder", "refused"),
        (SHOP, "nothing", "refused"),
        ("", "shop2", "refused"),
    }
    assert run(home, "run2").read == ()


def test_special_files_are_not_opened(home: Home) -> None:
    (home.landing / SHOP).mkdir()
    os.mkfifo(home.landing / SHOP / "pipe.csv")
    assert only(run(home)).status == "refused"


WHOLE = [
    GOOD.encode(),
    gzip.compress(GOOD.encode()),
    zipped({"a.csv": GOOD.encode()}),
    sheet([list(US_HEADER), cells()]),
    GOOD.encode("utf-16"),
]


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_anywhere_never_stops_a_run(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(WHOLE))
    start = data.draw(st.integers(0, len(whole)))
    damaged = (
        whole[:start]
        + data.draw(st.binary(max_size=60))
        + whole[data.draw(st.integers(start, len(whole))) :]
    )
    home = Home(tmp_path_factory.mktemp("home")).create()
    drop(home, "a", damaged)
    result = run(home)
    assert {record.status for record in result.files} <= {"loaded", "refused"}
    assert not any(home.work.iterdir())
