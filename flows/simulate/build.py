"""Puts a plan together: demand, cancellations, packages, carriers, returns, and what is seen."""

import zlib
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from flows.simulate import cancellations, demand, fulfilment, packages, returns, stages, tracking
from flows.simulate.buyers import make_buyers
from flows.simulate.catalogue import make_catalogue, make_creators
from flows.simulate.clock import NEVER, ShopClock
from flows.simulate.health_log import make_log
from flows.simulate.markets import Market
from flows.simulate.plan import Lines, Links, Orders, Packages, Plan, Returns
from flows.simulate.random_streams import Streams
from flows.simulate.scenarios import Script, write_script
from flows.simulate.schedule import SMALL_SHOP_ORDERS, Export, exports, last_seen
from flows.simulate.sites import placed, ship_long_tail_from_one_site
from flows.simulate.types import BoolArray, IntArray

_BEFORE, _AFTER = 150, 75
_PULL_HOURS = 10
_FEED_DELAY = 36 * 3600
_LATE_CARRIER_DAYS = 4


def shop_number(shop_id: str) -> int:
    """0 to 999, so that ids of different shops differ."""
    return zlib.crc32(shop_id.encode()) % 1000


def build_plan(
    shop_id: str,
    start: date,
    end: date,
    orders_per_day: int,
    seed: int,
    scenarios: Sequence[str],
    market: Market,
    zone: str | None = None,
) -> tuple[Plan, list[Export]]:
    """The plan in the last state that the files will hold, and the order export's files."""
    days = (end - start).days + 1
    clock = ShopClock(
        zone or market.zone,
        start - timedelta(days=_BEFORE),
        end + timedelta(days=_AFTER),
        market.country_code,
    )
    first = _BEFORE
    script = write_script(scenarios, days)
    market = placed(market, script)
    number = shop_number(shop_id)
    catalogue = make_catalogue(Streams(seed, shop_id), market, number)
    creators = make_creators(len(catalogue))
    stream = Streams(seed, shop_id, start.isoformat())
    horizon = int(clock.midnights[first + days]) + _PULL_HOURS * 3600

    orders, cause = demand.make_orders(
        stream, market, clock, first, days, orders_per_day, script, catalogue, number
    )
    bad_from, bad_sku_from = (
        NEVER if day is None else int(clock.midnights[first + day])
        for day in (script.bad_creator_from, script.bad_sku_from)
    )
    lines = demand.make_lines(stream, market, orders, cause, catalogue, creators, bad_from)
    if script.well_run:
        ship_long_tail_from_one_site(orders, lines)
    intent = cancellations.intend(stream, orders, lines, script, clock, first)
    blocked = (intent.at < NEVER) | (orders.paid >= NEVER)
    leader = packages.combine(stream, orders, lines, blocked)
    lines, second = packages.split(stream, orders, lines, leader)
    boxes = packages.make_boxes(stream, market, orders, lines, second, leader)
    capacity = fulfilment.capacities(market, orders_per_day)
    links = _links(orders, lines)
    alone = _alone(links, leader)
    journey, arrived, delay = _fulfil(
        stream, market, clock, first, script, orders, boxes, links, leader, intent, capacity
    )
    shipments = stages.make_shipments(stream, market, orders, boxes, journey, delay)
    events = tracking.make_events(
        stream, market, clock, orders, boxes, journey, int(clock.midnights[first]) + _FEED_DELAY,
        int(clock.midnights[first + min(_LATE_CARRIER_DAYS, days)]), horizon,
    )  # fmt: skip
    sent_back = returns.make_returns(
        stream, clock, orders, lines, catalogue, arrived, number, bad_from, bad_sku_from
    )
    buyer = make_buyers(stream, orders, sent_back, script, int(clock.midnights[first + days]))
    files = exports(clock, first, days, horizon, len(orders) <= SMALL_SHOP_ORDERS)
    _forget_unseen(orders, last_seen(files, orders.created))
    links = _known_links(orders, links)
    labelled = clock.day(np.where(journey.rts < horizon, journey.rts, horizon))
    plan = Plan(
        shop_id, market, clock, start, end, horizon, script, catalogue, creators, capacity,
        orders, buyer, arrived, lines,
        _packages(stream, market, clock, boxes, journey, links, labelled, alone, number),
        links, events, shipments, sent_back,
        make_log(stream, clock, market.code, first, days, script, orders),
    )  # fmt: skip
    return plan, files


