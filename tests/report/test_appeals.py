"""The appeal pack: the sentence of each order, and the file."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows.report.context import Shop
from flows.report.marts.day import ShopDay
from flows.report.worklists.appeals import APPEAL_COLUMNS, explained, read_appeals
from flows.report.worklists.write import csv_frame

PACIFIC = "America/Los_Angeles"
SCHEMA: dict[str, Any] = {
    "order_id": pl.String,
    "order_type": pl.String,
    "created_at": pl.Datetime("us"),
    "dispatch_due_at": pl.Datetime("us"),
    "tendered_at": pl.Datetime("us"),
    "first_scan_at": pl.Datetime("us"),
    "tendered_before_due_hours": pl.Float64,
    "scan_delay_hours": pl.Float64,
    "warehouse": pl.String,
    "shipment_id": pl.String,
    "tracking_number": pl.String,
    "carrier": pl.String,
    "scan_count": pl.Int64,
    "scans": pl.String,
    "policy_version": pl.String,
    "clock_starts": pl.String,
    "day_zero_on": pl.Date,
    "business_days": pl.String,
    "skipped_days": pl.String,
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def appeal(**cells: Any) -> dict[str, Any]:
    """An order of Friday, November 20, 2026 in the afternoon, Pacific time."""
    return {
        "order_id": "576461234567890012",
        "order_type": "regular",
        "created_at": at("2026-11-21 00:10:00"),
        "dispatch_due_at": at("2026-11-25 07:59:59.999"),
        "tendered_at": at("2026-11-25 01:05:00"),
        "first_scan_at": at("2026-11-25 14:10:00"),
        "tendered_before_due_hours": 6.9,
        "scan_delay_hours": 13.1,
        "warehouse": "NJ-1",
        "shipment_id": "SH-1",
        "tracking_number": "1Z999AA10123456784",
        "carrier": "UPS",
        "scan_count": 1,
        "scans": "2026-11-25 14:10:00 accepted",
        "policy_version": "US-2026-04-01",
        "clock_starts": "order",
        "day_zero_on": date(2026, 11, 20),
        "business_days": "2026-11-23, 2026-11-24",
        "skipped_days": "2026-11-21, 2026-11-22",
        **cells,
    }


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA)


def sentence(zone: str = PACIFIC, **cells: Any) -> str:
    return str(explained(frame(appeal(**cells)), zone)["explanation"].item())


def test_the_sentence_explains_the_deadline_day_by_day() -> None:
    assert sentence() == (
        "Placed Fri Nov 20, 2026, 16:10 PT (day 0). Business day 1 is Mon Nov 23, business day 2 "
        "is Tue Nov 24 (Sat Nov 21 and Sun Nov 22 do not count), so it was due Tue Nov 24, 23:59 "
        "PT under US-2026-04-01. Handed to UPS Tue Nov 24, 17:05 PT; first scan Wed Nov 25, 06:10 "
        "PT."
    )


def test_holidays_are_called_by_their_name() -> None:
    told = sentence(
        business_days="2026-11-27, 2026-11-30",
        skipped_days="2026-11-26 Thanksgiving Day, 2026-11-28, 2026-11-29",
    )
    assert (
        "is Mon Nov 30 (Thanksgiving Day on Thu Nov 26, Sat Nov 28 and Sun Nov 29 do not count), so"
    ) in told
    told = sentence(
        business_days="2026-03-23",
        skipped_days="2026-03-20 Eid al-Fitr (observed, estimated)",
    )
    assert (
        "Business day 1 is Mon Mar 23 (Eid al-Fitr (observed, estimated) on Fri Mar 20 does not "
        "count), so"
    ) in told


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        (
            {"business_days": "2026-11-23, 2026-11-24", "skipped_days": None},
            "is Tue Nov 24, so it was due Tue Nov 24, 23:59 PT under",
        ),
        (
            {"business_days": None, "skipped_days": None},
            "Placed Fri Nov 20, 2026, 16:10 PT, before the day's cut-off, so it was due on the "
            "same day, Tue Nov 24, 23:59 PT under US-2026-04-01. Handed",
        ),
        (
            {"clock_starts": "closing", "day_zero_on": date(2026, 11, 20)},
            "16:10 PT as a pre-order that had closed by Fri Nov 20 (day 0). Business day 1 is",
        ),
        (
            {
                "clock_starts": "handling",
                "business_days": "2026-11-23, 2026-11-24, 2026-11-25, 2026-11-27",
                "skipped_days": "2026-11-26 Thanksgiving Day",
            },
            "(day 0). Its handling time is among the business days that count. Business days 1 to "
            "4 run from Mon Nov 23 to Fri Nov 27 (Thanksgiving Day on Thu Nov 26 does not count)",
        ),
        (
            {"clock_starts": "platform"},
            "16:10 PT. The platform itself named the due time, Tue Nov 24, 23:59 PT. Handed to",
        ),
        ({"carrier": None}, "US-2026-04-01. Handed over Tue Nov 24, 17:05 PT; first scan"),
        ({"policy_version": None}, "so it was due Tue Nov 24, 23:59 PT. Handed to UPS"),
    ],
)
def test_each_way_of_counting_has_its_words(cells: dict[str, Any], part: str) -> None:
    assert part in sentence(**cells)


def test_a_zone_that_changes_its_name_is_called_by_each() -> None:
    told = sentence(
        "Europe/Paris",
        created_at=at("2026-10-23 14:00:00"),
        dispatch_due_at=at("2026-10-27 22:59:59.999"),
        business_days="2026-10-26, 2026-10-27",
        skipped_days="2026-10-24, 2026-10-25",
    )
    assert told.startswith("Placed Fri Oct 23, 2026, 16:00 CEST (day 0).")
    assert "so it was due Tue Oct 27, 23:59 CET under" in told


def test_a_zone_without_a_name_is_called_by_its_offset() -> None:
    assert "so it was due Wed Nov 25, 14:59 UTC+7 under" in sentence("Asia/Ho_Chi_Minh")


def test_scans_are_told_on_the_shops_clock_and_what_has_no_time_stays() -> None:
    told = explained(
        frame(
            appeal(scans="2026-11-24 20:00:00 label_created, 2026-11-25 14:10:00.5 accepted"),
            appeal(scans=None),
            appeal(scans="something else"),
        ),
        PACIFIC,
    )
    assert told["scans"].to_list() == [
        "2026-11-24T12:00:00-08:00 label_created; 2026-11-25T06:10:00-08:00 accepted",
        None,
        "something else",
    ]


def test_the_rows_stay_in_their_order() -> None:
    rows = [appeal(order_id=str(n), skipped_days=None if n % 2 else "2026-11-22") for n in range(9)]
    told = explained(frame(*rows), PACIFIC)
    assert told["order_id"].to_list() == [str(n) for n in range(9)]
    assert ["(Sun Nov 22" in text for text in told["explanation"]] == [n % 2 == 0 for n in range(9)]


def test_the_file_is_safe_to_open_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = explained(frame(appeal(carrier="=HYPERLINK(1)", shipment_id="+1", scans="@x")), PACIFIC)
    path = tmp_path / "appeal_pack.csv"
    csv_frame(rows, APPEAL_COLUMNS, PACIFIC).write_csv(path, include_bom=True)
    [cells] = csv.DictReader(path.open(encoding="utf-8-sig"))
    assert cells["order_id"] == "576461234567890012\t"
    assert cells["carrier"] == "'=HYPERLINK(1)"
    assert cells["shipment_id"] == "'+1"
    assert cells["scans"] == "'@x"
    assert cells["dispatch_due_at"] == "2026-11-24T23:59:59-08:00"
    assert "Handed to =HYPERLINK(1) Tue Nov 24" in cells["explanation"]


def test_a_pack_without_an_order_is_a_header() -> None:
    cells = csv_frame(explained(frame(), PACIFIC), APPEAL_COLUMNS, PACIFIC)
    assert cells.height == 0
    assert cells.columns == [column.partition(":")[0] for column in APPEAL_COLUMNS]


def test_the_pack_of_a_shop_holds_its_rows_alone() -> None:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    shop = Shop("us", "A shop", "US", PACIFIC, "USD", True)
    assert read_appeals(ShopDay(connection, shop, date(2026, 11, 25))) is None
    connection.execute(
        "create table marts.late_dispatch_appeals as "
        "from (values ('us', '2', 5), ('us', '1', 5), ('us', '9', 4), ('other', '3', 1)) "
        "as rows (shop_id, order_id, dispatch_due_at)"
    )
    found = read_appeals(ShopDay(connection, shop, date(2026, 11, 25)))
    assert found is not None
    assert found["order_id"].to_list() == ["9", "1", "2"]
