"""The deadlines of real exports, through the real models: published vectors, clocks, milliseconds.

Times of orders are wall times in Los Angeles, deadlines are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import pytest

from flows.home.layout import Home
from tests.oracle.mini import Mini
from tests.running.conftest import build_day

pytestmark = pytest.mark.slow

AS_OF = date(2026, 12, 11)
# Ordered at, last day to dispatch. Two business days before 2026-01-12 and from 2026-01-26 on.
TWO_BUSINESS_DAYS = [
    ("2025-11-24 10:00", "2025-11-26"),  # a Monday
    ("2025-11-25 10:00", "2025-11-28"),  # Thanksgiving is the 27th
    ("2025-11-26 10:00", "2025-12-01"),
    ("2025-12-23 10:00", "2025-12-26"),
    ("2025-07-03 10:00", "2025-07-08"),
    ("2024-11-06 20:30", "2024-11-08"),
    ("2024-11-13 23:50", "2024-11-15"),  # already the 14th in New York
    ("2026-11-20 10:00", "2026-11-24"),  # Friday, Saturday and Sunday are due together
    ("2026-11-21 10:00", "2026-11-24"),
    ("2026-11-22 10:00", "2026-11-24"),
    ("2026-07-02 10:00", "2026-07-07"),  # July 4 is a Saturday, observed on Friday
]
# Ordered at, its moment, the last millisecond to dispatch: on both sides of the clock changes of
# 2026-03-08, 02:00 and 2026-11-01, 02:00.
CLOCK_CHANGES = [
    ("2026-03-05 10:00", "2026-03-05 18:00", "2026-03-10 06:59:59.999"),  # due Monday, PDT
    ("2026-03-07 23:59", "2026-03-08 07:59", "2026-03-11 06:59:59.999"),  # Saturday's last minute
    ("2026-03-08 00:00", "2026-03-08 08:00", "2026-03-11 06:59:59.999"),  # Sunday of 23 hours
    ("2026-03-08 03:00", "2026-03-08 10:00", "2026-03-11 06:59:59.999"),
    ("2026-03-08 23:59", "2026-03-09 06:59", "2026-03-11 06:59:59.999"),
    ("2026-03-09 00:00", "2026-03-09 07:00", "2026-03-12 06:59:59.999"),  # Monday's first minute
    ("2026-10-29 10:00", "2026-10-29 17:00", "2026-11-03 07:59:59.999"),  # due Monday, PST
    ("2026-10-31 23:59", "2026-11-01 06:59", "2026-11-04 07:59:59.999"),
    ("2026-11-01 01:30", "2026-11-01 08:30", "2026-11-04 07:59:59.999"),  # comes twice: the first
    ("2026-11-01 23:59", "2026-11-02 07:59", "2026-11-04 07:59:59.999"),  # Sunday of 25 hours
    ("2026-11-02 00:00", "2026-11-02 08:00", "2026-11-05 07:59:59.999"),
]
# An order of Monday 2026-03-02 is to be dispatched by the 4th and delivered by the 10th; one of
# Thursday 2025-12-04, when the upload dispatched, by Monday the 8th.
SCANS = [("2026-03-04T23:59:59.999", False), ("2026-03-05T00:00:00.000", True)]
DELIVERIES = [("2026-03-10T23:59:59.999", True), ("2026-03-11T00:00:00.000", False)]
UPLOADS = [("2025-12-08 23:59:59", False), ("2025-12-09 00:00:00", True)]
# Rules begin with the orders of their first day: four business days from 2026-01-12 to the 25th.
POLICY_CHANGES = [
    ("2026-01-11 23:59", "US-2020", "2026-01-13"),
    ("2026-01-12 00:00", "US-2026-01-12", "2026-01-16"),
    ("2026-01-25 23:59", "US-2026-01-12", "2026-01-29"),
    ("2026-01-26 00:00", "US-2026-01-26", "2026-01-28"),
    ("2026-03-31 23:59", "US-2026-01-26", "2026-04-02"),
    ("2026-04-01 00:00", "US-2026-04-01", "2026-04-03"),
]


def _write(shop: Mini) -> None:
    shop.feed_covers("2024-11-01T00:00:00")
    for place, (created, _) in enumerate(TWO_BUSINESS_DAYS):
        shop.order(f"vector{place}", created)
    for place, (created, _, _) in enumerate(CLOCK_CHANGES):
        shop.order(f"clock{place}", created)
    for place, (created, _, _) in enumerate(POLICY_CHANGES):
        shop.order(f"policy{place}", created)
    for place, (scanned, _) in enumerate(SCANS):
        shop.order(f"scan{place}", "2026-03-02 10:00", number=f"SCANNED{place}")
        shop.event(f"SCANNED{place}", scanned, "accepted")
    for place, (delivered, _) in enumerate(DELIVERIES):
        shop.order(f"delivery{place}", "2026-03-02 10:00", number=f"BROUGHT{place}")
        shop.event(f"BROUGHT{place}", "2026-03-03T10:00:00", "accepted")
        shop.event(f"BROUGHT{place}", delivered, "delivered")
    for place, (uploaded, _) in enumerate(UPLOADS):
        shop.order(f"upload{place}", "2025-12-04 10:00", rts=uploaded, number=f"SENT{place}")
    shop.exports()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build of a shop that holds an order for each vector."""
    home = Home(tmp_path_factory.mktemp("vectors"))
    _write(Mini(home.landing / "us"))
    with duckdb.connect(str(build_day(home, AS_OF)), read_only=True) as connection:
        yield connection


