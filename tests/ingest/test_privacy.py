"""No personal value is found anywhere outside of landing once a file is read."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from flows.contracts import load_contracts
from flows.home import Home
from flows.ingest import check_file
from tests.ingest.builders import CANARIES, EVENT, US_HEADER, drop, order, run, table, tracking
from tests.ingest.test_formats import cells, sheet

ROWS = [
    order(1),
    order(2, quantity="0"),
    order(3, created_time="CANARY-name in a time"),
    order(4, order_id="CANARY-name in an id", quantity="0"),
    order(5, sku_id="CANARY-name", order_amount="CANARY-amount"),
    order(6, zipcode="90210-CANARY", quantity="0"),
    order(7, tracking_id="CANARY", quantity="0"),
]


def everything_outside_landing(home: Home) -> bytes:
    import polars as pl

    found = b""
    for path in home.root.rglob("*"):
        if path.is_file() and home.landing not in path.parents:
            found += path.read_bytes()
            if path.suffix == ".parquet":
                found += pl.read_parquet(path).write_csv().encode()
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", table(ROWS).encode()),
        ("a.csv.gz", gzip.compress(table(ROWS).encode())),
        ("a.txt", table(ROWS).encode("utf-16")),
        ("a.csv", table([*ROWS, order(8, product_name='5" nail')]).replace('""', '"').encode()),
        ("a.xlsx", sheet([list(US_HEADER), cells(), cells(quantity="0")])),
        ("t.csv", tracking(EVENT, (*EVENT[:2], "CANARY-when", *EVENT[3:])).encode()),
        (
            "t.json",
            json.dumps(
                [
                    {
                        "tracking_number": "1",
                        "carrier": "x",
                        "event_at": "CANARY",
                        "event_code": "accepted",
                        "event_city": "CANARY",
                    }
                ]
            ).encode(),
        ),
        ("bad.csv", table(ROWS, [n for n in US_HEADER if n != "Order ID"]).encode()),
        ("cut.csv", table(ROWS)[:-200].encode()),
    ],
)
def test_no_canary_leaves_landing(home: Home, name: str, content: bytes) -> None:
    drop(home, name, content)
    run(home)
    found = everything_outside_landing(home)
    assert b"CANARY" not in found
    assert b"90210" not in found
    assert not any(home.work.iterdir())


def test_a_row_that_a_stray_comma_shifts_shows_no_neighbour(home: Home) -> None:
    lines = table([order(1), order(2)]).splitlines()
    shifted = lines[2].split(",")
    shifted.insert(1, "CANARY-extra")
    drop(home, "a.csv", "\n".join([*lines[:2], ",".join(shifted)]) + "\n")
    run(home)
    assert b"CANARY" not in everything_outside_landing(home)


def test_a_check_shows_no_value(home: Home) -> None:
    report = check_file(drop(home, "a.csv", table(ROWS)))
    assert "CANARY" not in repr(report)
    assert set(report.members[0].dropped_columns) >= set(CANARIES) - {"Zipcode"}


@pytest.mark.parametrize("number", ["415-555-7391", "415-55-7391", "4155557391", "415.555.7391"])
def test_no_number_of_a_person_is_shown_in_the_place_of_a_word_or_a_time(number: str) -> None:
    shown = [
        (contract.feed, column.name)
        for contract in load_contracts()
        for column in contract.columns
        if (column.is_vocabulary_closed or column.kind in ("timestamp", "date", "integer", "rate"))
        and column.safe_pattern
        and re.search(column.safe_pattern, number)
    ]
    assert shown == []
