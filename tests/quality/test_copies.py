"""Copied order lines and row limits, on lines made by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator

import duckdb
import pytest

from flows.contracts import load_contracts
from flows.quality.copies import copies, round_limits
from flows.quality.model import Expectation

ORDERS = next(item for item in load_contracts() if item.feed == "seller_center/orders")
COPIED = next(item for item in copies(ORDERS) if item.name == "no_copied_rows")
NOON = "timestamp '2026-03-30 12:00:00'"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set threads = 2")
        for schema in ("lake", "inputs"):
            opened.execute(f"create schema {schema}")
        opened.execute(
            "create table inputs.as_of as select 'shop' as shop_id, date '2026-03-31' as "
            "as_of_on, true as is_current"
        )
        yield opened


def lines(connection: duckdb.DuckDBPyConnection, rows: int, stamp: str, order: str = "i") -> None:
    """Order lines that differ in their order, stamp and nothing else; `i` counts them."""
    connection.execute(
        f"create table if not exists lake.{ORDERS.table} (shop_id text, order_id text, sku_id text,"
        " quantity integer, subtotal_before_discount decimal(18, 2), zip3 text, "
        "created_at timestamp, created_on date)"
    )
    connection.execute(
        f"insert into lake.{ORDERS.table} select 'shop', ({order})::varchar, 'sku', 1, null, "
        f"'902', {stamp} as created_at, created_at::date from range({rows}) as r (i)"
    )


def said(connection: duckdb.DuckDBPyConnection, item: Expectation) -> list[str]:
    assert item.query is not None
    return [note for _, _, note in connection.execute(item.query).fetchall()]


@pytest.mark.parametrize(
    "stamp",
    [NOON, f"{NOON} - to_days((7 * (i % 9))::integer)", f"{NOON} - to_seconds(18 * i)"],
    ids=["one second", "one second a week", "many seconds"],
)
def test_equal_lines_cost_no_more_than_others(
    connection: duckdb.DuckDBPyConnection, stamp: str
) -> None:
    lines(connection, 300_000, stamp)
    started = time.process_time()

    assert said(connection, COPIED) == []
    # A third of it on a machine with nothing else to do; each line against each would be hours.
    assert time.process_time() - started < 3


@pytest.mark.parametrize(("days", "clock"), [(21, 0), (1, 0), (14, 3600)])
def test_a_copy_some_days_later_is_said(
    connection: duckdb.DuckDBPyConnection, days: int, clock: int
) -> None:
    stamp = f"{NOON} - to_seconds(311 * i)"
    lines(connection, 200, f"{stamp} - to_days({days}) + to_seconds({clock})")
    lines(connection, 200, stamp, "10000 + i")

    (note,) = said(connection, COPIED)
    assert f"lines of {days} days before" in note


def test_lines_of_one_day_or_order_are_no_copies(connection: duckdb.DuckDBPyConnection) -> None:
    for order in ("i", "10000 + i"):
        lines(connection, 200, f"{NOON} + to_seconds(11 * i)", order)
    assert said(connection, COPIED) == []
    lines(connection, 200, f"{NOON} - to_days(7) + to_seconds(11 * i)", "20000 + i")
    connection.execute(f"update lake.{ORDERS.table} set order_id = '1'")
    assert said(connection, COPIED) == []


def test_only_a_new_file_is_told_to_end_at_a_row_limit(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "create table inputs.files as select 'shop' as shop_id, 'f' || i || '.csv' as file, "
        "'feed' as feed, 1000 as rows_accepted, 0 as rows_quarantined, 'loaded' as status, "
        "timestamp '2026-03-01' + to_days(i::integer) as newest_at from range(3) as r (i)"
    )
    assert len(said(connection, round_limits())) == 1
    connection.execute(
        "insert into inputs.files values "
        "('shop', 'later.csv', 'feed', 700, 0, 'loaded', timestamp '2026-03-20')"
    )
    assert said(connection, round_limits()) == []
    connection.execute("update inputs.files set newest_at = null")
    assert len(said(connection, round_limits())) == 1
