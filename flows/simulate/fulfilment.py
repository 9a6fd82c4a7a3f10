"""How orders become packages: picking against a fixed capacity, packing, hand-over, transit."""

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

import numpy as np

from flows.simulate.clock import NEVER, ShopClock
from flows.simulate.demand import seller_shares
from flows.simulate.markets import FBT_WAREHOUSE, SELLER_WAREHOUSES, Market
from flows.simulate.plan import Orders
from flows.simulate.scenarios import Script
from flows.simulate.types import BoolArray, FloatArray, IntArray

Stream = Callable[[str], np.random.Generator]

OPEN_SECOND, CLOSE_SECOND, PICKUP_SECOND = 7 * 3600, 17 * 3600, 18 * 3600 + 1800
_WEEK_OVER_WORKDAYS = 7 / 5
_FIRST_SCAN, _LAST_SCAN = 900, 18_000
_EARTH_MI = 3958.76
_BAND_EDGES_MI = (50, 150, 300, 600, 1000, 1400, 1800)
_ZONE_DAYS = np.array([1, 1, 2, 2, 3, 4, 4, 5])


def capacities(market: Market, orders_per_day: int) -> tuple[int, ...]:
    """Orders that each warehouse can pick on a working day; the seller's first."""
    mine = 1 - market.fbt_share
    houses = [
        max(4, round(orders_per_day * mine * share * _WEEK_OVER_WORKDAYS * market.headroom))
        for share in seller_shares(market)
    ]
    return (*houses, 10 * orders_per_day, 200)


