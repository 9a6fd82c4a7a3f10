"""Who orders what and when: weekdays, hours, seasons, creators, and the scenarios' extra demand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from flows.simulate.catalogue import Catalogue, Creators
from flows.simulate.clock import NEVER, ShopClock
from flows.simulate.markets import FBT_WAREHOUSE, Market
from flows.simulate.plan import STATE_CODE, STATE_NAME, STATE_UNKNOWN, STATE_UPPER, Lines, Orders
from flows.simulate.scenarios import (
    LIVE_DAYS_OF_DEMAND,
    LIVE_HOURS,
    VIRAL_HOURS,
    Script,
)
from flows.simulate.types import BoolArray, FloatArray, IntArray

Stream = Callable[[str], np.random.Generator]

_WEEKDAY = np.array([0.94, 0.92, 0.95, 0.99, 1.05, 1.10, 1.05])
_HOUR = np.array(
    [2.0, 1.2, 0.7, 0.5, 0.5, 0.9, 1.8, 2.8, 3.6, 4.3, 4.8, 5.2,
     5.6, 5.4, 5.0, 4.9, 5.1, 5.6, 6.4, 7.6, 8.4, 7.6, 5.8, 3.8]
)  # fmt: skip

VIRAL_SKU = 3
VIRAL_FACTOR = 32
BAD_CREATOR = 1
BAD_SKU = 1
LIVE_SKUS = 5

NORMAL, VIRAL, LIVE = range(3)


@dataclass
class Demand:
    """Orders and their lines before anything was done about them."""

    orders: Orders
    lines: Lines


def _daily_counts(
    rng: np.random.Generator, clock: ShopClock, first: int, days: int, orders_per_day: int
) -> IntArray:
    dates = clock.date_of(np.arange(first, first + days))
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
    season = 1 + 0.12 * np.cos(2 * np.pi * (of_year - 340) / 365.25)
    counts: IntArray = rng.poisson(orders_per_day * _WEEKDAY[weekday] * season)
    # A shop without a single order has no first day.
    counts[0] += counts.sum() == 0
    return counts


def _created(
    rng: np.random.Generator,
    clock: ShopClock,
    first: int,
    days: int,
    orders_per_day: int,
    script: Script,
    viral_share: float,
) -> tuple[IntArray, IntArray]:
    """Creation times in order, and what brought each order."""
    counts = _daily_counts(rng, clock, first, days, orders_per_day)
    day = np.repeat(np.arange(first, first + days), counts)
    hour = rng.choice(24, len(day), p=_HOUR / _HOUR.sum())
    at = [clock.midnights[day] + hour * 3600 + rng.integers(0, 3600, len(day))]
    why = [np.full(len(day), NORMAL)]
    if script.viral_day is not None:
        hours = VIRAL_HOURS / 24
        extra = rng.poisson(orders_per_day * viral_share * (VIRAL_FACTOR - 1) * hours)
        start = clock.midnights[first + script.viral_day] + 9 * 3600
        at.append(start + rng.integers(0, VIRAL_HOURS * 3600, extra))
        why.append(np.full(extra, VIRAL))
    if script.live_day is not None:
        extra = LIVE_DAYS_OF_DEMAND * orders_per_day
        start = clock.midnights[first + script.live_day] + 19 * 3600
        at.append(start + rng.integers(0, LIVE_HOURS * 3600, extra))
        why.append(np.full(extra, LIVE))
    created, cause = np.concatenate(at), np.concatenate(why)
    last = clock.midnights[first + days] - 1
    keep = np.flatnonzero(created <= last)
    created = clock.readable(created[keep])
    order = np.argsort(created, kind="stable")
    return created[order], cause[keep][order]


def _order_ids(clock: ShopClock, created: IntArray, shop_number: int) -> IntArray:
    """18 digits: 576, the day since 2018, the shop, and the order's number in its day."""
    day = clock.day(created)
    first_of_day = np.searchsorted(day, day, side="left")
    since = (clock.date_of(day) - np.datetime64("2018-01-01")).astype(np.int64)
    running = np.arange(len(day)) - first_of_day
    return ((576 * 10**4 + since) * 10**3 + shop_number) * 10**8 + running * 37 + 11


def _pick(rng: np.random.Generator, share: FloatArray, count: int) -> IntArray:
    edges = np.cumsum(share / share.sum())
    return np.minimum(np.searchsorted(edges, rng.random(count), side="right"), len(share) - 1)


