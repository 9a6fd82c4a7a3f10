"""Which orders share a package, which are split over two, and what is wrong with the numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.simulate import tracking_numbers as tn
from flows.simulate.clock import ShopClock
from flows.simulate.markets import Market
from flows.simulate.plan import Lines, Orders
from flows.simulate.types import BoolArray, IntArray

Stream = Callable[[str], np.random.Generator]

(
    SOUND, MISSING_NUMBER, BAD_CHECK_DIGIT, WRONG_CARRIER, NOT_SUPPORTED, WRONG_ZIP, EARLY_SCAN,
    UNKNOWN_TO_FEED, NEVER_SCANNED, REUSED_NUMBER,
) = range(10)  # fmt: skip
_FATES = np.array([0.008, 0.005, 0.005, 0.004, 0.003, 0.003, 0.025, 0.004, 0.002])


def combine(stream: Stream, orders: Orders, lines: Lines, blocked: BoolArray) -> IntArray:
    """For each order the one whose package it joins, else itself; both get one address.

    Partners are neighbours in time, of one channel, and neither is in `blocked`.
    """
    rng = stream("combine")
    count = len(orders)
    single = np.bincount(lines.order, minlength=count) == 1
    plain = ~(
        blocked | orders.sample | orders.pre_order | orders.fbt | orders.express
        | orders.platform_label
    ) & single  # fmt: skip
    near = np.zeros(count, dtype=bool)
    near[:-1] = (np.diff(orders.created) < 7200) & plain[:-1] & plain[1:]
    first = near & (np.arange(count) % 2 == 0) & (rng.random(count) < 0.03)
    leader = np.arange(count)
    at = np.flatnonzero(first)
    leader[at + 1] = at
    for name in ("warehouse", "place", "postcode", "state_form"):
        values = getattr(orders, name)
        values[at + 1] = values[at]
    return leader


def split(
    stream: Stream, orders: Orders, lines: Lines, leader: IntArray
) -> tuple[Lines, BoolArray]:
    """Put some orders into two packages, cutting a line of several units in two where needed.

    Returns the lines, a row more for each cut, and which rows go into the second package.
    """
    rng = stream("split")
    count = len(orders)
    size = np.bincount(lines.order, minlength=count)
    alone = (leader == np.arange(count)) & (np.bincount(leader, minlength=count) == 1)
    chosen = alone & ~orders.sample & (rng.random(count) < np.where(size > 1, 0.14, 0.06))
    nth = np.arange(len(lines)) - np.searchsorted(lines.order, lines.order, side="left")
    cut = chosen[lines.order] & (size[lines.order] == 1) & (lines.quantity > 1)
    times = np.where(cut, 2, 1)
    row = np.repeat(np.arange(len(lines)), times)
    copy = np.zeros(len(row), dtype=bool)
    copy[1:] = row[1:] == row[:-1]
    second = copy | (chosen[lines.order] & (nth == size[lines.order] - 1) & (nth > 0))[row]
    quantity = lines.quantity[row]
    was_cut = cut[row]
    quantity = np.where(was_cut, np.where(copy, quantity - 1, 1), quantity)
    cut_lines = Lines(
        order=lines.order[row],
        sku=lines.sku[row],
        quantity=quantity,
        creator=lines.creator[row],
        handle=lines.handle[row],
        affiliate=lines.affiliate[row] & ~copy,
        gift=lines.gift[row],
        package=np.full(len(row), -1),
    )
    return cut_lines, second


@dataclass
class Boxes:
    """Packages before their journey: who is in them, who carries them, what is wrong."""

    order: IntArray
    second: BoolArray
    carrier: IntArray
    actual: IntArray
    fate: IntArray


def make_boxes(
    stream: Stream,
    market: Market,
    orders: Orders,
    lines: Lines,
    second: BoolArray,
    leader: IntArray,
) -> Boxes:
    """One box for each leading order and one more for each split order; sets `lines.package`."""
    rng = stream("boxes")
    count = len(orders)
    doubled = np.zeros(count, dtype=bool)
    doubled[lines.order[second]] = True
    leads = leader == np.arange(count)
    per_order = np.where(leads, 1 + doubled, 0)
    offset = np.cumsum(per_order) - per_order
    order = np.repeat(np.arange(count), per_order)
    total = len(order)
    is_second = np.zeros(total, dtype=bool)
    is_second[1:] = order[1:] == order[:-1]
    lines.package = offset[leader[lines.order]] + second

    share = market.by_carrier(lambda c: c.share)[: market.unsupported]
    edges = np.cumsum(share / share.sum())
    last = market.unsupported - 1
    carrier = np.minimum(np.searchsorted(edges, rng.random(total), side="right"), last)
    # The second box mostly goes with the first one's carrier.
    same = is_second & (rng.random(total) < 0.92)
    carrier = np.where(same, np.roll(carrier, 1), carrier)
    fate_edges = np.cumsum(_FATES)
    fate = np.searchsorted(fate_edges, rng.random(total), side="right") + 1
    fate = np.where(fate > len(_FATES), SOUND, fate)
    ruled = carrier < market.with_rule
    fate = np.where(np.isin(fate, (BAD_CHECK_DIGIT, WRONG_CARRIER)) & ~ruled, SOUND, fate)
    carrier = np.where(fate == NOT_SUPPORTED, market.unsupported, carrier)
    turned = (carrier + 1 + rng.integers(0, max(market.with_rule - 1, 1), total)) % max(
        market.with_rule, 1
    )
    actual = np.where(fate == WRONG_CARRIER, turned, carrier)
    return Boxes(order, is_second, carrier, actual, fate)


@dataclass(frozen=True)
class Named:
    """Ids and tracking numbers of boxes.

    `true_number` is what carriers say, `number` what the seller gave (null if missing), `printed`
    what the export shows of that.
    """

    package_id: IntArray
    true_number: pl.Series
    number: pl.Series
    printed: pl.Series


def make_numbers(
    stream: Stream,
    market: Market,
    clock: ShopClock,
    boxes: Boxes,
    labelled: IntArray,
    shop_number: int,
) -> Named:
    """Ids and numbers of the boxes.

    Args:
        labelled: day of each package's label (any day for one that has none).
    """
    rng = stream("numbers")
    total = len(boxes.order)
    by_day = np.argsort(labelled, kind="stable")
    sorted_day = labelled[by_day]
    running = np.empty(total, dtype=np.int64)
    running[by_day] = np.arange(total) - np.searchsorted(sorted_day, sorted_day, side="left")
    since = (clock.date_of(labelled) - np.datetime64("2018-01-01")).astype(np.int64)
    package_id = ((1152 * 10**4 + since) * 10**3 + shop_number) * 10**8 + running * 13 + 5
    styles = np.array([c.style for c in market.carriers])[boxes.actual]
    style = np.where((styles == tn.USPS_94) & (rng.random(total) < 0.4), tn.USPS_92, styles)
    none = np.zeros(total, dtype=bool)
    true_number = tn.numbers(style, since, running, shop_number, none)
    bad = np.flatnonzero(boxes.fate == BAD_CHECK_DIGIT)
    spoilt = tn.numbers(style[bad], since[bad], running[bad], shop_number, ~none[bad])
    shown = true_number.clone().scatter(bad, spoilt)
    looks = rng.random(total)
    frame = pl.select(
        number=shown,
        missing=pl.Series(boxes.fate == MISSING_NUMBER),
        spaced=pl.Series((styles == tn.USPS_94) & (looks < 0.02)),
        lower=pl.Series((styles == tn.UPS) & (looks < 0.01)),
    )
    number = pl.when(~pl.col("missing")).then("number")
    grouped = pl.concat_str(
        *(pl.col("number").str.slice(at, 4) for at in range(0, 24, 4)), separator=" "
    ).str.strip_chars()
    printed = (
        pl.when(pl.col("missing")).then(None)
        .when("spaced").then(grouped)
        .when("lower").then(pl.col("number").str.to_lowercase())
        .otherwise("number")
    )  # fmt: skip
    shown_as = frame.select(number=number, printed=printed)
    return Named(package_id, true_number, shown_as["number"], shown_as["printed"])
