"""Writes the Seller Center order export: one row an order and SKU (and package)."""

from collections.abc import Callable

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.amounts import Amounts, amounts_of, before_packing
from flows.simulate.buyers import buyer_names
from flows.simulate.cancellations import KINDS
from flows.simulate.catalogue import STATE_NAMES
from flows.simulate.clock import DAY, StampText
from flows.simulate.markets import Market
from flows.simulate.plan import STATE_CODE, STATE_NAME, STATE_UPPER, Plan
from flows.simulate.returns import COMPLETED, REFUNDED
from flows.simulate.schedule import Export, arrives_late, covered, last_seen
from flows.simulate.types import IntArray

DESCRIPTIONS = {
    "Order ID": "Platform unique order ID.",
    "Order Status": "Current order status.",
    "SKU ID": "Platform unique SKU ID.",
    "Quantity": "SKU sold quantity in the order.",
    "Created Time": "The time when the order was created.",
    "Tracking ID": "The order's tracking number.",
}

_NOTHING = (
    "Shipping Fee Seller Discount", "Co-Funded Shipping Fee Discount",
    "Shipping Fee Platform Discount", "Payment platform discount", "Retail Delivery Fee",
)  # fmt: skip
_COMPLETES_AFTER = 7 * DAY
_LATE_SHARE = 0.015
_FEED = "seller_center/orders"


def write_orders(
    landing: fl.Landing,
    plan: Plan,
    exports: list[Export],
    rng: np.random.Generator,
    say: Callable[[str], None],
) -> None:
    """Write every file of the order export, with its overlaps, late rows and packings."""
    amounts = amounts_of(plan)
    unpacked = before_packing(plan, amounts)
    layout = plan.market.layout
    stamp = StampText(plan.clock, layout.dates, layout.times, " ")
    dearest = int(plan.catalogue.price_cents.max())
    money = fl.MoneyText(
        int(max(amounts.total.max(initial=dearest), unpacked.before.max(initial=0))),
        plan.market.decimals,
    )
    seen = last_seen(exports, plan.orders.created)
    hit_lines, halves = plan.lines.order, plan.lines.again()
    for number, export in enumerate(exports):
        say(f"order export {number + 1} of {len(exports)}")
        rows = np.flatnonzero(covered(export, plan.orders.created)[hit_lines])
        again = seen[hit_lines[rows]] > export.pulled_at
        rows = rows[~(again & arrives_late(rng, len(rows), _LATE_SHARE))]
        open_rows = plan.orders.rts[hit_lines[rows]] >= export.pulled_at
        rows = rows[~(open_rows & halves[rows])]
        frame = _frame(plan, amounts, unpacked, rows, export.pulled_at, stamp, money)
        packing = {1: "gz", 2: "zip"}.get(number, "")
        landing.put(
            _FEED,
            f"seller_center/All order-{export.label}.csv",
            frame,
            compression=packing,
            descriptions=DESCRIPTIONS if number % 4 == 0 else None,
            windows=number % 5 == 3,
        )


def _status(plan: Plan, of: IntArray, at: int) -> IntArray:
    orders = plan.orders
    return np.select(
        [
            orders.cancelled[of] < at,
            orders.delivered[of] < at - _COMPLETES_AFTER,
            orders.delivered[of] < at,
            orders.shipped[of] < at,
            orders.rts[of] < at,
            orders.paid[of] < at,
        ],
        [6, 5, 4, 3, 2, 1],
        0,
    )


def _refunds(plan: Plan, amounts: Amounts, at: int) -> tuple[IntArray, IntArray]:
    """Cents refunded by order and units returned by row, as the platform shows them at `at`."""
    back = plan.returns
    known = np.isin(back.status, (COMPLETED, REFUNDED)) & (back.refunded < at)
    cents = np.bincount(
        back.order[known], weights=back.amount_cents[known], minlength=len(plan.orders)
    ).astype(np.int64)
    # A fifth of the returns never reaches the order export.
    shown = known & (back.return_id % 5 != 0)
    units = np.bincount(
        back.line[shown], weights=back.quantity[shown], minlength=len(plan.lines)
    ).astype(np.int64)
    cancelled = (plan.orders.cancelled < at) & (plan.orders.paid < at)
    cents = np.where(cancelled, amounts.total, np.minimum(cents, amounts.total))
    return cents, np.minimum(units, plan.lines.quantity)


