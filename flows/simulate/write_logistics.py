"""Writes what carriers and warehouses send: tracking, stock and returned goods."""

from collections.abc import Callable

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.clock import DAY, NEVER, StampText
from flows.simulate.markets import OFFSET_TIMES, SELLER_WAREHOUSES, SHOP_TIMES, UTC_TIMES, Market
from flows.simulate.plan import Plan
from flows.simulate.returns import COMPLETED, REFUNDED
from flows.simulate.sites import HEROES
from flows.simulate.tracking import CODES
from flows.simulate.types import BoolArray, IntArray

_DESCRIPTIONS = (
    "Shipper created a label, not received yet", "Manifest received from shipper",
    "Accepted at origin facility", "Arrived at facility", "Out for delivery", "Delivered",
    "Delivery attempted", "Delay, action needed", "Returned to sender",
)  # fmt: skip
GRADES = ("A", "B", "C", "D")
ROUTES = ("restock", "refurbish", "liquidate", "dispose")
"""What is done with goods of each grade."""

_OVERLAP = 2 * DAY
_LATE_SHARE = 0.004


def small_pieces(plan: Plan) -> IntArray:
    """Edges of the periods of a feed: weeks for a small shop, months for a large one."""
    first = plan.clock.number_of(plan.start_on)
    days = (plan.end_on - plan.start_on).days + 1
    step = 7 if len(plan.orders) <= 10_000 else 30
    edges = [int(plan.clock.midnights[first + d]) for d in range(step, days, step)]
    return np.array([*edges, plan.horizon], dtype=np.int64)


def write_tracking(
    landing: fl.Landing, plan: Plan, rng: np.random.Generator, say: Callable[[str], None]
) -> None:
    """Write the tracking feed: each file repeats two days of the one before, some rows are late.

    Times are in UTC with a Z, with the shop's offset, or plain shop time, by carrier.
    """
    events, market = plan.events, plan.market
    styles = np.array([c.times for c in market.carriers])
    edges = small_pieces(plan)
    utc = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%SZ", "T")
    plain = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%S", " ")
    local = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%S", "T")
    late = rng.random(len(events)) < _LATE_SHARE
    cut = np.searchsorted(events.at, edges, side="left")
    for number, edge in enumerate(edges):
        say(f"tracking feed {number + 1} of {len(edges)}")
        own = np.arange(cut[number - 1] if number else 0, cut[number])
        if number < len(edges) - 1:
            own = own[~late[own]]
        before = np.arange(cut[number - 2] if number > 1 else 0, cut[number - 1] if number else 0)
        start = int(edges[number - 1]) - _OVERLAP
        rows = np.concatenate([before[late[before] | (events.at[before] >= start)], own])
        if not len(rows):
            continue
        package, carrier, at = events.package[rows], events.carrier[rows], events.at[rows]
        code, place = events.code[rows], events.place[rows]
        home = plan.orders.warehouse[plan.packages.order[package]]
        where = np.where(place < 0, len(market.places) + home, place)
        style = styles[carrier]
        frame = pl.DataFrame(
            {
                "tracking_number": plan.packages.true_number.gather(package),
                "carrier": fl.pick_text([c.word for c in market.carriers], carrier),
                "event_at": _times(plan, at, style, utc, plain, local),
                "event_code": fl.pick_text(CODES, code),
                "event_description": fl.pick_text(_DESCRIPTIONS, code),
                "event_city": fl.pick_text(_cities(market), where),
                "event_state": fl.pick_text(_states(market), where),
                "event_postal_code": postcode_text(market, events.postcode[rows]),
                "event_country": fl.pick_text(
                    [market.country_code], np.zeros(len(rows), dtype=np.int64)
                ),
            }
        )
        name = f"carriers/tracking-{label_of(plan, int(edge))}.csv"
        landing.put("carriers/tracking_events", name, frame)


def _cities(market: Market) -> list[str]:
    return [*(p.city for p in market.places), *(w.city for w in market.warehouses)]


def _states(market: Market) -> list[str]:
    return [*(p.state for p in market.places), *(w.state for w in market.warehouses)]


def label_of(plan: Plan, at: int) -> str:
    """The day of a moment, as files are named after it."""
    day = int(plan.clock.day(np.array([at]))[0])
    return str(plan.clock.date_of(np.array([day]))[0])


def postcode_text(market: Market, postcode: IntArray) -> pl.Series:
    """Post codes as carriers and warehouses write them; null for a negative number."""
    text = market.postcodes(np.maximum(postcode, 0))
    return pl.select(pl.when(pl.Series(postcode >= 0)).then(text)).to_series()


