"""Rows that break the contract go to quarantine one by one."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.home import Home
from flows.ingest.quarantine import COLUMNS
from tests.ingest.builders import (
    EVENT,
    US_HEADER,
    drop,
    lake,
    only,
    order,
    refused,
    run,
    table,
    tracking,
)
from tests.ingest.test_formats import cells, sheet


def one_bad(home: Home, **changes: str) -> dict[str, str]:
    drop(home, "a.csv", table([order(1), order(2, **changes), order(3)]))
    record = only(run(home))
    assert (record.rows_accepted, record.rows_quarantined) == (2, 1)
    assert lake(home)["row_number"].to_list() == [2, 4]
    (row,) = refused(home)
    assert tuple(row) == COLUMNS
    assert row["row_number"] == "3" and row["file"] == "a.csv" and row["shop_id"] == "shop1"
    assert row["feed"] == "seller_center/orders" and row["mend"]
    return row


@pytest.mark.parametrize(
    ("changes", "column", "words", "value"),
    [
        ({"order_id": ""}, "order_id", "must have a value", ""),
        ({"sku_id": "\t"}, "sku_id", "must have a value", ""),
        ({"order_id": "5.76461E+17"}, "order_id", "lost digits", "5.76461E+17"),
        ({"order_id": "576461413038785752.0"}, "order_id", "lost digits", "576461413038785752.0"),
        ({"package_id": "1.15291E+18"}, "package_id", "lost digits", "1.15291E+18"),
        ({"tracking_id": "9.4001E+21"}, "tracking_number", "lost digits", ""),
        ({"quantity": "0"}, "quantity", "below", "0"),
        ({"quantity": "-3"}, "quantity", "below", "'-3"),
        ({"quantity": "two"}, "quantity", "not a whole number", ""),
        (
            {"created_time": "12/31/2020 11:59:59 PM"},
            "created_at",
            "below",
            "12/31/2020 11:59:59 PM",
        ),
        ({"created_time": ""}, "created_at", "must have a value", ""),
        (
            {"created_time": "04/31/2026 10:00:00 AM"},
            "created_at",
            "not a time",
            "04/31/2026 10:00:00 AM",
        ),
        ({"paid_time": "soon"}, "paid_at", "not a time", ""),
        ({"order_amount": "free"}, "order_amount", "not a number", ""),
        ({"order_amount": "THB 5.00", "taxes": "S$ 1.00"}, "order_amount", "two currencies", ""),
        ({"weight_kg_": "heavy"}, "weight_kg", "not a number", ""),
    ],
)
def test_one_bad_row(
    home: Home, changes: dict[str, str], column: str, words: str, value: str
) -> None:
    row = one_bad(home, **changes)
    assert row["column"] == column and words in row["reason"] and row["value"] == value
    if "order_id" not in changes:
        assert row["order_id"] == "576461413038780002"
    if "sku_id" not in changes:
        assert row["other_keys"] == "sku_id=172940000000000002"


def test_a_guarded_id_is_whole(home: Home) -> None:
    drop(home, "a.csv", table([order(1, order_id='="576461413038785752"', sku_id="'1729")]))
    run(home)
    assert lake(home).select("order_id", "sku_id").row(0) == ("576461413038785752", "1729")


def test_a_row_with_more_cells_than_the_header(home: Home) -> None:
    lines = table([order(1), order(2), order(3)]).splitlines()
    lines[2] += ",more"
    lines[3] += ","
    drop(home, "a.csv", "\n".join(lines) + "\n")
    assert only(run(home)).rows_accepted == 2
    (row,) = refused(home)
    assert "more cells" in row["reason"] and row["row_number"] == "3"
    assert not row["order_id"] and not row["value"]


def test_a_last_row_that_is_cut_off(home: Home) -> None:
    text = table([order(1), order(2)])
    drop(home, "a.csv", text[: text.rindex("UPS")])
    assert only(run(home)).rows_accepted == 1
    (row,) = refused(home)
    assert "cut off" in row["reason"] and row["row_number"] == "3"


def test_a_file_that_is_cut_off_within_quotes(home: Home) -> None:
    text = table([order(1), order(2)])
    drop(home, "a.csv", text[: text.rindex("warm")])
    record = only(run(home))
    assert (record.rows_accepted, record.rows_quarantined) == (1, 1)
    assert "cut off" in refused(home)[0]["reason"]


def test_numeric_ids_in_a_workbook(home: Home) -> None:
    damaged = cells()
    damaged[0] = 576461413038785752
    drop(home, "a.xlsx", sheet([list(US_HEADER), cells(), damaged]))
    record = only(run(home))
    assert (record.rows_accepted, record.rows_quarantined) == (1, 1)
    assert "lost digits" in refused(home)[0]["reason"]


def test_a_word_outside_a_closed_vocabulary(home: Home) -> None:
    drop(home, "t.csv", tracking(EVENT, (*EVENT[:3], "teleported", *EVENT[4:])))
    assert only(run(home)).rows_quarantined == 1
    (row,) = refused(home)
    assert row["column"] == "event_code" and "knows" in row["reason"]


def test_an_unknown_zone_in_a_declaration(home: Home) -> None:
    text = "shop_id,market,timezone,currency,opened_on\nshop1,US,Mars/Olympus,USD,2024-01-01\n"
    drop(home, "shops.csv", text)
    assert only(run(home)).rows_quarantined == 1
    assert "time zone" in refused(home)[0]["reason"]


def test_no_cell_of_quarantine_begins_a_formula(home: Home) -> None:
    drop(home, "=cmd.csv", table([order(1), order(2, quantity="-3")]))
    run(home)
    (row,) = refused(home)
    assert row["file"] == "'=cmd.csv" and row["value"] == "'-3"


def test_rows_of_many_files_are_in_one_list(home: Home) -> None:
    drop(home, "a.csv", table([order(1, quantity="0")]))
    drop(home, "b.csv", table([order(2, quantity="0")]))
    run(home)
    assert [row["file"] for row in refused(home)] == ["a.csv", "b.csv"]


CELLS = st.sampled_from(
    [
        "",
        "\t",
        "0",
        "1",
        "-1",
        "5.7E+17",
        "04/05/2026 11:54:28 PM",
        "31/12/2026 10:00:00",
        "x",
        "-",
        "$5.00",
        "5,5",
        "THB 1.00",
        "2020-01-01",
        '"',
        "a,b",
        "\n",
        "Order ID",
        "Platform unique order ID.",
    ]
)
CHANGED = st.dictionaries(
    st.sampled_from(
        [
            "order_id",
            "sku_id",
            "quantity",
            "created_time",
            "paid_time",
            "order_amount",
            "taxes",
            "tracking_id",
            "zipcode",
            "product_name",
            "order_status",
            "recipient",
        ]
    ),
    CELLS,
    max_size=4,
)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(CHANGED, max_size=12),
    blanks=st.integers(0, 3),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, str]],
    blanks: int,
    line_end: str,
) -> None:
    home = Home(tmp_path_factory.mktemp("home")).create()
    text = table([order(i, **changes) for i, changes in enumerate(rows)], line_end=line_end)
    drop(home, "a.csv", text + (line_end + "," * 5 + line_end) * blanks)
    record = only(run(home))
    if record.status == "refused":
        assert lake(home).is_empty() and not refused(home)
        return
    assert record.rows_read == len(rows) + 2 * blanks
    assert record.rows_accepted == lake(home).height
    assert record.rows_quarantined == len(refused(home))
    assert record.rows_skipped >= 2 * blanks
    numbers = lake(home).get_column("row_number").to_list() if record.rows_accepted else []
    numbers += [int(row["row_number"]) for row in refused(home)]
    assert len(set(numbers)) == len(numbers)
    assert all(2 <= n <= record.rows_read + 1 for n in numbers)


def test_the_ledger_knows_the_counts(home: Home) -> None:
    drop(home, "a.csv", table([order(1), order(2, quantity="0")]))
    run(home)
    (entry,) = json.loads(home.ledger.read_text())["files"]
    assert (entry["rows_read"], entry["rows_accepted"], entry["rows_quarantined"]) == (2, 1, 1)
