"""What returns cost: the worked example of a shop of 300,000 dollars a month, and by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.warehouse.conftest import Models

ORDERS, RETURNS, PRICE = 8571, 1290, 35

# All orders of April 2026, one unit of one SKU each; the first ones come back on the 30th.
_ORDERS = f"""
insert into lake.seller_center__orders by name
select shop_id, 'file' as source_id, 1 + n as row_number,
    (576460000000000000 + n)::varchar as order_id, '1729' as sku_id, 'SKU-1' as seller_sku,
    'completed' as order_status, 1 as quantity, price as subtotal_before_discount,
    0 as platform_discount, price as subtotal_after_discount, price + 5 as order_amount, currency,
    timestamp '2026-04-01 18:00:00' + to_days((n % 30)::int) as created_at,
    date '2026-04-01' + (n % 30)::int as created_on,
    timestamp '2026-04-01 18:05:00' + to_days((n % 30)::int) as paid_at,
    date '2026-04-01' + (n % 30)::int as paid_on,
    timestamp '2026-04-01 18:30:00' + to_days((n % 30)::int) as shipped_at
from (values ('us', {PRICE}, 'USD', {ORDERS}), ('vn', 200000, 'VND', 10))
    as s (shop_id, price, currency, orders), range({ORDERS}) as r (n) where n < orders
"""
_RETURNS = f"""
insert into lake.seller_center__returns by name
select shop_id, 'back' as source_id, 1 + n as row_number,
    (403500000000000000 + n)::varchar as return_order_id,
    (576460000000000000 + n)::varchar as order_id, '1729' as sku_id, 'SKU-1' as seller_sku,
    'Return and refund' as return_type, 'Defective' as return_reason, 'completed' as return_status,
    1 as return_quantity, price as refund_amount, currency,
    timestamp '2026-04-30 18:00:00' as requested_at, date '2026-04-30' as requested_on,
    timestamp '2026-04-30 19:00:00' as refunded_at, date '2026-04-30' as refunded_on
from (values ('us', {PRICE}, 'USD', {RETURNS}), ('vn', 200000, 'VND', 2))
    as s (shop_id, price, currency, returns), range({RETURNS}) as r (n) where n < returns
