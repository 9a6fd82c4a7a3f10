"""Statements: both layouts, totals made of their parts, the published rates, every order once."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.simulate import SimulationSummary, simulate
from flows.simulate.layouts import NEW_SETTLEMENT_HEADER, OLD_SETTLEMENT_HEADER
from tests.simulate.conftest import CALM_FROM, CALM_TO
from tests.simulate.exports import rows

CENT = Decimal("0.01")
Statement = dict[str, str]


def money(row: Statement, *names: str) -> Decimal:
    """The first of the columns that the row's layout has; a slash is nothing."""
    text = next(row[name] for name in names if name in row)
    return Decimal(0) if text == "/" else Decimal(text)


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def number(row: Statement) -> str:
    return row.get("Order/adjustment ID") or row["Order/Adjustment ID"]


def kind(row: Statement) -> str:
    return row.get("Type") or row["Transaction type"]


def entry(row: Statement) -> tuple[str, str, str]:
    """Order, kind and day; the old layout's times are UTC, early in the day of the shop."""
    day = row.get("Statement date") or row["Order settled time(UTC)"][:10]
    return number(row).strip(), kind(row), day


@pytest.fixture(scope="module")
def every_row(calm: SimulationSummary) -> list[Statement]:
    """Files repeat the last day of the one before; a row of the same layout is here once."""
    seen = {tuple(row.items()): row for row in rows(calm.landing, "Settlement*.csv")}
    return list(seen.values())


@pytest.fixture(scope="module")
def statements(every_row: list[Statement]) -> list[Statement]:
    """Every payment once: by SKU where both layouts have it."""
    by_sku = {entry(row) for row in every_row if "SKU ID" in row}
    return [row for row in every_row if "SKU ID" in row or entry(row) not in by_sku]


def test_both_layouts_have_the_days_before_the_switch(every_row: list[Statement]) -> None:
    old: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    new: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for row in every_row:
        if "SKU ID" in row:
            new[entry(row)].append(money(row, "Total settlement amount"))
        else:
            old[entry(row)] += money(row, "Total settlement amount")
    both = old.keys() & new.keys()
    assert 1 < len({day for _, _, day in both}) <= 14
    assert all(old[one] == sum(new[one]) for one in both)
    assert any(len(new[one]) > 1 for one in both)


def test_there_are_both_layouts(calm: SimulationSummary) -> None:
    headers = [
        tuple(path.read_text().splitlines()[0].split(","))
        for path in sorted(calm.landing.rglob("Settlement*.csv"), key=lambda p: p.stem[-10:])
    ]
    assert headers[0] == OLD_SETTLEMENT_HEADER and headers[-1] == NEW_SETTLEMENT_HEADER
    assert set(headers) == {OLD_SETTLEMENT_HEADER, NEW_SETTLEMENT_HEADER}
    assert OLD_SETTLEMENT_HEADER[:2] == ("Order/adjustment ID  ", "Type ")


def test_totals_are_made_of_their_parts(statements: list[Statement]) -> None:
    for row in statements:
        sales = money(row, "Subtotal before discounts", "Gross sales") + money(
            row, "Seller discounts"
        )
        refunds = money(
            row, "Refund subtotal before seller discounts", "Gross sales refund"
        ) + money(row, "Refund of seller discounts", "Seller discount refund")
        fees = sum(
            money(row, name)
            for name in ("Referral fee", "Refund administration fee", "Affiliate commission")
        )
        shipping = money(row, "Seller shipping fee", "Shipping")
        assert money(row, "Total Revenue", "Net sales") == sales + refunds
        assert money(row, "Total settlement amount") == sales + refunds + fees + shipping
        assert sales >= 0 >= refunds
        old = "Total Fees" in row
        assert money(row, "Total Fees", "Fees") == fees + (shipping if old else 0)


def test_fees_follow_the_published_rates(statements: list[Statement]) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    fee: dict[str, Decimal] = defaultdict(Decimal)
    refunds = 0
    for row in statements:
        if kind(row) == "Order":
            paid[number(row)] += money(row, "Total Revenue", "Net sales")
            paid[number(row)] += money(row, "Seller shipping fee", "Shipping")
            fee[number(row)] += money(row, "Referral fee")
        elif "SKU ID" in row:
            refunded = -money(row, "Net sales")
            given_back = money(row, "Referral fee")
            assert given_back == rounded(refunded * 6 / 100)
            kept = min(rounded(given_back / 5), Decimal(5))
            assert money(row, "Refund administration fee") == -kept
            refunds += 1
    assert refunds > 10 and len(paid) > 1000
    for order_id, amount in paid.items():
        assert fee[order_id] == -rounded(amount * 6 / 100)


def test_every_old_delivery_is_settled_once(
    calm: SimulationSummary, statements: list[Statement]
) -> None:
    sales: dict[tuple[str, str], int] = defaultdict(int)
    for row in statements:
        if kind(row) == "Order":
            sales[number(row), row.get("SKU ID", "")] += 1
    assert set(sales.values()) == {1}
    old = str(CALM_TO - timedelta(days=12))
    orders = pl.read_csv(calm.truth / "orders.csv", infer_schema=False)
    delivered = orders.filter((pl.col("delivered_at") < old) & pl.col("cancelled_at").is_null())[
        "order_id"
    ]
    settled = {order_id for order_id, _ in sales}
    assert len(delivered) > 1000
    assert not set(delivered.to_list()) - settled


def test_one_order_is_left_out(tmp_path: Path) -> None:
    first, last = date(2026, 3, 2), date(2026, 4, 20)
    made = [
        simulate(tmp_path / word, "shop", first, last, 15, 4, [word])
        for word in ("calm", "missing_settlement")
    ]
    settled, without = (
        {number(row) for row in rows(one.landing, "Settlement*.csv")} for one in made
    )
    assert without < settled and len(settled - without) == 1
    planted = (made[1].truth / "planted.json").read_text()
    assert (settled - without).pop() in planted
    orders = pl.read_csv(made[1].truth / "orders.csv", infer_schema=False)
    left_out = orders.filter(pl.col("order_id") == (settled - without).pop())
    assert left_out["delivered_at"].item() < str(last - timedelta(days=19))


def test_statements_can_be_left_out(tmp_path: Path) -> None:
    made = simulate(tmp_path, "shop", CALM_FROM, CALM_FROM, 5, 1, settlements=False)
    assert not list(made.landing.rglob("Settlement*"))
