"""What the warehouse does with each order, when, and which stage holds up those that are late.

An order waits to be seen (confirmation), for its goods (stock), for a picker (picking), to be
checked and packed (packing), for its label, for the carrier's van (hand-over) and for the first
scan.
"""

from collections.abc import Callable

import numpy as np

from flows.simulate.clock import DAY, NEVER, ShopClock
from flows.simulate.fulfilment import Journey
from flows.simulate.markets import SELLER_WAREHOUSES, Market
from flows.simulate.packages import Boxes
from flows.simulate.plan import Orders, Shipments
from flows.simulate.types import BoolArray, IntArray

Stream = Callable[[str], np.random.Generator]

CAUSES = ("confirmation", "stock", "picking", "packing", "label", "hand_over", "carrier_scan")
CONFIRMATION, STOCK, PICKING, PACKING, LABEL, HAND_OVER, CARRIER_SCAN = range(len(CAUSES))
NO_CAUSE = -1

_INDOORS = 5
"""The first five happen in the warehouse, before the parcel waits for the carrier."""

_LATE_UPLOADS = 0.01
_SEEN_FROM = 30


def upload_late(
    stream: Stream,
    clock: ShopClock,
    orders: Orders,
    boxes: Boxes,
    journey: Journey,
    lone: BoolArray,
) -> None:
    """Let a few numbers reach the platform more than a day after the carrier's first scan.

    It happens to `lone` orders on their way, while the parcel is not delivered yet.
    """
    rng = stream("late uploads")
    total = len(boxes.order)
    chance, lag = rng.random(total), rng.integers(900, 6 * 3600, total)
    moving = journey.scanned < NEVER
    at = clock.readable(np.where(moving, journey.scanned, clock.midnights[0]) + DAY + lag)
    hit = (chance < _LATE_UPLOADS) & moving & (journey.delivered > at + 3 * 3600)
    of = boxes.order
    hit &= lone[of] & ~orders.fbt[of] & (orders.cancelled[of] >= NEVER)
    journey.uploaded = np.where(hit, at, journey.uploaded)


def make_shipments(
    stream: Stream,
    market: Market,
    orders: Orders,
    boxes: Boxes,
    journey: Journey,
    delay: IntArray,
) -> Shipments:
    """Stages of each package.

    The whole of an order's `delay` (seconds) goes into one of its stages in the warehouse. Half of
    the parcels that the carrier scanned a day late had missed its van: their manifest was sent,
    they were not.
    """
    rng = stream("stages")
    of = boxes.order
    total = len(of)
    ready = np.maximum(orders.paid, orders.created + 3600)[of]
    slowest = 60 * np.array([w.confirm_minutes for w in market.warehouses])[orders.warehouse[of]]
    unseen = rng.random(total)
    confirm = _SEEN_FROM + (unseen * (slowest - _SEEN_FROM)).astype(np.int64)
    received = np.where(ready < NEVER, ready + confirm, NEVER)
    allocated = np.where(ready < NEVER, received + rng.integers(10, 600, total), NEVER)
    cause = np.where(delay > 0, rng.integers(0, _INDOORS, len(orders)), NO_CAUSE)
    held, at = delay[of], cause[of]

    in_turn = np.where(journey.picked < NEVER, journey.picked - held, NEVER)
    received, allocated = np.minimum(received, in_turn), np.minimum(allocated, in_turn)
    received = np.where(at == CONFIRMATION, received + held, received)
    allocated = np.where((at == CONFIRMATION) | (at == STOCK), allocated + held, allocated)
    picked = np.where((at == PACKING) | (at == LABEL), in_turn, journey.picked)
    packed = np.where(at == LABEL, journey.packed - held, journey.packed)
    checks = np.array([w.checks_quality for w in market.warehouses])[orders.warehouse[of]]
    checks &= (orders.warehouse[of] < SELLER_WAREHOUSES) & (packed < NEVER)
    share = rng.uniform(0.35, 0.75, total)
    checked = picked + (share * np.where(checks, packed - picked, 0)).astype(np.int64)

    left_behind = journey.missed & (rng.random(total) < 0.5)
    before_scan = rng.integers(900, 5400, total)
    tendered = np.where(left_behind, journey.scanned - before_scan, journey.tendered)
    waiting = np.select(
        [journey.melted, left_behind, journey.missed],
        [CARRIER_SCAN, HAND_OVER, CARRIER_SCAN],
        NO_CAUSE,
    )
    return Shipments(
        received=received,
        allocated=allocated,
        picked=picked,
        quality_checked=np.where(checks, checked, NEVER),
        packed=packed,
        tendered=np.where(journey.scanned < NEVER, tendered, NEVER),
        held_in=at,
        waited_for=waiting,
    )
