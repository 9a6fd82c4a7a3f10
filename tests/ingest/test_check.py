"""`check_file` says what ingest would do, and does nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from flows.commands.check import check_files, lines
from flows.home import Home
from flows.ingest import Shop, check_file
from tests.ingest.builders import EVENT, SHOP, drop, only, order, run, table, tracking


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table([order(1)], [*order(1), "Surprise"]))
    report = check_file(path)
    (member,) = report.members
    assert report.is_clean and member.feed == "seller_center/orders"
    assert (member.rows_read, member.rows_accepted) == (1, 1)
    assert "Order ID" in member.read_columns and "Recipient" in member.dropped_columns
    assert member.unknown_columns == ("Surprise",)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]


def test_refused_rows_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table([order(i, quantity="0") for i in range(50)] + [order(99)]))
    (member,) = check_file(path).members
    assert (member.rows_accepted, member.rows_quarantined) == (1, 50)
    assert member.reasons == (("The value is below what the contract allows.", 50),)
    assert [row.row_number for row in member.refused_rows] == list(range(2, 22))
    assert member.refused_rows[0].column == "quantity" and member.refused_rows[0].mend


def test_a_refused_file_and_the_members_of_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", table([order(1)]))
        archive.writestr("b.csv", "hello,world\n1,2\n")
    path.write_bytes(packed.getvalue())
    first, second = check_file(path).members
    assert first.file == "all.zip!/a.csv" and not first.is_refused
    assert second.is_refused and second.reason and second.mend


def test_the_shops_zone_and_market_count(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        table([order(1, created_time="04/05/2026 10:00:00", paid_time="", rts_time="")])
    )
    assert check_file(path).members[0].date_order == "month_first"
    shop = Shop("x", market="VN", timezone="Asia/Ho_Chi_Minh", currency="VND")
    assert check_file(path, shop).members[0].date_order == "day_first"


def test_it_agrees_with_ingest(home: Home) -> None:
    path = drop(home, "t.csv", tracking(EVENT, (*EVENT[:2], "never", *EVENT[3:])))
    (member,) = check_file(path).members
    record = only(run(home))
    assert (member.rows_read, member.rows_accepted, member.rows_quarantined) == (
        record.rows_read,
        record.rows_accepted,
        record.rows_quarantined,
    )


def test_json_has_no_unknown_columns(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(order(i)) + "\n" for i in (1, 2)))
    (member,) = check_file(path).members
    assert (member.rows_accepted, member.unknown_columns) == (2, ())


def test_it_says_for_which_shop_a_file_was_read(home: Home) -> None:
    declaration = f"shop_id,market,timezone\n{SHOP},TH,Asia/Bangkok\n"
    times = {"created_time": "05/04/2026 10:00:00", "paid_time": "", "rts_time": ""}
    drop(home, "shops.csv", declaration)
    path = drop(home, "a.csv", table([order(1, **times)]))
    (before,) = check_files(home, [path], None)["files"]
    assert (before["date_order"], before["is_declared"]) == ("month_first", False)
    assert "market US" in str(lines(before)) and "no reference/shops" in str(lines(before))
    run(home)
    (after,) = check_files(home, [path], None)["files"]
    assert (after["date_order"], after["is_declared"]) == ("day_first", True)
    assert "market TH, Asia/Bangkok" in str(lines(after))


def test_names_that_a_run_leaves_alone_and_files_of_no_shop(home: Home) -> None:
    part = drop(home, "a.csv.part", table([order(1)]))
    loose = home.landing / "loose.csv"
    loose.write_text(table([order(1)]))
    first, second = check_files(home, [part, loose], None)["files"]
    assert first["is_left_alone"] and "left alone" in lines(first)[0]
    assert "directly under landing/" in second["reason"] and second["shop_id"] is None
