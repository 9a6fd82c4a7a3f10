"""Who cancels an order, why and when: the intentions before, and the deadlines after."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from flows.simulate.clock import NEVER, ShopClock
from flows.simulate.demand import VIRAL_SKU
from flows.simulate.markets import Market
from flows.simulate.plan import Lines, Orders
from flows.simulate.scenarios import Script
from flows.simulate.types import BoolArray, IntArray

Stream = Callable[[str], np.random.Generator]

FREE_CANCELLATION = 3600


@dataclass(frozen=True)
class Kind:
    """Who cancels and whose fault it is by the platform's reading; the layouts have the words."""

    by: str
    fault: str


KINDS = (
    Kind("User", "buyer"), Kind("User", "buyer"), Kind("User", "seller"), Kind("User", "seller"),
    Kind("Seller", "seller"), Kind("Seller", "seller"), Kind("Seller", "seller"),
    Kind("Seller", "seller"), Kind("Seller", "seller"), Kind("System", "seller"),
    Kind("System", "platform"), Kind("System", "platform"), Kind("Seller", "unknown"),
)  # fmt: skip
(
    CHANGED_MIND, NEW_ADDRESS, BUYER_LATE, BUYER_STOCK, STOCK, STOCK_UPPER, PRICE, LISTING,
    CANNOT_SHIP, TIMEOUT, FRAUD, PAYMENT, UNMAPPED,
) = range(len(KINDS))  # fmt: skip

# Chance of each intention, its kind, and its earliest and latest hours after the order.
_INTENTIONS = (
    (0.0100, CHANGED_MIND, 0.02, 1.0),
    (0.0006, CHANGED_MIND, 1.0, 1.0),
    (0.0060, CHANGED_MIND, 1.01, 20.0),
    (0.0020, NEW_ADDRESS, 0.3, 10.0),
    (0.0006, BUYER_STOCK, 4.0, 30.0),
    (0.0040, STOCK, 2.0, 40.0),
    (0.0010, STOCK_UPPER, 0.2, 40.0),
    (0.0012, PRICE, 0.3, 12.0),
    (0.0008, LISTING, 1.0, 24.0),
    (0.0015, FRAUD, 0.5, 8.0),
    (0.0006, UNMAPPED, 3.0, 30.0),
)


@dataclass(frozen=True)
class Intent:
    """When each order would be cancelled if it were still there, and the kind (-1 for none)."""

    at: IntArray
    kind: IntArray


def intend(
    stream: Stream, orders: Orders, lines: Lines, script: Script, clock: ShopClock, first: int
) -> Intent:
    """Who wants out of which order, whatever becomes of it."""
    rng = stream("cancellations")
    count = len(orders)
    at, kind = np.full(count, NEVER), np.full(count, -1)
    chance, when = rng.random(count), rng.random(count)
    edge = 0.0
    for share, which, earliest, latest in _INTENTIONS:
        hit = (chance >= edge) & (chance < edge + share) & ~orders.sample
        hours = earliest + (latest - earliest) * when
        at = np.where(hit, orders.created + (hours * 3600).astype(np.int64), at)
        kind = np.where(hit, which, kind)
        edge += share
    unpaid = orders.paid >= NEVER
    lapsed = unpaid & (rng.random(count) < 0.7)
    at = np.where(unpaid, np.where(lapsed, orders.created + 86_400, NEVER), at)
    kind = np.where(unpaid, np.where(lapsed, PAYMENT, -1), kind)
    if script.oversell is not None:
        sold_out = oversold(orders, lines, script, clock, first) & ~unpaid
        short = sold_out & (rng.random(count) < 0.6)
        hours = rng.uniform(3, 60, count)
        at = np.where(short, orders.created + (hours * 3600).astype(np.int64), at)
        kind = np.where(short, STOCK, kind)
    return Intent(np.where(at < NEVER, clock.readable(at), NEVER), kind)


