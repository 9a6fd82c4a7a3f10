"""Writes the settlement statements: one file a week or month, in the old header, then the new."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.clock import StampText
from flows.simulate.layouts import NEW_SETTLEMENT_HEADER, OLD_SETTLEMENT_HEADER
from flows.simulate.plan import Plan
from flows.simulate.settlements import MONEY, SALE, settlement_entries
from flows.simulate.types import IntArray
from flows.simulate.write_logistics import label_of, small_pieces

_FEED = "seller_center/settlements"
_HOUR_OF_STATEMENT = 4
_FIRST_STATEMENT = 3_600_000_000_000_000_000
_REPEATED_AT_SWITCH = 14
"""Days of the old layout that the first statement of the new one has, too."""

_NOTHING = "/"

_SALES = pl.col("gross") + pl.col("discount")
_REFUNDS = pl.col("gross_refund") + pl.col("discount_refund")
_FEES = pl.col("referral_fee") + pl.col("admin_fee") + pl.col("commission")
_IN_BOTH = {
    "Total settlement amount": _SALES + _REFUNDS + _FEES + pl.col("shipping"),
    "Seller discounts": pl.col("discount"),
    "Referral fee": pl.col("referral_fee"),
    "Refund administration fee": pl.col("admin_fee"),
    "Affiliate commission": pl.col("commission"),
}
_OLD_MONEY = _IN_BOTH | {
    "Total Revenue": _SALES + _REFUNDS,
    "Subtotal after seller discounts": _SALES,
    "Subtotal before discounts": pl.col("gross"),
    "Refund subtotal after seller discounts": _REFUNDS,
    "Refund subtotal before seller discounts": pl.col("gross_refund"),
    "Refund of seller discounts": pl.col("discount_refund"),
    "Total Fees": _FEES + pl.col("shipping"),
    "Seller shipping fee": pl.col("shipping"),
    "Customer shipping fee": pl.col("shipping"),
}
_NEW_MONEY = _IN_BOTH | {
    "Net sales": _SALES + _REFUNDS,
    "Gross sales": pl.col("gross"),
    "Gross sales refund": pl.col("gross_refund"),
    "Seller discount refund": pl.col("discount_refund"),
    "Fees": _FEES,
    "Shipping": pl.col("shipping"),
    "Customer-paid shipping fee": pl.col("shipping"),
}


def write_settlements(landing: fl.Landing, plan: Plan) -> list[str]:
    """Write the statements of each period, the first half of them in the old layout.

    An old statement has a row an order, a new one a row an order and SKU. Each file repeats the
    last day of the one before, the first new one the last days of the old ones. Returns the orders
    that a scenario leaves out.
    """
    entries, missing = settlement_entries(plan)
    edges = small_pieces(plan)
    days = plan.clock.day(edges).tolist()
    half = len(days) // 2
    for number, stop in enumerate(days):
        repeated = _REPEATED_AT_SWITCH if number == half else 1
        since = days[number - 1] - repeated if number else 0
        part = entries.filter((pl.col("day") >= since) & (pl.col("day") < stop))
        if part.height:
            frame = _new(plan, part) if number >= half else _old(plan, part)
            name = "Settlement details" if number >= half else "Settlement"
            label = label_of(plan, int(edges[number]))
            landing.put(_FEED, f"seller_center/{name}-{label}.csv", frame)
    return [str(plan.orders.order_id[order]) for order in missing]


def _old(plan: Plan, part: pl.DataFrame) -> pl.DataFrame:
    rows = part.group_by("day", "order", "kind", maintain_order=True).agg(pl.col(MONEY).sum())
    of, day = (rows[name].to_numpy() for name in ("order", "day"))
    utc = StampText(plan.clock, "%Y/%m/%d", "%H:%M:%S", " ")
    settled = plan.clock.midnights[day] + _HOUR_OF_STATEMENT * 3600
    there = np.ones(len(of), dtype=bool)
    return _put_together(
        plan,
        rows,
        OLD_SETTLEMENT_HEADER,
        _OLD_MONEY,
        {
            "Order/adjustment ID  ": fl.ids(plan.orders.order_id[of], "\t"),
            "Type ": _types(rows),
            "Order created time(UTC)": utc.wall(plan.orders.created[of], there),
            "Order settled time(UTC)": utc.wall(settled, there),
        },
    )


def _new(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    of, sku, day = (rows[name].to_numpy() for name in ("order", "sku", "day"))
    dates = StampText(plan.clock, "%Y/%m/%d", "", "")
    there = np.ones(len(of), dtype=bool)
    catalogue, midnights = plan.catalogue, plan.clock.midnights
    return _put_together(
        plan,
        rows,
        NEW_SETTLEMENT_HEADER,
        _NEW_MONEY,
        {
            "Statement date": dates.shop(midnights[day], there),
            "Statement ID": _numbers(plan, day, 1),
            "Payment ID": _numbers(plan, day, 2),
            "Status": _same("Settled", len(of)),
            "Transaction type": _types(rows),
            "Order/Adjustment ID": fl.ids(plan.orders.order_id[of], "\t"),
            "SKU ID": fl.ids(catalogue.sku_id, "\t").gather(sku),
            "Quantity": fl.ids(rows["units"].to_numpy()),
            "Product name": fl.pick_text(catalogue.title, sku),
            "SKU name": fl.pick_text(catalogue.variation, sku),
            "Order created date": dates.shop(plan.orders.created[of], there),
            "Order delivery date": dates.shop(plan.arrived[of], there),
        },
    )


def _put_together(
    plan: Plan,
    rows: pl.DataFrame,
    header: tuple[str, ...],
    money: Mapping[str, pl.Expr],
    texts: dict[str, pl.Series],
) -> pl.DataFrame:
    """A file's columns: texts, amounts with a minus before what is taken, and slashes."""
    amounts = rows.select(_text(plan, cents).alias(name) for name, cents in money.items())
    given = texts | amounts.to_dict() | {"Currency": _same(plan.market.currency, rows.height)}
    nothing = _same(_NOTHING, rows.height)
    return pl.DataFrame({name: given.get(name, nothing) for name in header})


def _text(plan: Plan, cents: pl.Expr) -> pl.Expr:
    if not plan.market.decimals:
        return cents.cast(pl.String)
    size = cents.abs()
    return pl.concat_str(
        pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (size // 100).cast(pl.String), pl.lit("."), (size % 100).cast(pl.String).str.zfill(2),
    )  # fmt: skip


def _types(rows: pl.DataFrame) -> pl.Series:
    return fl.pick_text(["Order", "Refund"], (rows["kind"] != SALE).cast(pl.Int64).to_numpy())


def _numbers(plan: Plan, day: IntArray, kind: int) -> pl.Series:
    """Numbers of the day's statement or payment."""
    since = (plan.clock.date_of(day) - np.datetime64("2018-01-01")).astype(np.int64)
    return fl.ids(_FIRST_STATEMENT + since * 10**9 + kind, "\t")


def _same(text: str, rows: int) -> pl.Series:
    return pl.Series([text], dtype=pl.String).gather(np.zeros(rows, dtype=np.int64))
