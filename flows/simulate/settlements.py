"""What the platform pays out for each order, by its published rates.

Each sale is settled eight days after its delivery: what the buyer and the platform pay for the
goods and what the buyer pays for shipping, less the referral fee on both and the creator's
commission. A refund follows in a later statement, or in the same one: the refund itself, the
referral fee on it, of which the platform keeps a part as its administration fee, and the commission
of what came back whole.
"""

import numpy as np
import polars as pl

from flows.simulate.amounts import amounts_of, before_packing
from flows.simulate.clock import DAY, NEVER
from flows.simulate.plan import Plan
from flows.simulate.returns import COMPLETED, REFUNDED, commission_cents
from flows.simulate.types import IntArray

SALE, REFUND = range(2)

MONEY = (
    "gross", "discount", "gross_refund", "discount_refund", "referral_fee", "admin_fee",
    "commission", "shipping",
)  # fmt: skip
"""Components in a currency's smallest unit; fees, discounts and refunds are negative."""

_SETTLED_AFTER_DAYS, _REFUND_AFTER_DAYS = 8, 2
"""A refund that takes a commission back is in the statement of its own day."""

_REFERRAL_PERCENT, _KEPT_PERCENT = 6, 20
_MOST_KEPT = {"USD": 500}
_SURELY_MISSED_DAYS = 21


def settlement_entries(plan: Plan) -> tuple[pl.DataFrame, list[int]]:
    """One row an order, SKU and refund, by statement day, with `MONEY`; and orders left out.

    `day` is the clock's day of the statement, at most the shop's last; `order` and `sku` point into
    the plan. A scenario leaves one order out of every statement.
    """
    sales = _sales(plan)
    entries = pl.concat([sales, _refunds(plan, sales)]).filter(
        pl.col("day") <= plan.clock.number_of(plan.end_on)
    )
    missing = _missing(plan, entries) if plan.script.missing_settlement else []
    entries = entries.filter(~pl.col("order").is_in(missing))
    return entries.sort("day", "order", "kind", "sku"), missing


def _sales(plan: Plan) -> pl.DataFrame:
    lines, orders, clock = plan.lines, plan.orders, plan.clock
    money = before_packing(plan, amounts_of(plan))
    brought = (plan.arrived < NEVER) & (orders.cancelled >= NEVER) & (orders.paid < NEVER)
    row = np.flatnonzero(~lines.again() & brought[lines.order])
    of = lines.order[row]
    first = np.diff(of, prepend=-1) > 0
    goods = (money.before - money.seller_discount)[row]
    credited = lines.affiliate[row] & (lines.creator[row] >= 0)
    nothing = np.zeros(len(row), dtype=np.int64)
    return pl.DataFrame(
        {
            "order": of,
            "sku": lines.sku[row],
            "kind": np.full(len(row), SALE),
            "day": clock.day(np.where(brought, plan.arrived, 0)[of]) + _SETTLED_AFTER_DAYS,
            "units": money.units[row],
            "gross": money.before[row],
            "discount": -money.seller_discount[row],
            "gross_refund": nothing,
            "discount_refund": nothing,
            "referral_fee": -_by_order(of, goods, money.shipping),
            "admin_fee": nothing,
            "commission": -commission_cents(money.after[row]) * credited,
            "shipping": np.where(first, money.shipping[of], 0),
        }
    )


def _refunds(plan: Plan, sales: pl.DataFrame) -> pl.DataFrame:
    """The refunds of each settled sale; a commission is given back once."""
    back = plan.returns
    done = np.flatnonzero(np.isin(back.status, (COMPLETED, REFUNDED)))
    at = np.where(back.refunded < NEVER, back.refunded, back.requested + 2 * DAY)[done]
    cents = back.amount_cents[done]
    fee = _part(cents, _REFERRAL_PERCENT)
    kept = np.minimum(_part(fee, _KEPT_PERCENT), _MOST_KEPT.get(plan.market.currency, NEVER))
    refunds = pl.DataFrame(
        {
            "order": back.order[done],
            "sku": back.sku[done],
            "refunded_day": plan.clock.day(at),
            "quantity": back.quantity[done],
            "cents": cents,
            "referral_fee": fee,
            "admin_fee": -kept,
        }
    )
    sold = sales.select(
        "order", "sku", "units", "gross", "discount",
        paid=pl.col("gross") + pl.col("discount"), settled=pl.col("day"),
        earned=pl.col("commission"),
    )  # fmt: skip
    joined = refunds.join(sold, on=["order", "sku"], how="inner").sort("refunded_day", "cents")
    whole = pl.col("quantity") >= pl.col("units")
    gives_back = whole & (whole.cast(pl.Int64).cum_sum().over("order", "sku") == 1)
    discount = -pl.col("discount") * pl.col("cents") // pl.max_horizontal("paid", 1)
    return joined.select(
        "order",
        "sku",
        kind=pl.lit(REFUND, dtype=pl.Int64),
        day=pl.max_horizontal(
            "settled",
            pl.col("refunded_day")
            + pl.when(pl.col("earned") == 0).then(_REFUND_AFTER_DAYS).otherwise(0),
        ),
        units="quantity",
        gross=pl.lit(0, dtype=pl.Int64),
        discount=pl.lit(0, dtype=pl.Int64),
        gross_refund=-(pl.col("cents") + discount),
        discount_refund=discount,
        referral_fee="referral_fee",
        admin_fee="admin_fee",
        commission=pl.when(gives_back).then(-pl.col("earned")).otherwise(0),
        shipping=pl.lit(0, dtype=pl.Int64),
    )


def _missing(plan: Plan, entries: pl.DataFrame) -> list[int]:
    """An order without refunds that was delivered long before the last statement; the last such."""
    until = plan.clock.number_of(plan.end_on) - _SURELY_MISSED_DAYS + _SETTLED_AFTER_DAYS
    refunded = entries.filter(pl.col("kind") == REFUND)["order"]
    old = entries.filter(
        (pl.col("day") <= until)
        & ~pl.col("order").is_in(refunded.implode())
        & (pl.col("gross") + pl.col("discount") > 0)
    )
    return [int(old["order"][-1])] if old.height else []


def _by_order(of: IntArray, goods: IntArray, shipping: IntArray) -> IntArray:
    """The referral fee of each row's goods; the order's first row has what is left of the whole."""
    paid = np.bincount(of, weights=goods, minlength=len(shipping)).astype(np.int64) + shipping
    fee = _part(goods, _REFERRAL_PERCENT)
    rounded = np.bincount(of, weights=fee, minlength=len(shipping)).astype(np.int64)
    rest = _part(paid, _REFERRAL_PERCENT) - rounded
    return fee + np.where(np.diff(of, prepend=-1) > 0, rest[of], 0)


def _part(cents: IntArray, percent: int) -> IntArray:
    """A part of amounts, rounded half up."""
    return (cents * percent + 50) // 100