def _frame(
    plan: Plan,
    amounts: Amounts,
    unpacked: Amounts,
    rows: IntArray,
    at: int,
    stamp: StampText,
    money: fl.MoneyText,
) -> pl.DataFrame:
    orders, lines, catalogue, packages = plan.orders, plan.lines, plan.catalogue, plan.packages
    market, layout = plan.market, plan.market.layout
    order = lines.order[rows]
    starts = np.diff(order, prepend=-1) > 0
    of, back = order[starts], np.cumsum(starts) - 1
    sku = lines.sku[rows]
    status = _status(plan, of, at)
    refunds, returned_units = _refunds(plan, amounts, at)
    labelled = (orders.rts[lines.order[rows]] < at) & (lines.package[rows] >= 0)
    package = np.where(labelled, lines.package[rows], 0)
    cancelled = orders.cancelled[of] < at

    def by_row(name: str) -> IntArray:
        packed: IntArray = getattr(amounts, name)[rows]
        not_yet: IntArray = getattr(unpacked, name)[rows]
        return np.where(labelled, packed, not_yet)

    def spread(series: pl.Series) -> pl.Series:
        return series.gather(back)

    def when(values: IntArray) -> pl.Series:
        return spread(stamp.shop(values[of], values[of] < at, "\t"))

    def where(series: pl.Series) -> pl.Series:
        return pl.select(pl.when(pl.Series(labelled)).then(series)).to_series()

    def blank_unless(kind: IntArray, table: list[str | None]) -> pl.Series:
        return spread(fl.pick_text(table, np.where(cancelled, kind, -1) + 1))

    kind = orders.cancel_kind[of]
    refunded = refunds[of]
    shipping = spread(money(amounts.shipping[of]))
    nothing = pl.Series([f"{0:.{market.decimals}f}"]).gather(np.zeros(len(rows), dtype=np.int64))
    empty = pl.Series([None], dtype=pl.String).gather(np.zeros(len(rows), dtype=np.int64))
    text: dict[str, pl.Series] = {
        "Order ID": spread(fl.ids(orders.order_id[of], "\t")),
        "Order Status": spread(fl.pick_text([s for s, _ in layout.statuses], status)),
        "Order Substatus": spread(fl.pick_text([s for _, s in layout.statuses], status)),
        "Cancelation/Return Type": spread(
            fl.pick_text([None, "Return/Refund", "Cancel"],
                         np.where(cancelled, 2, (refunded > 0).astype(np.int64)))),
        "Normal or Pre-order": spread(
            fl.pick_text(["Normal", "Pre-order"], orders.pre_order[of].astype(np.int64))),
        "SKU ID": fl.ids(catalogue.sku_id, "\t").gather(sku),
        "Seller SKU": fl.pick_text(catalogue.seller_sku, sku),
        "Product ID": fl.ids(catalogue.product_id, "\t").gather(sku),
        "Product Name": fl.pick_text(catalogue.title, sku),
        "Variation": fl.pick_text(catalogue.variation, sku),
        "Quantity": fl.ids(by_row("units")),
        "Sku Quantity of return": fl.ids(returned_units[rows]),
        "SKU Unit Original Price": money(catalogue.price_cents).gather(sku),
        "SKU Subtotal Before Discount": money(by_row("before")),
        "SKU Platform Discount": money(by_row("platform_discount")),
        "SKU Seller Discount": money(by_row("seller_discount")),
        "SKU Subtotal After Discount": money(by_row("after")),
        "Shipping Fee After Discount": shipping,
        "Original Shipping Fee": shipping,
        "Taxes": spread(money(amounts.taxes[of])),
        "Order Amount": spread(money(amounts.total[of])),
        "Order Refund Amount": spread(money(refunded)),
        "Created Time": when(orders.created),
        "Paid Time": when(orders.paid),
        "RTS Time": when(orders.rts),
        "Shipped Time": when(orders.shipped),
        "Delivered Time": when(orders.delivered),
        "Cancelled Time": when(orders.cancelled),
        "Cancel By": blank_unless(kind, [None, *(k.by for k in KINDS)]),
        "Cancel Reason": blank_unless(kind, [None, *layout.reasons]),
        "Fulfillment Type": spread(
            fl.pick_text(["Fulfillment by seller", "Fulfillment by TikTok Shop"],
                         orders.fbt[of].astype(np.int64))),
        "Warehouse Name": spread(
            fl.pick_text([w.name for w in market.warehouses], orders.warehouse[of])),
        "Tracking ID": where(packages.printed.gather(package)),
        "Delivery Option Type": spread(
            fl.pick_text(["Shipping by seller", "Shipping by TikTok"],
                         (orders.platform_label | orders.fbt)[of].astype(np.int64))),
        "Delivery Option": spread(
            fl.pick_text(["Standard shipping", "Express shipping"],
                         orders.express[of].astype(np.int64))),
        "Shipping Provider Name": where(
            fl.pick_text([c.name for c in market.carriers], packages.carrier[package])),
        "Payment Method": spread(
            fl.pick_text(layout.payment_methods, orders.order_id[of] % 3)),
        "Weight(kg)": fl.pick_text(
            [f"{g / 1000:.3f}" for g in catalogue.weight_grams], sku),
        "Product Category": fl.pick_text(catalogue.category, sku),
        "Package ID": where(_package_ids(plan).gather(package)),
        "Order Channel": fl.pick_text(["TikTok Shop"], np.zeros(len(rows), dtype=np.int64)),
        "Creator Handle": fl.pick_text(
            [None, *(f"@{h}" for h in plan.creators.handle)], lines.handle[rows] + 1),
    }  # fmt: skip
    for name in _NOTHING:
        text[name] = nothing
    text |= {name: spread(s) for name, s in _people(plan, of).items()}
    return pl.DataFrame({name: text.get(name, empty) for name in layout.header})


