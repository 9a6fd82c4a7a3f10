"""Feeds that come in slices: a file a warehouse or an hour is unlike the last ones, and no news."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from flows.quality import gate1
from tests.quality.builders import AS_OF
from tests.quality.mutations.judging import Bench

TABLE = "third_party_logistics__shipments"
WATCHED = ("mix_as_usual", "filled_as_usual", "amounts_as_usual", "rows_are_new")
# Twelve days of ten files of 60 rows. Each warehouse has carriers, costs and empty cells of its
# own; the file of warehouse 9 is the newest.
ROWS = f"""
    select s.shop_id, w, d, left(sha256('w' || w || 'd' || d || s.shop_id), 16) as source_id, i,
        date '{AS_OF}' - d::integer as received_on,
        received_on + interval 12 hour + to_minutes(i) + to_seconds(w) as received_at,
        'W' || w as warehouse_id, 'C' || (w // 3 + i % 2) as carrier, 'ground' as service,
        (10 ** (w % 4))::decimal(18, 2) as ship_cost, 'USD' as currency,
        case when w % 2 = 0 then '902' end as ship_from_zip3, '100' as ship_to_zip3
    from (values ('north'), ('south')) as s (shop_id), range(10) as r (w), range(12) as q (d),
        range(60) as t (i)
"""
NEWEST = "shop_id = 'south' and w = 9 and d = 0"


@pytest.fixture
def connection(lake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(lake)) as opened:
        opened.execute(f"create table sliced as {ROWS}")
        yield opened


def failing(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """What the newest file is told to have, and at which shop."""
    connection.execute(f"delete from lake.{TABLE}")
    connection.execute(
        f"insert into lake.{TABLE} by name select * exclude (w, d, i), i + 2 as row_number, "
        "source_id || i as shipment_id, shipment_id as order_id from sliced"
    )
    connection.execute("delete from inputs.files where feed = 'third_party_logistics/shipments'")
    connection.execute(
        "insert into inputs.files by name select shop_id, 'third_party_logistics/shipments' as "
        "feed, 'w' || w || 'd' || d as file, file || shop_id as sha256, 'loaded' as status, "
        "count(*) as rows_read, count(*) as rows_accepted, 0 as rows_quarantined, "
        "0 as rows_skipped, max(received_at) as newest_at from sliced group by shop_id, w, d"
    )
    bench = Bench(connection, gate1(), ("north", "south"))
    items = [item for (table, name), item in bench.expectations.items() if table == TABLE]
    found = bench.failing([item for item in items if item.name in WATCHED])
    return {name: shops for (_, name), shops in found.items()}


@pytest.mark.parametrize("newest", [3, 6, 9])
def test_a_file_of_each_warehouse_a_day_is_as_usual(
    connection: duckdb.DuckDBPyConnection, newest: int
) -> None:
    connection.execute(f"delete from sliced where d = 0 and w > {newest}")
    assert failing(connection) == {}


def test_files_of_hours_are_as_usual(connection: duckdb.DuckDBPyConnection) -> None:
    """Ten files a day, each of its own hours, of one warehouse."""
    connection.execute("update sliced set warehouse_id = 'W1'")
    connection.execute("update sliced set received_at = received_at + to_hours(w::integer)")
    assert failing(connection) == {}


def test_a_warehouse_that_opens_is_as_usual(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"update sliced set warehouse_id = 'W10' where {NEWEST}")
    assert failing(connection) == {}


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ("carrier = 'another'", "mix_as_usual"),
        ("ship_cost = 100000", "amounts_as_usual"),
        ("ship_to_zip3 = null", "filled_as_usual"),
    ],
)
def test_what_no_slice_ever_had_is_said(
    connection: duckdb.DuckDBPyConnection, changed: str, name: str
) -> None:
    connection.execute(f"update sliced set {changed} where {NEWEST}")
    assert failing(connection) == {name: frozenset({"south"})}