def _times(
    plan: Plan, at: IntArray, style: IntArray, utc: StampText, plain: StampText, local: StampText
) -> pl.Series:
    def with_offset(index: IntArray) -> pl.Series:
        moment = at[index]
        minutes = plan.clock.offset(moment) // 60
        size = np.abs(minutes)
        tail = pl.concat_str(
            pl.when(pl.Series(minutes < 0)).then(pl.lit("-")).otherwise(pl.lit("+")),
            pl.lit(pl.Series(size // 60).cast(pl.String).str.zfill(2)),
            pl.lit(":"),
            pl.lit(pl.Series(size % 60).cast(pl.String).str.zfill(2)),
        )
        text = local.shop(moment, np.ones(len(index), dtype=bool))
        return pl.select(pl.concat_str(pl.lit(text), tail)).to_series()

    return fl.assemble(
        style,
        {
            UTC_TIMES: lambda index: utc.wall(at[index], np.ones(len(index), dtype=bool)),
            SHOP_TIMES: lambda index: plain.shop(at[index], np.ones(len(index), dtype=bool)),
            OFFSET_TIMES: with_offset,
        },
    )


def write_inventory(landing: fl.Landing, plan: Plan) -> None:
    """Write a stock count every morning, for each of the seller's warehouses and each SKU.

    A well run shop keeps three weeks of safety stock, and at its second site heroes alone.
    """
    orders, lines = plan.orders, plan.lines
    first = plan.clock.number_of(plan.start_on)
    days = (plan.end_on - plan.start_on).days + 1
    skus, houses = len(plan.catalogue), SELLER_WAREHOUSES
    sold = np.zeros((days, houses, skus), dtype=np.int64)
    of = lines.order
    mine = (orders.warehouse[of] < houses) & (orders.paid[of] < NEVER)
    day = np.clip(plan.clock.day(orders.created[of[mine]]) - first, 0, days - 1)
    np.add.at(sold, (day, orders.warehouse[of[mine]], lines.sku[mine]), lines.quantity[mine])
    usual = sold.mean(axis=0)
    # Goods come in every third week, enough for three weeks at the usual pace.
    batch = np.ceil(usual * 24).astype(np.int64) + 10
    arrives = (np.arange(days) % 21 == 0)[:, None, None] * batch
    stock = np.cumsum(arrives - np.roll(sold, 1, axis=0) * (np.arange(days) > 0)[:, None, None], 0)
    if plan.script.well_run:
        stock = stock + np.ceil(usual * 21).astype(np.int64) + 20
    if plan.script.oversell is not None:
        begin, end = plan.script.oversell
        stock[begin : min(end, days), :, :4] = 0
    stock = np.maximum(stock, 0)
    reserved = np.minimum(sold, stock)
    at = np.repeat(plan.clock.midnights[first : first + days] + 6 * 3600, houses * skus)
    house = np.tile(np.repeat(np.arange(houses), skus), days)
    sku = np.tile(np.arange(skus), days * houses)
    stamp = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%S", "T")
    low = (stock < usual * 7).ravel()
    frame = pl.DataFrame(
        {
            "snapshot_at": stamp.shop(at, np.ones(len(at), dtype=bool)),
            "warehouse_id": fl.pick_text([w.warehouse_id for w in plan.market.warehouses], house),
            "seller_sku": fl.pick_text(plan.catalogue.seller_sku, sku),
            "on_hand": stock.ravel(),
            "reserved": reserved.ravel(),
            "available": (stock - reserved).ravel(),
            "inbound": np.where(low, np.broadcast_to(batch, stock.shape).ravel(), 0),
        }
    ).filter(pl.Series(_is_kept(plan, house, sku)))
    landing.put("third_party_logistics/inventory", "third_party_logistics/inventory.csv", frame)


def _is_kept(plan: Plan, house: IntArray, sku: IntArray) -> BoolArray:
    """Whether a warehouse keeps a SKU: nothing where a scenario closed it."""
    kept: BoolArray = house == 0
    if plan.script.misplaced_warehouse:
        return kept
    kept |= (sku < HEROES) | (not plan.script.well_run)
    return kept


def write_returned_goods(landing: fl.Landing, plan: Plan, rng: np.random.Generator) -> list[str]:
    """Write what came back to the warehouse: later than the refund, sometimes never.

    Returns the numbers of what had gone another way than that of its grade by the end of the last
    day.
    """
    back, orders = plan.returns, plan.orders
    rows = np.flatnonzero(np.isin(back.status, (COMPLETED, REFUNDED)) & ~back.refund_only)
    rows = rows[rng.random(len(rows)) < 0.94]
    moment = back.requested[rows] + rng.integers(4 * DAY, 12 * DAY, len(rows))
    received = plan.clock.readable(moment)
    keep = received < plan.horizon
    rows, received = rows[keep], received[keep]
    if not len(rows):
        return []
    graded = plan.clock.readable(received + rng.integers(3600, 3 * DAY, len(rows)))
    stamp = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%SZ", "T")
    grade = rng.choice(4, len(rows), p=[0.55, 0.2, 0.15, 0.1])
    route = np.where((grade == 1) & plan.script.misrouted_grades, len(ROUTES) - 1, grade)
    is_graded = graded < plan.horizon
    home = np.minimum(orders.warehouse[back.order[rows]], SELLER_WAREHOUSES - 1)
    frame = pl.DataFrame(
        {
            "rma_id": fl.ids(back.return_id[rows]),
            "order_id": fl.ids(orders.order_id[back.order[rows]]),
            "seller_sku": fl.pick_text(plan.catalogue.seller_sku, back.sku[rows]),
            "quantity": fl.ids(back.quantity[rows]),
            "received_at": stamp.wall(received, np.ones(len(rows), dtype=bool)),
            "graded_at": stamp.wall(graded, is_graded),
            "grade": fl.pick_text([None, *GRADES], np.where(is_graded, grade + 1, 0)),
            "disposition": fl.pick_text([None, *ROUTES], np.where(is_graded, route + 1, 0)),
            "warehouse_id": fl.pick_text([w.warehouse_id for w in plan.market.warehouses], home),
        }
    )
    landing.put(
        "third_party_logistics/returns_received",
        "third_party_logistics/returns_received.csv", frame,
    )  # fmt: skip
    ended = plan.clock.midnights[plan.clock.number_of(plan.end_on) + 1]
    astray = rows[(route != grade) & (graded < ended)]
    return [str(number) for number in back.return_id[astray].tolist()]
