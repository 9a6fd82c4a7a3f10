"""Writes the other Seller Center exports: returns (25 columns) and affiliate orders."""

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.buyers import buyer_names
from flows.simulate.clock import DAY, NEVER, StampText
from flows.simulate.content import CONTENT_TYPES, content_ids, content_of
from flows.simulate.plan import Plan
from flows.simulate.returns import (
    COMMISSION_PERCENT,
    COMPLETED,
    IN_PROCESS,
    REASONS,
    REFUNDED,
    REJECTED,
    STATUSES,
    TO_PROCESS,
    commission_cents,
    line_cents,
)
from flows.simulate.schedule import Export, arrives_late, covered, last_seen
from flows.simulate.types import BoolArray, IntArray

RETURN_HEADER = (
    "Return Order ID", "Order ID", "Order Amount", "Order Status", "Order Substatus",
    "Payment Method", "SKU ID", "Seller SKU", "Product Name", "SKU Name", "Buyer Username",
    "Return Type", "Time Requested", "Return Reason", "Return unit price", "Return Quantity",
    "Return Logistics Tracking ID", "Return Status", "Return Sub Status", "Refund Time",
    "Dispute Status", "Appeal Status", "Compensation Status", "Compensation Amount", "Buyer Note",
)  # fmt: skip

_SUB_STATUSES = (
    "Awaiting seller response", "Auto approved", "Auto approved", "Rejected by seller",
    "Auto approved", "Auto approved",
)  # fmt: skip
_Columns = dict[str, pl.Series]

_SETTLES_AFTER = 15 * DAY
_LATE_SHARE = 0.02


def _constant(text: str | None, rows: int) -> pl.Series:
    return pl.Series([text], dtype=pl.String).gather(np.zeros(rows, dtype=np.int64))


def write_returns(
    landing: fl.Landing, plan: Plan, exports: list[Export], rng: np.random.Generator
) -> None:
    """Write the return exports; each row in its state at the time of the pull."""
    back, catalogue = plan.returns, plan.catalogue
    stamp = StampText(plan.clock, "%d/%m/%Y", "%H:%M:%S\t", " ")
    goods = line_cents(plan.lines, plan.orders, catalogue)
    order_cents = np.bincount(plan.lines.order, weights=goods, minlength=len(plan.orders)).astype(
        np.int64
    )
    money = fl.MoneyText(int(order_cents.max(initial=0)), plan.market.decimals)
    seen = last_seen(exports, back.requested)
    for export in exports:
        rows = np.flatnonzero(covered(export, back.requested))
        again = seen[rows] > export.pulled_at
        rows = rows[~(again & arrives_late(rng, len(rows), _LATE_SHARE))]
        if not len(rows):
            continue
        of, sku, at = back.order[rows], back.sku[rows], export.pulled_at
        status = _status_at(plan, rows, at)
        paid_back = back.refunded[rows] < at
        text = {
            "Return Order ID": fl.ids(back.return_id[rows], "\t"),
            "Order ID": fl.ids(plan.orders.order_id[of], "\t"),
            "Order Amount": money(order_cents[of]),
            "Order Status": _constant("Completed", len(rows)),
            "Payment Method": _constant(plan.market.layout.payment_methods[0], len(rows)),
            "SKU ID": fl.ids(catalogue.sku_id, "\t").gather(sku),
            "Seller SKU": fl.pick_text(catalogue.seller_sku, sku),
            "Product Name": fl.pick_text(catalogue.title, sku),
            "SKU Name": fl.pick_text(catalogue.variation, sku),
            "Buyer Username": buyer_names(plan.buyer[of]),
            "Return Type": fl.pick_text(
                ["Return and refund", "Refund only"], back.refund_only[rows].astype(np.int64)),
            "Time Requested": stamp.shop(back.requested[rows], back.requested[rows] < at),
            "Return Reason": fl.pick_text(REASONS, back.reason[rows]),
            "Return unit price": money(back.amount_cents[rows]),
            "Return Quantity": fl.ids(back.quantity[rows]),
            "Return Status": fl.pick_text(STATUSES, status),
            "Refund Time": stamp.shop(back.refunded[rows], paid_back, "\t"),
            "Buyer Note": _constant("made-up note", len(rows)),
        } | _claims(plan, rows, status, money)  # fmt: skip
        empty = _constant(None, len(rows))
        frame = pl.DataFrame({name: text.get(name, empty) for name in RETURN_HEADER})
        landing.put(
            "seller_center/returns", f"seller_center/Return-Refund-{export.label}.csv", frame
        )