"""
MARTS = ("order_economics", "unit_economics", "return_costs")


def declare(models: Models, **shares: str) -> None:
    """The costs of the shop `us`; the example names no fee of the platform, so there is none."""
    values = {"refund_admin_fee_share": "0", **shares}
    models.fill(
        "lake.reference__cost_assumptions",
        [
            {"shop_id": "us", "parameter": name, "applies_to": "all", "value": Decimal(value)}
            for name, value in values.items()
        ],
    )


@pytest.fixture(scope="module")
def shop(models: Models) -> Models:
    """The shop of the worked example, and one whose money is not dollars."""
    models.connection.execute(_ORDERS)
    models.connection.execute(_RETURNS)
    declare(models)
    models.run_all()
    return models


def parts(models: Models, shop_id: str = "us") -> dict[str, dict[str, Any]]:
    """The rows of `return_costs` of 30 days by component."""
    cursor = models.connection.execute(
        "select * from marts.return_costs where shop_id = ? and window_name = 'rolling_30d'",
        [shop_id],
    )
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["component"]: row for row in rows}


def order(models: Models, number: int, shop_id: str = "us") -> dict[str, Any]:
    cursor = models.connection.execute(
        "select * from marts.order_economics where shop_id = ? and order_id = ?",
        [shop_id, str(576460000000000000 + number)],
    )
    names = [column[0] for column in cursor.description or []]
    [row] = cursor.fetchall()
    return dict(zip(names, row, strict=True))


def test_orders_and_returns_of_the_example() -> None:
    """300,000 dollars at 35 an order, and 15 % of the rounded orders come back."""
    assert 300_000 // PRICE == ORDERS
    assert round(ORDERS, -2) == 8600
    assert RETURNS == 8600 * 15 // 100
    assert abs(300_000 / PRICE * 0.15 - RETURNS) <= 5


def test_shipping_and_inspection_cost_10320(shop: Models) -> None:
    found = parts(shop)
    assert found["return_shipping"]["amount"] == 6450
    assert found["inspection"]["amount"] == 3870
    assert found["return_shipping"]["amount"] + found["inspection"]["amount"] == 10_320
    assert found["return_shipping"]["returns"] == RETURNS


def test_half_of_the_price_of_the_impaired_makes_12577_50(shop: Models) -> None:
    found = parts(shop)
    assert found["markdown"]["units"] == 129
    assert found["markdown"]["amount"] == Decimal("2257.50")
    whole = found["(all)"]
    assert whole["amount"] == Decimal("12577.50")
    assert 1.46 <= whole["per_order"] <= 1.73
    assert 0.0419 <= whole["share_of_sales"] <= 0.049
    assert whole["per_return"] == pytest.approx(9.75)
    assert whole["is_assumed"]
    # The refunds stand apart.
    assert found["refund"]["amount"] == RETURNS * PRICE and not found["refund"]["is_assumed"]


def test_the_whole_price_of_the_impaired_makes_14835(shop: Models) -> None:
    declare(shop, impairment_loss_share="1")
    shop.run(*MARTS)
    whole = parts(shop)["(all)"]
    declare(shop)
    shop.run(*MARTS)
    assert whole["amount"] == 14_835
    assert whole["per_order"] == pytest.approx(1.73, abs=0.005)


def test_the_platform_fee_stays_within_the_range_of_the_example(shop: Models) -> None:
    """A fifth of 6 % of 35 dollars, 42 cents a return."""
    declare(shop, refund_admin_fee_share="0.2")
    shop.run(*MARTS)
    found = parts(shop)
    declare(shop)
    shop.run(*MARTS)
    assert found["refund_admin_fee"]["amount"] == Decimal("541.80")
    assert 12_000 <= found["(all)"]["amount"] <= 15_000


def test_an_order_before_and_after_its_return(shop: Models) -> None:
    kept, returned = order(shop, RETURNS), order(shop, 0)
    # 35.00 less goods 10.50, carriage 4.50, packing 2.00 and the fee of 2.10.
    for row in (kept, returned):
        assert row["contribution_before_returns"] == Decimal("15.90")
        assert row["affiliate_commission"] == 0
    assert (
        kept["sale_returned_amount"],
        kept["returns_cost"],
        kept["contribution_after_returns"],
    ) == (
        0,
        0,
        Decimal("15.90"),
    )
    # The fee and the goods come back at their cost, which half of the price is more than; 5.00 and
    # 3.00 are spent. The markdown of 1.75 is no loss of contribution.
    assert (returned["sale_returned_amount"], returned["given_back"]) == (35, Decimal("12.60"))
    assert returned["returns_cost"] == Decimal("9.75")
    assert returned["returns_outlay"] == 8
    assert returned["contribution_after_returns"] == Decimal("-14.50")
    assert kept["assumed"] == "unit_cost, outbound_shipping, pick_pack, referral_fee"
    assert returned["assumed"] == f"{kept['assumed']}, return_shipping, inspection, markdown"


def test_the_shop_leaves_what_its_orders_leave(shop: Models) -> None:
    row = shop.connection.execute(
        "select orders, sales, contribution_before_returns, contribution_after_returns, "
        "per_order_before_returns, per_order, is_assumed from marts.unit_economics "
        "where shop_id = 'us' and dimension = 'shop' and window_name = 'rolling_90d'"
    ).fetchone()
    assert row is not None
    before = ORDERS * Decimal("15.90")
    after = before - RETURNS * (Decimal("15.90") + Decimal("14.50"))
    assert row[:4] == (ORDERS, ORDERS * PRICE, before, after)
    assert row[4:6] == (pytest.approx(15.9), pytest.approx(float(after) / ORDERS))
    assert row[6] is True


def test_default_money_says_nothing_of_another_currency(shop: Models) -> None:
    found = parts(shop, "vn")
    assert {name for name, row in found.items() if row["amount"] is None} == {
        "return_shipping",
        "inspection",
        "(all)",
    }
    # Shares hold everywhere: a tenth of the units at half of the price.
    assert found["markdown"]["amount"] == 20_000
    row = order(shop, 0, "vn")
    assert row["contribution_before_returns"] is None and row["unit_cost"] == 60_000
    reasons = shop.connection.execute(
        "select shop_id, mend_feed from marts.not_judged where subject = 'costs'"
    ).fetchall()
    assert reasons == [("vn", "reference/cost_assumptions")]


def test_a_declared_cost_is_no_longer_assumed(shop: Models) -> None:
    shop.fill(
        "lake.reference__cost_assumptions",
        [
            {"shop_id": "us", "parameter": name, "applies_to": what, "value": Decimal(value)}
            for name, what, value in (
                ("return_shipping_cost", "all", "4.20"),
                ("inspection_cost", "SKU-1", "2"),
                ("inspection_cost", "all", "9"),
            )
        ],
    )
    shop.run(*MARTS)
    found = parts(shop)
    declare(shop)
    shop.run(*MARTS)
    assert found["return_shipping"]["amount"] == RETURNS * Decimal("4.20")
    assert found["inspection"]["amount"] == RETURNS * 2
    assert not found["return_shipping"]["is_assumed"] and not found["inspection"]["is_assumed"]
    assert found["markdown"]["is_assumed"] and found["(all)"]["is_assumed"]