def _order(
    connection: duckdb.DuckDBPyConnection, order_id: str, columns: str
) -> tuple[object, ...]:
    (row,) = connection.execute(
        f"select {columns} from marts.orders where order_id = ?", [order_id]
    ).fetchall()
    return tuple(row)


@pytest.mark.parametrize("place", range(len(TWO_BUSINESS_DAYS)))
def test_two_business_days(built: duckdb.DuckDBPyConnection, place: int) -> None:
    _, due_on = TWO_BUSINESS_DAYS[place]
    (found,) = built.execute(
        "select dispatch_due_on from intermediate.int_orders where order_id = ?", [f"vector{place}"]
    ).fetchall()
    assert found == (date.fromisoformat(due_on),)


@pytest.mark.parametrize("place", range(len(CLOCK_CHANGES)))
def test_days_on_which_the_clocks_change(built: duckdb.DuckDBPyConnection, place: int) -> None:
    _, created, due = CLOCK_CHANGES[place]
    assert _order(built, f"clock{place}", "created_at, dispatch_due_at") == (
        datetime.fromisoformat(created),
        datetime.fromisoformat(due),
    )


@pytest.mark.parametrize("place", range(len(POLICY_CHANGES)))
def test_a_rule_begins_with_the_orders_of_its_day(
    built: duckdb.DuckDBPyConnection, place: int
) -> None:
    _, version, due_on = POLICY_CHANGES[place]
    (found,) = built.execute(
        "select policy_version, dispatch_due_on from intermediate.int_orders where order_id = ?",
        [f"policy{place}"],
    ).fetchall()
    assert found == (version, date.fromisoformat(due_on))


@pytest.mark.parametrize("place", [0, 1])
def test_the_last_millisecond_is_on_time(built: duckdb.DuckDBPyConnection, place: int) -> None:
    assert _order(built, f"scan{place}", "is_late_dispatch, dispatch_due_at") == (
        SCANS[place][1],
        datetime(2026, 3, 5, 7, 59, 59, 999_000),
    )
    assert _order(built, f"upload{place}", "is_late_dispatch, dispatch_due_at") == (
        UPLOADS[place][1],
        datetime(2025, 12, 9, 7, 59, 59, 999_000),
    )
    # The clocks change between the order and its deliver-by day.
    assert _order(built, f"delivery{place}", "is_on_time_delivery, deliver_by_at") == (
        DELIVERIES[place][1],
        datetime(2026, 3, 11, 6, 59, 59, 999_000),
    )