def _package_ids(plan: Plan) -> pl.Series:
    shown = pl.when(pl.Series(plan.packages.has_id)).then(fl.ids(plan.packages.package_id, "\t"))
    return pl.select(shown).to_series()


def _people(plan: Plan, of: IntArray) -> dict[str, pl.Series]:
    """Names and addresses, made up beyond doubt; the ZIP code and the state are the plan's."""
    orders = plan.orders
    number = orders.order_id[of] % 1_000_003
    tag = pl.Series(number).cast(pl.String)

    def made(*parts: str | pl.Series) -> pl.Series:
        return pl.select(
            pl.concat_str(*(pl.lit(p) if isinstance(p, (str, pl.Series)) else p for p in parts))
        ).to_series()

    market, layout = plan.market, plan.market.layout
    state = np.array(sorted({p.state for p in market.places}))
    codes = np.searchsorted(state, np.array([p.state for p in market.places]))[orders.place[of]]
    full = [STATE_NAMES.get(c, c) if market.has_zones else c for c in state.tolist()]
    names = [*state.tolist(), *full, *(name.upper() for name in full), "Atlantis"]
    form = np.select(
        [orders.state_form[of] == f for f in (STATE_CODE, STATE_NAME, STATE_UPPER)],
        [codes, codes + len(state), codes + 2 * len(state)],
        len(names) - 1,
    )
    written = fl.pick_text(tuple(names), form)
    town = fl.pick_text([p.city for p in market.places], orders.place[of])
    chatty = pl.select(
        pl.when(pl.Series(number % 40 == 3)).then(pl.lit("Made-up note, leave at the door"))
    ).to_series()
    return {
        "Buyer Message": chatty,
        "Buyer Nickname": made("Sample Shopper ", tag),
        "Buyer Username": buyer_names(plan.buyer[of]),
        "Recipient": made("Testina Example ", tag),
        "Phone #": made(
            layout.phone,
            pl.Series(number % 10**layout.phone_digits)
            .cast(pl.String)
            .str.zfill(layout.phone_digits),
        ),
        "Country": fl.pick_text([market.country], np.zeros(len(of), dtype=np.int64)),
        "State": written,
        "Province": written,
        "City": town,
        "District": town,
        "Commune": made("Example Ward ", tag),
        "Detail Address": made(tag, " Nowhere Example Street"),
        "Zipcode": _postcode_text(market, orders.postcode[of], number),
        "Address Line 1": made(tag, " Nowhere Example Street"),
        "Address Line 2": made("Unit ", tag),
        "Delivery Instruction": chatty,
    }


def _postcode_text(market: Market, postcode: IntArray, number: IntArray) -> pl.Series:
    """Post codes as buyers and spreadsheets leave them; `number` is a number of each order."""
    plain = market.postcodes(postcode)
    if not market.has_zones:
        return plain
    # Spreadsheets eat the leading zero of an eastern ZIP code; some buyers give all nine digits.
    eaten = (postcode < 10_000) & (number % 10 == 0)
    nine = number % 23 == 1
    return pl.select(
        pl.when(pl.Series(eaten)).then(pl.Series(postcode).cast(pl.String))
        .when(pl.Series(nine)).then(plain + "-0001")
        .otherwise(plain)
    ).to_series()  # fmt: skip
