"""Gate 1's warnings of drift, each planted into the exports of a simulated shop."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.home.layout import Home
from flows.quality import gate1
from flows.simulate import simulate
from tests.quality.mutations.judging import Bench
from tests.quality.mutations.listing import DRIFT
from tests.quality.simulated_lake import read_lake

pytestmark = pytest.mark.end_to_end

FIRST, LAST = date(2026, 1, 5), date(2026, 3, 29)
# Feeds in which nothing is planted.
SPARED = ("Settlement*", "Affiliate*", "Return-Refund*", "support_tickets.csv", "inventory.csv")
Row = list[str]
Rows = list[Row]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle))


def write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


def newest(shop: Path, pattern: str) -> Path:
    return max(shop.rglob(pattern))


def edit(path: Path, column: str, change: Callable[[str], str]) -> None:
    """Change a column in every row of a file but its header."""
    header, *rows = read(path)
    place = header.index(column)
    for row in rows:
        row[place] = change(row[place])
    write(path, [header, *rows])


def an_empty_day(shop: Path) -> None:
    for path in shop.glob("seller_center/All order-*.csv"):
        header, *rows = read(path)
        place = header.index("Created Time")
        write(path, [header, *(row for row in rows if not row[place].startswith("03/25/2026"))])


def two_thin_days(shop: Path) -> None:
    gone = ("2026-03-25", "2026-03-26")
    for path in shop.glob("carriers/tracking-*.csv"):
        header, *rows = read(path)
        write(path, [header, *(row for row in rows if not row[2].startswith(gone))])


def other_words(shop: Path) -> None:
    edit(newest(shop, "All order-*.csv"), "Fulfillment Type", lambda _: "Fulfillment by warehouse")


def an_empty_column(shop: Path) -> None:
    edit(newest(shop, "shipments-*.csv"), "ship_to_postal_code", lambda _: "")


def cents(shop: Path) -> None:
    column = "SKU Subtotal Before Discount"
    path = newest(shop, "All order-*.csv")
    edit(path, column, lambda text: text.replace(".", "") if text[:1].isdigit() else text)


def copied_orders(shop: Path) -> None:
    """The orders of a week again, four weeks later and under other ids."""
    path = newest(shop, "All order-*.csv")
    header, *rows = read(path)
    place = header.index("Created Time")
    fake = []
    for row in rows:
        if row[place].startswith(tuple(f"03/{day:02d}/2026" for day in range(2, 9))):
            day = int(row[place][3:5]) + 21
            moved = f"03/{day:02d}{row[place][5:]}"
            fake.append([f"5799{row[0][4:]}", *row[1:place], moved, *row[place + 1 :]])
    write(path, [header, *rows, *fake])


def last_month_again(shop: Path) -> None:
    path = newest(shop, "tracking-*.csv")
    old = sorted(shop.rglob("tracking-*.csv"))[-5]
    write(path, [*read(path), *read(old)[1:], *read(old.with_name("tracking-2026-02-23.csv"))[1:]])


def a_feed_that_stopped(shop: Path) -> None:
    for path in sorted(shop.rglob("shipments-*.csv"))[-4:]:
        path.unlink()


def a_silent_week(shop: Path) -> None:
    """Goods came back each day until six days before the end."""
    path = newest(shop, "returns_received.csv")
    header, first, *_ = read(path)
    days = [date(2026, 3, 23) - timedelta(days=back) for back in range(40)]
    rows = [
        [f"{first[0]}{day:%m%d}", *first[1:4], f"{day}T20:00:00Z", "", *first[6:]] for day in days
    ]
    write(path, [header, *rows])


def a_cut_export(shop: Path) -> None:
    path = newest(shop, "All order-*.csv")
    path.write_bytes(path.read_bytes()[:-400])


def a_row_limit(shop: Path) -> None:
    for path in (*shop.rglob("All order-*.gz"), *shop.rglob("All order-*.zip")):
        path.unlink()
    for path in shop.glob("seller_center/All order-*.csv"):
        header, *rows = read(path)
        data = [row for row in rows if row[0].strip().isdigit()]
        write(path, [header, *data[:500]])


Planted = dict[tuple[str, str], tuple[Callable[[Path], None], str]]
"""What breaks an expectation, and words of what it says then."""

PLANTED: dict[str, Planted] = {
    "first": {
        ("seller_center__orders", "mix_as_usual"): (other_words, "another fulfillment_type"),
        ("third_party_logistics__shipments", "filled_as_usual"): (
            an_empty_column,
            "ship_to_zip3: empty in 100 %",
        ),
        ("carriers__tracking_events", "rows_are_new"): (last_month_again, "the wrong days?"),
        ("third_party_logistics__returns_received", "comes_as_usual"): (
            a_silent_week,
            "never silent for more than",
        ),
    },
    "second": {
        ("seller_center__orders", "amounts_as_usual"): (
            cents,
            "subtotal_before_discount: about 98 times larger",
        ),
        ("inputs.files", "feeds_go_on"): (
            a_feed_that_stopped,
            "third_party_logistics/shipments: nothing since",
        ),
        ("carriers__tracking_events", "volume_as_usual"): (two_thin_days, "12 rows on 2026-03-26"),
    },
    "third": {
        ("seller_center__orders", "volume_as_usual"): (an_empty_day, "0 rows on 2026-03-25"),
        ("seller_center__orders", "last_row_is_whole"): (a_cut_export, "1 was refused"),
    },
    "fourth": {
        ("seller_center__orders", "no_copied_rows"): (copied_orders, "lines of 21 days before"),
    },
    "fifth": {("inputs.files", "no_row_limit"): (a_row_limit, "exactly 500 rows")},
    "calm": {},
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One simulated shop, once for everything that is planted."""
    root = tmp_path_factory.mktemp("drift")
    simulate(root / "source", "shop", FIRST, LAST, 24, 11, ("calm",))
    source = root / "source" / "landing" / "shop"
    home = Home(root / "home")
    for name, planted in PLANTED.items():
        shop = home.landing / name
        shutil.copytree(source, shop, ignore=shutil.ignore_patterns(*SPARED))
        for plant, _ in planted.values():
            plant(shop)
    lake = read_lake(home, LAST, tuple(PLANTED))
    with duckdb.connect(str(lake), read_only=True) as connection:
        yield Bench(connection, gate1(), tuple(PLANTED))


@pytest.fixture(scope="module")
def failing(bench: Bench) -> dict[tuple[str, str], frozenset[str]]:
    return bench.failing([item for item in bench.expectations.values() if item.name in DRIFT])


def test_everything_that_drifts_is_planted(bench: Bench) -> None:
    assert {name for planted in PLANTED.values() for _, name in planted} == DRIFT
    assert {name for _, name in bench.expectations} >= DRIFT


@pytest.mark.parametrize("shop", PLANTED)
def test_what_is_planted_is_said_of_its_shop_and_nothing_else(
    bench: Bench, failing: dict[tuple[str, str], frozenset[str]], shop: str
) -> None:
    planted = PLANTED[shop]
    assert {name for name, shops in failing.items() if shop in shops} == set(planted)
    for name, (_, words) in planted.items():
        item = bench.expectations[name]
        assert item.severity == "warning" and item.query is not None
        said = dict(
            bench.connection.execute(
                f"select shop_id, note from ({item.alone(item.query)})"
            ).fetchall()
        )
        assert words in said[shop]