def make_orders(
    stream: Stream,
    market: Market,
    clock: ShopClock,
    first: int,
    days: int,
    orders_per_day: int,
    script: Script,
    catalogue: Catalogue,
    shop_number: int,
) -> tuple[Orders, IntArray]:
    """Orders by creation time, unshipped, and the cause of each (`NORMAL`, `VIRAL`, `LIVE`)."""
    rng = stream("orders")
    share = float(catalogue.share[VIRAL_SKU])
    created, cause = _created(rng, clock, first, days, orders_per_day, script, share)
    count = len(created)
    chance = rng.random((5, count))
    sample = (chance[0] < 0.008) & (cause == NORMAL)
    fbt = (chance[1] < market.fbt_share) & (cause == NORMAL) & ~sample
    express = (chance[2] < 0.03) & ~fbt
    wait = rng.integers(5, 90, count)
    slow = chance[3] < 0.025
    wait = np.where(slow, rng.integers(1200, 72_000, count), wait)
    unpaid = (chance[3] > 0.985) & ~sample
    place = _pick(rng, market.place_shares(), count)
    far = market.far()[place]
    second = rng.random(count) < np.where(far, *market.second_takes)
    area = market.place_numbers()[place]
    form = rng.random(count)
    never = np.full(count, NEVER)
    orders = Orders(
        order_id=_order_ids(clock, created, shop_number),
        created=created,
        paid=np.where(unpaid, NEVER, clock.readable(created + wait)),
        rts=never.copy(),
        shipped=never.copy(),
        delivered=never.copy(),
        cancelled=never.copy(),
        cancel_kind=np.full(count, -1),
        fbt=fbt,
        sample=sample,
        pre_order=(chance[4] < 0.006) & ~sample & ~fbt,
        express=express,
        platform_label=(chance[4] > 0.95) & ~fbt & market.tells_label_buyer,
        warehouse=np.where(fbt, FBT_WAREHOUSE, second.astype(np.int64)),
        place=place,
        postcode=area * 100 + rng.integers(1, 100, count),
        state_form=np.select(
            [form < 0.55, form < 0.9, form < 0.998],
            [STATE_NAME, STATE_CODE, STATE_UPPER],
            STATE_UNKNOWN,
        ),
    )
    return orders, cause


def seller_shares(market: Market) -> tuple[float, float]:
    """Expected part of the seller's orders that each of its two warehouses ships."""
    second = float((market.place_shares() * np.where(market.far(), *market.second_takes)).sum())
    return 1 - second, second


def _credited(
    rng: np.random.Generator, orders: Orders, cause: IntArray, creators: Creators, bad: BoolArray
) -> IntArray:
    """The creator who brought each order, -1 for nobody."""
    count = len(orders)
    chance = rng.random(count)
    who = np.where(chance < 0.35, _pick(rng, creators.share, count), -1)
    who = np.where((cause == VIRAL) & (chance < 0.75), 0, who)
    who = np.where(bad & (rng.random(count) < 0.22), BAD_CREATOR, who)
    return np.where(orders.sample, -1, who)


def make_lines(
    stream: Stream,
    market: Market,
    orders: Orders,
    cause: IntArray,
    catalogue: Catalogue,
    creators: Creators,
    bad_from: int,
) -> Lines:
    """One to three lines an order, each SKU once; `bad_from` is when the bad creator begins."""
    rng = stream("lines")
    count = len(orders)
    size = np.where(orders.sample, 1, rng.choice(3, count, p=[0.78, 0.16, 0.06]) + 1)
    sku = _pick(rng, catalogue.share, count)
    sku = np.where(cause == VIRAL, VIRAL_SKU, sku)
    sku = np.where(cause == LIVE, rng.integers(0, LIVE_SKUS, count), sku)
    who = _credited(rng, orders, cause, creators, orders.created >= bad_from)
    loved = (who >= 0) & (cause == NORMAL) & (rng.random(count) < 0.5)
    sku = np.where(loved, creators.product[who], sku)

    order = np.repeat(np.arange(count), size)
    nth = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
    # Steps of 7 and 11 keep the SKUs of an order apart.
    step = np.where(rng.random(count) < 0.5, 7, 11)
    line_sku = (sku[order] + nth * step[order]) % len(catalogue)
    total = len(order)
    chance = rng.random((4, total))
    creator = who[order]
    creator = np.where((nth > 0) & (chance[0] < 0.45), -1, creator)
    other = (nth > 0) & (who[order] >= 0) & (chance[0] > 0.92)
    creator = np.where(other, (who[order] + 1) % len(creators), creator)
    affiliate = (creator >= 0) & ((chance[1] < 0.93) | (not market.names_creators))
    # The order export's handle can be blank or, rarely, somebody else's; the affiliate export wins.
    wrong = affiliate & (chance[2] < 0.02)
    blank = affiliate & (chance[2] > 0.85)
    handle = np.where(wrong, (creator + 2) % len(creators), np.where(blank, -1, creator))
    gift = (nth > 0) & (chance[3] < 0.04)
    return Lines(
        order=order,
        sku=line_sku,
        quantity=np.where(orders.sample[order] | gift, 1,
                          rng.choice(3, total, p=[0.86, 0.11, 0.03]) + 1),
        creator=creator,
        handle=handle,
        affiliate=affiliate,
        gift=gift,
        package=np.full(total, -1),
    )  # fmt: skip
