"""Settlement statements: both header generations, workbooks and CSV, as they really arrive."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from flows.contracts import utc_columns
from flows.home import Home
from tests.ingest.builders import SHOP, drop, lake, only, refused, run
from tests.ingest.settlement_files import (
    BANNER,
    CONTRACT,
    NEW_HEADER,
    OLD_HEADER,
    Row,
    text,
    workbook,
)

FEED = "seller_center/settlements"
SALE: Row = {
    "Order/adjustment ID  ": "576461413038780001",
    "Type ": "Order",
    "Order created time(UTC)": "2026/04/01 20:15:00",
    "Order settled time(UTC)": "2026/04/15 02:30:00",
    "Currency": "USD",
    "Total settlement amount": 23.25,
    "Total Revenue": 25.0,
    "Subtotal after seller discounts": 25.0,
    "Total Fees": -1.75,
    "Referral fee": -1.5,
    "Transaction fee": -0.25,
}
ADJUSTMENT: Row = {
    "Order/adjustment ID  ": "740000000000000011",
    "Type ": "Logistics reimbursement ",
    "Order settled time(UTC)": "2026/04/15 02:30:00",
    "Currency": "USD",
    "Total settlement amount": "4.58",
    "Adjustment amount": "4.58",
    "Adjustment reasons": "Lost parcel",
    "Related order ID": "576461413038780001",
}
NEW_SALE: Row = {
    "Statement date": "2026/06/14",
    "Statement ID": "7238804564097517339",
    "Payment ID": "7238804564097517340",
    "Status": "Paid",
    "Currency": "USD",
    "Transaction type": "Order",
    "Order/Adjustment ID": "576461413038780002",
    "SKU ID": "172940000000000001",
    "Quantity": 2,
    "Order created date": "2026/06/01",
    "Total settlement amount": "13.76",
    "Net sales": "15",
    "Gross sales": "15",
    "Fees": "-1.24",
    "Referral fee": "-1.17",
    "Sales tax on referral fees": "-0.07",
    "Shipping": "0",
    "TikTok Shop shipping fee": "-4.58",
    "Customer-paid shipping fee": "4.58",
    "Customer payment": "21.16",
}


def test_the_older_workbook_is_read_with_its_utc_times(home: Home) -> None:
    path = home.landing / SHOP / "income.xlsx"
    workbook(path, OLD_HEADER, [SALE, ADJUSTMENT])
    record = only(run(home))
    assert (record.feed, record.rows_accepted, record.rows_quarantined) == (FEED, 2, 0)
    sale, adjustment = lake(home, FEED).rows(named=True)
    assert sale["reference_id"] == "576461413038780001"
    assert sale["order_created_at"] == datetime(2026, 4, 1, 20, 15)
    # Half past two at night in UTC is the evening before in Los Angeles.
    assert (sale["settled_at"], sale["settled_on"]) == (
        datetime(2026, 4, 15, 2, 30),
        date(2026, 4, 14),
    )
    assert (sale["settlement_amount"], sale["revenue_amount"]) == (Decimal("23.25"), Decimal(25))
    assert (sale["referral_fee_amount"], sale["transaction_fee_amount"]) == (
        Decimal("-1.50"),
        Decimal("-0.25"),
    )
    # A slash is nothing.
    assert (sale["adjustment_amount"], sale["related_order_id"]) == (None, None)
    assert adjustment["transaction_type"] == "Logistics reimbursement"
    assert adjustment["related_order_id"] == sale["reference_id"]
    assert adjustment["adjustment_amount"] == Decimal("4.58")


def test_the_newer_workbook_is_read_below_its_banner_whatever_extent_it_claims(home: Home) -> None:
    path = home.landing / SHOP / "statement.xlsx"
    workbook(path, NEW_HEADER, [NEW_SALE], banner=BANNER, dimension="A1:A1")
    record = only(run(home))
    assert (record.feed, record.rows_accepted, record.rows_skipped) == (FEED, 1, len(BANNER))
    (row,) = lake(home, FEED).rows(named=True)
    assert (row["reference_id"], row["transaction_type"]) == ("576461413038780002", "Order")
    assert (row["statement_id"], row["quantity"]) == ("7238804564097517339", 2)
    # A date without a zone is the shop's: its midnight.
    assert (row["settled_at"], row["settled_on"]) == (datetime(2026, 6, 14, 7), date(2026, 6, 14))
    assert (row["revenue_amount"], row["gross_sales_amount"]) == (Decimal(15), Decimal(15))
    assert (row["fee_total_amount"], row["shipping_charge_amount"]) == (
        Decimal("-1.24"),
        Decimal("-4.58"),
    )


@pytest.mark.parametrize(
    "spelling", ["Order\\adjustment ID", "ORDER/ADJUSTMENT ID", "Order/adjustment ID  "]
)
def test_every_spelling_of_the_first_column_is_known(home: Home, spelling: str) -> None:
    header = [spelling if name == OLD_HEADER[0] else name for name in OLD_HEADER]
    row = {spelling: "576461413038780001", **SALE}
    drop(home, "income.csv", text(header, [row]))
    assert only(run(home)).rows_accepted == 1


def test_semicolons_decimal_commas_and_currency_codes(home: Home) -> None:
    brazilian = {
        **SALE,
        "Currency": "/",
        "Order settled time(UTC)": "2026/04/15",
        "Total settlement amount": "BRL 35,91",
        "Total Revenue": "R$ 1.040,00",
        "Subtotal after seller discounts": "1.040,00",
        "Total Fees": "\u22121.004,09",
        "Referral fee": "-4,09",
        "Transaction fee": "(1.000,00)",
    }
    drop(home, "income.csv", text(OLD_HEADER, [brazilian], delimiter=";"))
    record = only(run(home))
    assert (record.delimiter, record.decimal_mark, record.rows_accepted) == (";", "comma", 1)
    (row,) = lake(home, FEED).rows(named=True)
    assert row["currency"] == "BRL"
    assert row["settlement_amount"] == Decimal("35.91")
    assert row["revenue_amount"] == Decimal(1040)
    assert row["fee_total_amount"] == Decimal("-1004.09")
    assert row["transaction_fee_amount"] == Decimal(-1000)
    # A date without a time of day is the shop's, although the header says UTC: its midnight.
    assert (row["settled_at"], row["settled_on"]) == (datetime(2026, 4, 15, 7), date(2026, 4, 15))


def test_dates_and_times_mix_under_a_header_in_utc(home: Home) -> None:
    cells = ("2026/04/15", "2026/04/15 02:30:00", "2026-04-15T02:30:00+07:00", "2026/4/15 9:30")
    rows: list[Row] = [{**SALE, "Order settled time(UTC)": cell} for cell in cells]
    drop(home, "income.csv", text(OLD_HEADER, rows))
    only(run(home))
    frame = lake(home, FEED)
    assert frame["settled_at"].to_list() == [
        datetime(2026, 4, 15, 7),
        datetime(2026, 4, 15, 2, 30),
        datetime(2026, 4, 14, 19, 30),
        datetime(2026, 4, 15, 9, 30),
    ]
    assert [day.day for day in frame["settled_on"]] == [15, 14, 14, 15]


def test_a_row_that_cannot_be_read_is_refused_alone(home: Home) -> None:
    damaged = {**SALE, "Order/adjustment ID  ": "5.76E+17"}
    undated = {**SALE, "Order settled time(UTC)": "/"}
    drop(home, "income.csv", text(OLD_HEADER, [SALE, damaged, undated]))
    record = only(run(home))
    assert (record.rows_accepted, record.rows_quarantined) == (1, 2)
    assert [row["column"] for row in refused(home)] == ["reference_id", "settled_at"]


def test_estimates_of_unsettled_orders_are_no_statement(home: Home) -> None:
    header = ["Type", "Order/adjustment ID", "creation date", "Total estimated settlement amount"]
    drop(home, "Onhold-unsettled-orders.csv", ",".join(header) + "\nOrder,5764,2026/06/12,13.76\n")
    record = only(run(home))
    assert record.status == "refused"
    assert "`Total settlement amount`" in (record.mend or "")


def test_only_headers_that_say_so_are_utc() -> None:
    assert utc_columns(CONTRACT, OLD_HEADER) == {"order_created_at", "settled_at"}
    assert utc_columns(CONTRACT, NEW_HEADER) == frozenset()