def _fulfil(
    stream: Streams,
    market: Market,
    clock: ShopClock,
    first: int,
    script: Script,
    orders: Orders,
    boxes: packages.Boxes,
    links: Links,
    leader: IntArray,
    intent: cancellations.Intent,
    capacity: tuple[int, ...],
) -> tuple[fulfilment.Journey, IntArray, IntArray]:
    """Pick, ship, cancel and deliver; writes the orders' stamps.

    Returns the packages' journey, when each order really arrived, and by how many seconds something
    in the warehouse held it up.
    """
    ready = np.maximum(orders.paid, orders.created + 3600)
    wanted = (orders.paid < NEVER) & (intent.at > ready)
    picked, delay = fulfilment.pick(stream, market, orders, wanted, clock, capacity)
    pair = np.flatnonzero(leader != np.arange(len(orders)))
    picked[leader[pair]] = np.maximum(picked[leader[pair]], picked[pair])
    delay[leader[pair]] = 0
    later = stream("second boxes").integers(1800, market.second_box_hours * 3600, len(boxes.order))
    box_picked = picked[boxes.order]
    box_picked = np.where(boxes.second & (box_picked < NEVER), box_picked + later, box_picked)
    journey = fulfilment.ship(
        stream, market, clock, box_picked, orders.warehouse[boxes.order], orders.place[boxes.order],
        boxes.carrier, boxes.fate == packages.NEVER_SCANNED, script, first,
    )  # fmt: skip
    rts, scanned, delivered = (
        _last_of(links, values, len(orders))
        for values in (journey.rts, journey.scanned, journey.delivered)
    )
    whole = np.bincount(links.order, minlength=len(orders)) == 1
    alone = _alone(links, leader)
    cancellations.apply(stream, market, orders, intent, clock, picked, rts, scanned, whole)
    orders.cancelled[pair] = orders.cancelled[leader[pair]]
    orders.cancel_kind[pair] = orders.cancel_kind[leader[pair]]
    # A cancellation that comes after the carrier has the parcel did not happen, but for a few.
    kept = orders.cancelled < scanned
    orders.cancelled = np.where(kept, orders.cancelled, NEVER)
    orders.cancel_kind = np.where(kept, orders.cancel_kind, -1)
    stopped = cancellations.intercept(stream, orders, clock, scanned, alone)
    delivered = np.where(stopped, NEVER, delivered)
    journey.delivered = np.where(stopped[boxes.order], NEVER, journey.delivered)
    stages.upload_late(stream, clock, orders, boxes, journey, alone)
    uploaded = _last_of(links, journey.uploaded, len(orders))
    return journey, _stamp(stream, clock, orders, uploaded, scanned, delivered), delay


def _packages(
    stream: Streams,
    market: Market,
    clock: ShopClock,
    boxes: packages.Boxes,
    journey: fulfilment.Journey,
    links: Links,
    labelled: IntArray,
    alone: BoolArray,
    number: int,
) -> Packages:
    named = packages.make_numbers(stream, market, clock, boxes, labelled, number)
    chance = stream("package ids").random(len(labelled))
    # Orders are numbered by creation, so that the first link left of a package is the earliest.
    judged_by = boxes.order.copy()
    judged_by[links.package[::-1]] = links.order[::-1]
    return Packages(
        package_id=named.package_id,
        order=judged_by,
        carrier=boxes.carrier,
        actual=boxes.actual,
        number=named.number,
        true_number=named.true_number,
        rts=journey.rts,
        uploaded=journey.uploaded,
        scanned=journey.scanned,
        delivered=journey.delivered,
        fate=boxes.fate,
        has_id=(chance > 0.01) | ~alone[boxes.order],
        printed=named.printed,
    )


def _alone(links: Links, leader: IntArray) -> BoolArray:
    """Orders with one package that nobody shares."""
    count = len(leader)
    lone: BoolArray = np.bincount(leader, minlength=count) == 1
    whole: BoolArray = np.bincount(links.order, minlength=count) == 1
    lone &= leader == np.arange(count)
    return lone & whole


def _links(orders: Orders, lines: Lines) -> Links:
    """Distinct pairs of order and package, by order."""
    key = np.sort(lines.order * (2 * len(orders) + 2) + lines.package)
    key = key[np.diff(key, prepend=-1) > 0]
    return Links(key // (2 * len(orders) + 2), key % (2 * len(orders) + 2))


def _last_of(links: Links, values: IntArray, orders: int) -> IntArray:
    """The latest of each order's package stamps; `NEVER` as soon as one package has none."""
    last = np.zeros(orders, dtype=np.int64)
    np.maximum.at(last, links.order, values[links.package])
    return last


def _stamp(
    stream: Streams,
    clock: ShopClock,
    orders: Orders,
    uploaded: IntArray,
    scanned: IntArray,
    delivered: IntArray,
) -> IntArray:
    """Write the order's own stamps, nothing after a cancellation; returns the real arrival."""
    rng = stream("stamps")
    count = len(orders)
    told = np.where(scanned < NEVER, scanned + rng.integers(60, 7200, count), NEVER)
    # The platform cannot see a parcel in transit before it has its number.
    told = np.where(told < NEVER, np.maximum(told, uploaded + 120), NEVER)
    home = np.where(delivered < NEVER, delivered + rng.integers(30, 3600, count), NEVER)
    gone = orders.cancelled < scanned
    orders.rts = np.where(uploaded < orders.cancelled, uploaded, NEVER)
    orders.shipped = np.where(gone, NEVER, clock.readable(told))
    orders.delivered = np.where(gone, NEVER, clock.readable(home))
    return orders.delivered.copy()


def _forget_unseen(orders: Orders, seen: IntArray) -> None:
    """Take away what happened after an order was exported for the last time."""
    for name in ("paid", "rts", "shipped", "delivered", "cancelled"):
        values = getattr(orders, name)
        setattr(orders, name, np.where(values < seen, values, NEVER))
    orders.cancel_kind = np.where(orders.cancelled < NEVER, orders.cancel_kind, -1)


def _known_links(orders: Orders, links: Links) -> Links:
    """Links of orders that got a label in the last state."""
    known = orders.rts[links.order] < NEVER
    return Links(links.order[known], links.package[known])


def known_returns(plan: Plan, seen: IntArray) -> Returns:
    """The returns as the return export last showed them; `seen` is 0 for one in no file."""
    held = plan.returns
    keep = seen > held.requested
    status = returns.status_at(held, seen)
    return Returns(
        return_id=held.return_id[keep],
        order=held.order[keep],
        line=held.line[keep],
        sku=held.sku[keep],
        quantity=held.quantity[keep],
        requested=held.requested[keep],
        refunded=np.where(held.refunded < seen, held.refunded, NEVER)[keep],
        status=status[keep],
        reason=held.reason[keep],
        refund_only=held.refund_only[keep],
        amount_cents=held.amount_cents[keep],
    )  # fmt: skip