def miles(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance between two points in degrees."""
    lat, lon, lat2, lon2 = (radians(v) for v in (*one, *other))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * _EARTH_MI * asin(sqrt(half))


def zone_table(market: Market) -> IntArray:
    """Zone (1 to 8) from each warehouse (row) to each place (column)."""
    rows = []
    for house in market.warehouses:
        point = house.latitude, house.longitude
        far = [round(miles(point, (p.latitude, p.longitude)), 1) for p in market.places]
        rows.append(np.searchsorted(_BAND_EDGES_MI, far, side="left") + 1)
    return np.array(rows, dtype=np.int64)


@dataclass
class WorkingTime:
    """Maps moments to seconds worked so far and back, over a clock's business days."""

    real: FloatArray
    worked: FloatArray

    @classmethod
    def of(cls, clock: ShopClock) -> "WorkingTime":
        """Business days from seven to five, shop time."""
        days = np.arange(clock.days)
        business = np.is_busday(clock.date_of(days), busdaycal=clock.business_days)
        opened = clock.midnights[:-1][business] + OPEN_SECOND
        closed = clock.midnights[:-1][business] + CLOSE_SECOND
        real = np.stack([opened, closed], axis=1).ravel().astype(np.float64)
        shift = CLOSE_SECOND - OPEN_SECOND
        ends = np.arange(len(opened) + 1, dtype=np.float64) * shift
        # A hundredth of a second keeps the end of a shift apart from the next one's start.
        worked = np.stack([ends[:-1], ends[1:] - 0.01], axis=1).ravel()
        return cls(real, worked)

    def at(self, moment: IntArray) -> FloatArray:
        """Seconds worked by each moment."""
        return np.interp(moment, self.real, self.worked)

    def moment(self, worked: FloatArray) -> IntArray:
        """The moment at which so many seconds had been worked."""
        return np.interp(worked, self.worked, self.real).astype(np.int64)


def pick(
    stream: Stream,
    market: Market,
    orders: Orders,
    wanted: BoolArray,
    clock: ShopClock,
    capacity: tuple[int, ...],
) -> tuple[IntArray, IntArray]:
    """When each wanted order is picked, `NEVER` for the others and for forgotten ones.

    Each warehouse works through its orders in the order in which they became ready, at a fixed
    pace: the k-th is done one step after the later of its own arrival and the one before it. The
    second array is by how many seconds something held the order up beyond that.
    """
    rng = stream("picking")
    count = len(orders)
    ready = np.maximum(orders.paid, orders.created + 3600)
    picked = np.full(count, NEVER)
    time = WorkingTime.of(clock)
    for house in range(SELLER_WAREHOUSES):
        mine = np.flatnonzero(wanted & (orders.warehouse == house))
        mine = mine[np.argsort(ready[mine], kind="stable")]
        step = (CLOSE_SECOND - OPEN_SECOND) / capacity[house]
        turns = np.arange(len(mine)) * step
        done = np.maximum.accumulate(time.at(ready[mine]) - turns) + turns + step
        picked[mine] = time.moment(done)
    chance = rng.random(count)
    late = (chance < market.held_up) & (picked < NEVER)
    queued = picked
    held_up = time.at(np.where(late, picked, 0)) + rng.uniform(1, 4, count) * (
        CLOSE_SECOND - OPEN_SECOND
    )
    picked = np.where(late, time.moment(held_up), picked)
    delay = picked - queued
    picked = np.where(chance > 0.9985, NEVER, picked)
    waits = orders.pre_order & (picked < NEVER)
    picked = np.where(waits, picked + 9 * 86_400, picked)
    # What a backlog pushes to the clock's last weeks lies after every export.
    picked = np.where(picked < clock.midnights[-35], picked, NEVER)
    fbt = wanted & (orders.warehouse == FBT_WAREHOUSE)
    picked = np.where(fbt, ready + rng.integers(3600, 40_000, count), picked)
    return picked, np.where(fbt | (picked >= NEVER), 0, delay)


@dataclass
class Journey:
    """Stages of packages, aligned with each other.

    `rts` is the label; its number reaches the platform at `uploaded`. `missed` are parcels that
    the carrier scanned a day or more after the usual hour, `melted` those of a breakdown.
    """

    picked: IntArray
    packed: IntArray
    rts: IntArray
    uploaded: IntArray
    tendered: IntArray
    scanned: IntArray
    delivered: IntArray
    missed: BoolArray
    melted: BoolArray


def ship(
    stream: Stream,
    market: Market,
    clock: ShopClock,
    picked: IntArray,
    warehouse: IntArray,
    place: IntArray,
    carrier: IntArray,
    lost: BoolArray,
    script: Script,
    first: int,
) -> Journey:
    """Pack, label, hand over, scan and deliver packages; a lost one is never scanned."""
    rng = stream("shipping")
    count = len(picked)
    there = picked < NEVER
    start = np.where(there, picked, clock.midnights[0])
    packed = clock.readable(start + rng.integers(600, 4800, count))
    rts = clock.readable(packed + rng.integers(60, 1500, count))
    tendered = _next_pickup(clock, rts)
    chance = rng.random(count)
    longest = 3600 * market.by_carrier(lambda c: c.scan_hours).astype(np.int64)[carrier]
    wait = rng.integers(_FIRST_SCAN, _LAST_SCAN, count) - _FIRST_SCAN
    soon = tendered + _FIRST_SCAN + wait * (longest - _FIRST_SCAN) // (_LAST_SCAN - _FIRST_SCAN)
    behind = np.where(chance < 0.006, 2, 1)
    next_day = clock.add_business_days(clock.day(tendered), behind)
    later = clock.midnights[next_day] + rng.integers(8 * 3600, 22 * 3600, count)
    missed = chance < market.by_carrier(lambda c: c.missed)[carrier]
    scanned = np.where(missed, later, soon)
    zone = zone_table(market)[warehouse, place]
    transit = _ZONE_DAYS[zone - 1] + rng.choice([0, 1, 2, 4], count, p=[0.76, 0.17, 0.05, 0.02])
    melted = np.zeros(count, dtype=bool)
    if script.meltdown is not None:
        begin, end = (clock.midnights[first + day] for day in script.meltdown)
        hit = (carrier == market.meltdown_carrier) & (tendered >= begin) & (tendered < end)
        stuck = clock.add_business_days(clock.day(tendered), rng.integers(2, 6, count))
        found = clock.midnights[stuck] + rng.integers(8 * 3600, 22 * 3600, count)
        melted = hit & (rng.random(count) < 0.7)
        scanned = np.where(melted, found, scanned)
        transit = np.where(hit, transit + rng.integers(2, 6, count), transit)
    scanned = clock.readable(scanned)
    arrival = clock.add_business_days(clock.day(scanned), transit)
    delivered = clock.midnights[arrival] + rng.integers(9 * 3600, 20 * 3600, count)
    vanished = lost | (rng.random(count) < 0.002)
    never = np.full(count, NEVER)
    return Journey(
        picked=np.where(there, start, never),
        packed=np.where(there, packed, never),
        rts=np.where(there, rts, never),
        uploaded=np.where(there, rts, never),
        tendered=np.where(there, tendered, never),
        scanned=np.where(there & ~lost, scanned, never),
        delivered=np.where(there & ~vanished, clock.readable(delivered), never),
        missed=there & ~lost & missed & ~melted,
        melted=there & ~lost & melted,
    )


def _next_pickup(clock: ShopClock, at: IntArray) -> IntArray:
    day = clock.day(at)
    missed = at > clock.midnights[day] + PICKUP_SECOND
    date_ahead = np.busday_offset(
        clock.date_of(day + missed), 0, roll="forward", busdaycal=clock.business_days
    )
    ahead = (date_ahead - np.datetime64(clock.first_on, "D")).astype(np.int64)
    return clock.readable(clock.midnights[ahead] + PICKUP_SECOND)
