"""What an order costs its buyer, and who pays for its discounts."""

from dataclasses import dataclass, replace

import numpy as np

from flows.simulate.plan import Plan
from flows.simulate.returns import line_cents
from flows.simulate.types import IntArray


@dataclass
class Amounts:
    """Units and cents by row; shipping, taxes and total in cents by order."""

    units: IntArray
    before: IntArray
    seller_discount: IntArray
    platform_discount: IntArray
    after: IntArray
    shipping: IntArray
    taxes: IntArray
    total: IntArray


def amounts_of(plan: Plan) -> Amounts:
    """The money of a plan's rows and orders."""
    lines, orders = plan.lines, plan.orders
    before = plan.catalogue.price_cents[lines.sku] * lines.quantity
    after = line_cents(lines, orders, plan.catalogue)
    off = before - after
    free = after == 0
    platform = np.where(free, 0, off // 3)
    goods = np.bincount(lines.order, weights=after, minlength=len(orders)).astype(np.int64)
    market = plan.market
    small = (goods < market.free_shipping_from) & ~orders.sample
    shipping = np.where(small, market.shipping_fee, 0)
    taxes = goods * market.tax_percent // 100
    return Amounts(
        lines.quantity, before, off - platform, platform, after,
        shipping, taxes, goods + shipping + taxes,
    )  # fmt: skip


def before_packing(plan: Plan, amounts: Amounts) -> Amounts:
    """The same while an order has no packages yet: each SKU in one row."""
    by_row = {
        name: plan.lines.whole(getattr(amounts, name))
        for name in ("units", "before", "seller_discount", "platform_discount", "after")
    }
    return replace(amounts, **by_row)
