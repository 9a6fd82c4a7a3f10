"""What the carriers' feed says about each package, and what it leaves out."""

from collections.abc import Callable

import numpy as np

from flows.simulate import packages as pk
from flows.simulate.clock import DAY, NEVER, ShopClock
from flows.simulate.fulfilment import Journey
from flows.simulate.markets import Market
from flows.simulate.plan import Events, Orders
from flows.simulate.types import BoolArray, IntArray

Stream = Callable[[str], np.random.Generator]

CODES = (
    "label_created", "tendered", "accepted", "in_transit", "out_for_delivery", "delivered",
    "attempted", "exception", "returned_to_sender",
)  # fmt: skip
(
    LABEL, TENDERED, ACCEPTED, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED, ATTEMPTED, EXCEPTION,
    RETURNED,
) = range(len(CODES))  # fmt: skip
FIRST_POSSESSION = ACCEPTED
"""Codes from this one on are events of possession."""

NO_POSTCODE = -1


def make_events(
    stream: Stream,
    market: Market,
    clock: ShopClock,
    orders: Orders,
    boxes: pk.Boxes,
    journey: Journey,
    feed_from: int,
    late_carrier_from: int,
    horizon: int,
) -> Events:
    """All events of the feed, by time.

    The feed begins at `feed_from`, has the carriers that join late from `late_carrier_from` on and
    some never, and ends at `horizon`. Boxes of orders cancelled before the first scan have a label
    at most.
    """
    rng = stream("events")
    total = len(boxes.order)
    unseen = np.isin(boxes.fate, (pk.UNKNOWN_TO_FEED, pk.MISSING_NUMBER))
    unseen |= ~market.carriers_where(lambda c: c.is_in_feed)[boxes.actual]
    unseen |= orders.fbt[boxes.order] & (rng.random(total) < 0.6)
    stopped = orders.cancelled[boxes.order] < journey.scanned
    labelled = (journey.rts < np.minimum(orders.cancelled[boxes.order], NEVER)) & ~unseen
    moving = labelled & ~stopped & (journey.scanned < NEVER)
    done = moving & (journey.delivered < NEVER)
    chance = rng.random((6, total))
    span = np.where(done, journey.delivered - journey.scanned, 3 * DAY)
    parts: list[tuple[IntArray, IntArray, int]] = []

    def add(hit: BoolArray, at: IntArray, code: int) -> None:
        index = np.flatnonzero(hit)
        parts.append((index, at[index], code))

    add(labelled & (chance[0] < 0.88), journey.rts + 60, LABEL)
    add(
        labelled & ~stopped & (chance[1] < 0.25) & (journey.scanned < NEVER),
        journey.tendered,
        TENDERED,
    )
    add(moving & (chance[2] < market.accepts), journey.scanned, ACCEPTED)
    add(moving, journey.scanned + (span * 0.30).astype(np.int64), IN_TRANSIT)
    add(moving & (chance[3] < 0.5), journey.scanned + (span * 0.62).astype(np.int64), IN_TRANSIT)
    add(
        done & (chance[4] < 0.9),
        journey.delivered - 5400 - (chance[5] * 9000).astype(np.int64),
        OUT_FOR_DELIVERY,
    )
    add(done, journey.delivered, DELIVERED)
    add(
        done & (chance[3] > 0.98),
        np.maximum(journey.delivered - 20 * 3600, journey.scanned + 600),
        ATTEMPTED,
    )
    add(moving & (chance[1] > 0.985), journey.scanned + (span * 0.45).astype(np.int64), EXCEPTION)
    add(moving & ~done & (chance[2] < 0.4), journey.scanned + 6 * DAY, RETURNED)
    created = orders.created[boxes.order]
    early = labelled & (boxes.fate == pk.EARLY_SCAN)
    add(
        early & (chance[0] < 0.5),
        created - 25 * 3600 - (chance[4] * 12 * DAY).astype(np.int64),
        IN_TRANSIT,
    )
    add(
        early & (chance[0] >= 0.5),
        created - 25 * 3600 - (chance[4] * 12 * DAY).astype(np.int64),
        LABEL,
    )
    old = created - 91 * DAY - (chance[4] * 20 * DAY).astype(np.int64)
    reused = labelled & (boxes.fate == pk.REUSED_NUMBER)
    add(reused, old, ACCEPTED)
    add(reused, old + 2 * DAY // 3, DELIVERED)

    package = np.concatenate([index for index, _, _ in parts])
    at = clock.readable(np.concatenate([when for _, when, _ in parts]))
    code = np.concatenate([np.full(len(index), which) for index, _, which in parts])
    carrier = boxes.actual[package]
    joins_late = market.carriers_where(lambda c: c.joins_late)[carrier]
    opened = np.where(joins_late, late_carrier_from, feed_from)
    keep = (at >= opened) & (at < horizon)
    package, at, code, carrier = package[keep], at[keep], code[keep], carrier[keep]
    order = np.lexsort((code, package, at))
    package, at, code, carrier = package[order], at[order], code[order], carrier[order]
    place, postcode = _where(stream, market, orders, boxes, package, code)
    foreign = boxes.fate[package] == pk.BAD_CHECK_DIGIT
    return Events(package, carrier, at, code, place, postcode, foreign)


def _where(
    stream: Stream,
    market: Market,
    orders: Orders,
    boxes: pk.Boxes,
    package: IntArray,
    code: IntArray,
) -> tuple[IntArray, IntArray]:
    """Place (-1 at the warehouse) and postal code of each event."""
    rng = stream("event places")
    count = len(package)
    owner = boxes.order[package]
    home = np.array([w.postcode for w in market.warehouses])[orders.warehouse[owner]]
    hub = rng.integers(0, len(market.places), count)
    at_end = np.isin(code, (OUT_FOR_DELIVERY, DELIVERED, ATTEMPTED))
    place = np.where(at_end, orders.place[owner], np.where(code <= ACCEPTED, -1, hub))
    area = market.place_numbers()
    postcode = np.where(
        at_end, orders.postcode[owner], np.where(place < 0, home, area[place] * 100 + 1)
    )
    # A parcel handed over two towns away: a place whose ZIP3 is not the order's.
    astray = (boxes.fate[package] == pk.WRONG_ZIP) & (code == DELIVERED)
    elsewhere = (orders.place[owner] + 17) % len(market.places)
    place = np.where(astray, elsewhere, place)
    postcode = np.where(astray, area[elsewhere] * 100 + 7, postcode)
    silent = (rng.random(count) < np.where(code == DELIVERED, 0.08, 0.5)) & ~astray
    return place, np.where(silent, NO_POSTCODE, postcode)