def _claims(plan: Plan, rows: IntArray, status: IntArray, money: fl.MoneyText) -> _Columns:
    """What is told beside the status: the way back, disputes, and what the platform paid for it.

    Buyers dispute a third of the rejections; the seller appeals against a tenth of the refunds
    without a return and is paid half of every other one.
    """
    back = plan.returns
    turn = back.return_id[rows] // 3 % 60
    on_its_way = ~back.refund_only[rows] & np.isin(status, (IN_PROCESS, COMPLETED, REFUNDED))
    number = pl.select(pl.lit("9202") + fl.ids(back.return_id[rows])).to_series()
    appealed = back.refund_only[rows] & (status == COMPLETED) & (turn % 10 == 0)
    paid = appealed & (turn % 20 == 0)
    outcome = np.where(paid, 1, np.where(appealed, 2, 0))

    def where(hit: BoolArray, series: pl.Series) -> pl.Series:
        return pl.select(pl.when(pl.Series(hit)).then(series)).to_series()

    return {
        "Return Logistics Tracking ID": where(on_its_way, number),
        "Return Sub Status": fl.pick_text(_SUB_STATUSES, status),
        "Dispute Status": fl.pick_text(
            [None, "Closed"], ((status == REJECTED) & (turn % 3 == 0)).astype(np.int64)),
        "Appeal Status": fl.pick_text([None, "Approved", "Rejected"], outcome),
        "Compensation Status": fl.pick_text([None, "Approved", "Denied"], outcome),
        "Compensation Amount": where(appealed, money(back.amount_cents[rows] // 2 * paid)),
    }  # fmt: skip


def _status_at(plan: Plan, rows: np.ndarray, at: int) -> np.ndarray:
    back = plan.returns
    settled = np.where(back.refunded < NEVER, back.refunded, back.requested + 2 * DAY)[rows]
    last = back.status[rows]
    early = np.where(back.requested[rows] + DAY >= at, TO_PROCESS, IN_PROCESS)
    # A request that never gets further than its first states passes through no other.
    waiting = np.minimum(early, np.where(last <= IN_PROCESS, last, IN_PROCESS))
    return np.where(settled < at, last, waiting)


def write_affiliates(
    landing: fl.Landing, plan: Plan, exports: list[Export], rng: np.random.Generator
) -> None:
    """Write the affiliate order exports: one row an order and SKU that a creator is paid for."""
    orders, lines, catalogue, back = plan.orders, plan.lines, plan.catalogue, plan.returns
    stamp = StampText(plan.clock, "%d/%m/%Y", "%H:%M:%S\t", " ")
    row = np.flatnonzero(lines.affiliate)
    # One row an order and SKU, however many packages it went into.
    cents = lines.whole(line_cents(lines, orders, catalogue))
    units = lines.whole(lines.quantity)
    money = fl.MoneyText(
        int(max(cents.max(initial=0), catalogue.price_cents.max())), plan.market.decimals
    )
    refunded = np.isin(back.status, (COMPLETED, REFUNDED))
    gone = np.zeros(len(lines), dtype=bool)
    gone[back.line[refunded & (back.quantity >= units[back.line])]] = True
    created = orders.created[lines.order[row]]
    seen = last_seen(exports, created)
    for export in exports:
        at = export.pulled_at
        hit = covered(export, created)
        hit &= ~((seen > at) & arrives_late(rng, len(row), _LATE_SHARE))
        rows = row[hit]
        if not len(rows):
            continue
        of, sku = lines.order[rows], lines.sku[rows]
        delivered = orders.delivered[of] < at
        settled = orders.delivered[of] + _SETTLES_AFTER < at
        cancelled = orders.cancelled[of] < at
        base, commission = cents[rows], commission_cents(cents[rows])
        status = np.select([cancelled, settled & gone[rows], settled, delivered], [4, 3, 2, 1], 0)
        settled_at = np.where(settled, orders.delivered[of] + _SETTLES_AFTER, NEVER)
        settled_at = np.where(settled, plan.clock.readable(settled_at), NEVER)
        actual = np.where(settled & ~gone[rows], 1, 0)
        content = content_of(plan, lines.creator[rows], orders.created[of])
        text = {
            "Order ID": fl.ids(orders.order_id[of], "\t"),
            "Product ID": fl.ids(catalogue.product_id, "\t").gather(sku),
            "Product Name": fl.pick_text(catalogue.title, sku),
            "SKU ID": fl.ids(catalogue.sku_id, "\t").gather(sku),
            "Price": money(catalogue.price_cents).gather(sku),
            "Payment Amount": money(base),
            "Currency": _constant(plan.market.currency, len(rows)),
            "Quantity": fl.ids(units[rows]),
            "Fully returned or refunded": fl.pick_text(
                ["No", "Yes"], (gone[rows] & settled).astype(np.int64)),
            "Payment method": _constant(plan.market.layout.payment_methods[0], len(rows)),
            "Order Status": fl.pick_text(
                ["Processing", "Completed", "Settled", "Ineligible", "Canceled"], status),
            "Creator Username": fl.pick_text(plan.creators.handle, lines.creator[rows]),
            "Creator Region": _constant(plan.market.country_code, len(rows)),
            "Content Type": fl.pick_text(CONTENT_TYPES, content % len(CONTENT_TYPES)),
            "Content ID": fl.ids(content_ids(plan, content), "\t"),
            "commission model": _constant("Open collaboration", len(rows)),
            "Standard commission rate": _constant(f"{COMMISSION_PERCENT}%", len(rows)),
            "Est. Commission Base": money(base),
            "Est. standard commission payment": money(commission),
            "Actual Commission Base": money(base * actual),
            "Actual Commission Payment": money(commission * actual),
            "Time Created": stamp.shop(orders.created[of], orders.created[of] < at),
            "Payment time": stamp.shop(orders.paid[of], orders.paid[of] < at, "\t"),
            "Order Delivery Time": stamp.shop(orders.delivered[of], delivered, "\t"),
            "Time Commission Paid": stamp.shop(settled_at, settled, "\t"),
            "Platform": _constant("TikTok", len(rows)),
        }  # fmt: skip
        empty = _constant(None, len(rows))
        frame = pl.DataFrame(
            {name: text.get(name, empty) for name in plan.market.layout.affiliate_header}
        )
        landing.put(
            "seller_center/affiliate_orders",
            f"seller_center/Affiliate orders-{export.label}.csv", frame,
        )  # fmt: skip
