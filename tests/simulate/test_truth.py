"""The truth agrees with a slow reading of the very files, order by order and day by day."""

import csv
from datetime import date
from pathlib import Path

import pytest

from flows.simulate import simulate
from tests.simulate.slow_reading import Shop, rates
from tests.simulate.slow_rows import open_row, order_row, scores

PACIFIC, EASTERN = "America/Los_Angeles", "America/New_York"
LONDON, SAIGON = "Europe/London", "Asia/Ho_Chi_Minh"
SHOPS = {
    # Three versions of the policy; a reused number needs more than ninety days.
    "across the policies": (
        date(2025, 12, 20), date(2026, 4, 12), 6, 3, ["calm"], "US", PACIFIC, 5,
    ),
    "everything at once": (
        date(2026, 2, 16), date(2026, 4, 12), 12, 8,
        ["viral", "oversell", "carrier_meltdown", "bad_creator"], "US", PACIFIC, 4,
    ),
    "autumn clock change": (
        date(2025, 10, 20), date(2025, 11, 23), 25, 4, ["live"], "US", EASTERN, 3,
    ),
    # The dispatch event changes on November 4, the clock on October 27.
    "British": (
        date(2024, 10, 14), date(2024, 11, 20), 14, 5, ["carrier_meltdown"], "GB", LONDON, 3,
    ),
    # The Lunar New Year takes a week.
    "Vietnamese": (
        date(2026, 2, 1), date(2026, 3, 10), 14, 6, ["viral"], "VN", SAIGON, 3,
    ),
}  # fmt: skip


def read(path: Path) -> list[dict[str, str]]:
    with path.open() as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize("name", SHOPS)
def test_rates_orders_and_packages(tmp_path: Path, name: str) -> None:
    start, end, orders, seed, scenarios, market, zone, step = SHOPS[name]
    made = simulate(
        tmp_path, "tiny", start, end, orders, seed, scenarios, market=market, timezone=zone
    )
    shop = Shop(made.landing, market, zone)
    assert len(shop.orders) == made.orders

    told = read(made.truth / "kpi_daily.csv")
    days = sorted({row["as_of_on"] for row in told})
    assert len(told) == len(days) * 18
    checked = {*days[::step], days[-1]}
    for day in checked:
        found = rates(shop, date.fromisoformat(day))
        for row in (r for r in told if r["as_of_on"] == day):
            key = row["metric"], row["basis"], row["window_name"]
            assert (int(row["numerator"]), int(row["denominator"])) == found.get(key, (0, 0)), (
                day, key,
            )  # fmt: skip

    rows = read(made.truth / "orders.csv")
    assert {r["order_id"] for r in rows} == set(shop.orders)
    for row in rows:
        expected = order_row(shop, shop.orders[row["order_id"]], end)
        assert {k: row[k] for k in expected} == expected

    _check_packages(shop, end, {r["package_key"]: r for r in read(made.truth / "packages.csv")})
    waiting = {key: open_row(shop, order, end) for key, order in shop.orders.items()}
    assert {
        r["order_id"]: (r["dispatch_due_at"], r["bucket"])
        for r in read(made.truth / "open_orders.csv")
    } == {key: row for key, row in waiting.items() if row is not None}

    health = read(made.truth / "account_health_daily.csv")
    first = date.fromisoformat(health[0]["as_of_on"])
    assert {date.fromisoformat(r["as_of_on"]): int(r["score"]) for r in health} == scores(
        shop, made.landing, first, end
    )


def _check_packages(shop: Shop, day: date, rows: dict[str, dict[str, str]]) -> None:
    end = shop.end(day)
    feed = shop.feed(end)
    shown = set()
    for package in shop.packages.values():
        order = min(package.orders, key=lambda o: (o.created, o.order_id))
        shipped = shop.shipped(order, end)
        if shipped is None:
            continue
        shown.add(package.key)
        row = rows[package.key]
        defect, judged = shop.judge(package, order, shipped, feed, end)
        assert row["tracking_number"] == package.number
        assert (row["tracking_defect"], row["is_scan_judged"]) == (
            defect or "", str(judged).lower(),
        )  # fmt: skip
    assert shown == set(rows)


def test_return_rates_against_the_return_export(calm_returns: tuple[Shop, Path, Path]) -> None:
    """Units by SKU of the last thirty days, from the newest state of each return."""
    shop, landing, truth = calm_returns
    day = date(2026, 4, 26)
    units: dict[tuple[str, str], int] = {}
    for order, sku, quantity in shop_lines(shop):
        units[order, sku] = units.get((order, sku), 0) + quantity
    newest: dict[str, dict[str, str]] = {}
    for path in sorted((landing / "seller_center").glob("Return*")):
        for row in read(path):
            newest[row["Return Order ID"]] = row
    end = shop.end(day)
    returned: dict[str, int] = {}
    done = [r for r in newest.values() if r["Return Status"] in ("Completed", "Refunded")]
    done.sort(key=lambda r: shop.local(_dated(r), "%d/%m/%Y %H:%M:%S"))
    counted: dict[tuple[str, str], int] = {}
    for row in done:
        at = shop.local(_dated(row), "%d/%m/%Y %H:%M:%S")
        key = row["Order ID"].strip(), row["Seller SKU"]
        before = counted.get(key, 0)
        counted[key] = min(before + int(row["Return Quantity"]), units[key])
        if at < end and 0 <= (day - shop.on(at)).days < 30:
            returned[key[1]] = returned.get(key[1], 0) + counted[key] - before
    told = {
        r["seller_sku"]: int(r["units_returned"])
        for r in read(truth / "return_rate_by_sku.csv")
        if r["basis"] == "refund_date" and r["window_name"] == "rolling_30d"
    }
    assert {k: v for k, v in told.items() if v} == returned
    assert sum(returned.values()) > 50


def _dated(row: dict[str, str]) -> str:
    return row["Refund Time"].strip() or row["Time Requested"].strip()


def shop_lines(shop: Shop) -> list[tuple[str, str, int]]:
    """Rows of the newest versions: order, SKU, units."""
    return [
        (order.order_id, row["Seller SKU"], int(row["Quantity"]))
        for order in shop.orders.values()
        for row in order.rows
    ]


@pytest.fixture(scope="module")
def calm_returns(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Path, Path]:
    out = tmp_path_factory.mktemp("returns")
    made = simulate(out, "back", date(2026, 3, 2), date(2026, 4, 26), 60, 11)
    return Shop(made.landing), made.landing, made.truth