def oversold(
    orders: Orders, lines: Lines, script: Script, clock: ShopClock, first: int
) -> BoolArray:
    """Orders of the days in which the best-selling SKUs had run out."""
    assert script.oversell is not None
    begin, end = (clock.midnights[first + day] for day in script.oversell)
    wanted = np.zeros(len(orders), dtype=bool)
    wanted[lines.order[(lines.sku <= VIRAL_SKU)]] = True
    within: BoolArray = (orders.created >= begin) & (orders.created < end)
    return wanted & within


def apply(
    stream: Stream,
    market: Market,
    orders: Orders,
    intent: Intent,
    clock: ShopClock,
    picked: IntArray,
    ready_to_ship: IntArray,
    scanned: IntArray,
    whole: BoolArray,
) -> None:
    """Cancel what is cancelled, writing `cancelled` and `cancel_kind`; nothing else is touched.

    An intention works until the order is picked; some hit between label and carrier. Orders that
    wait past their deadlines are cancelled by their buyer or by the platform. Only orders that are
    `whole`, in one package, are cancelled after their label: what becomes of half an order is no
    plan of a seller's.
    """
    rng = stream("deadlines")
    count = len(orders)
    paid = orders.paid < NEVER
    created_day = clock.day(orders.created)
    due_end, auto = (
        clock.end_of_day(clock.add_business_days(created_day, days))
        for days in (market.patience_business_days, market.auto_cancel_business_days)
    )
    at, kind = np.full(count, NEVER), np.full(count, -1)

    def offer(hit: BoolArray, when: IntArray, which: IntArray | int) -> None:
        nonlocal at, kind
        earlier = hit & (when < at)
        at = np.where(earlier, when, at)
        kind = np.where(earlier, which, kind)

    offer(intent.at < picked, intent.at, intent.kind)
    held = paid & whole & ~orders.sample & ~orders.fbt & ~orders.pre_order
    impatient = held & (ready_to_ship > due_end) & (rng.random(count) < 0.15)
    at_due = due_end + rng.integers(600, 86_400, count)
    offer(impatient & (at_due < ready_to_ship), at_due, BUYER_LATE)
    overdue = auto + rng.integers(30, 4 * 3600, count)
    offer(held & (ready_to_ship > overdue), overdue, TIMEOUT)
    pause = scanned - ready_to_ship
    labelled = held & (rng.random(count) < 0.004) & (pause > 3600) & (scanned < NEVER)
    between = ready_to_ship + (pause * rng.uniform(0.1, 0.9, count)).astype(np.int64)
    offer(labelled, between, np.where(rng.random(count) < 0.5, CANNOT_SHIP, CHANGED_MIND))
    lost = held & (ready_to_ship < NEVER) & (scanned >= NEVER) & (rng.random(count) < 0.7)
    weeks = auto + rng.integers(0, 3 * 86_400, count)
    offer(lost, np.maximum(weeks, ready_to_ship + 86_400), BUYER_LATE)
    orders.cancelled = np.where(at < NEVER, clock.readable(at), NEVER)
    orders.cancel_kind = np.where(at < NEVER, kind, -1)


def intercept(
    stream: Stream, orders: Orders, clock: ShopClock, scanned: IntArray, whole: BoolArray
) -> BoolArray:
    """Cancel a few orders that are already with the carrier; they are sent back, not delivered."""
    rng = stream("interceptions")
    count = len(orders)
    hit = whole & (rng.random(count) < 0.0025) & (scanned < NEVER) & (orders.cancelled >= NEVER)
    hit &= ~orders.sample
    at = clock.readable(np.where(hit, scanned, 0) + rng.integers(3 * 3600, 20 * 3600, count))
    orders.cancelled = np.where(hit, at, orders.cancelled)
    which = np.where(rng.random(count) < 0.5, CANNOT_SHIP, CHANGED_MIND)
    orders.cancel_kind = np.where(hit, which, orders.cancel_kind)
    return hit
