"""What comes back: requests by line, some rejected, some refunded without a return, some twice."""

from collections.abc import Callable

import numpy as np

from flows.simulate.catalogue import Catalogue
from flows.simulate.clock import DAY, NEVER, ShopClock
from flows.simulate.demand import BAD_CREATOR, BAD_SKU
from flows.simulate.plan import Lines, Orders, Returns
from flows.simulate.types import BoolArray, FloatArray, IntArray

Stream = Callable[[str], np.random.Generator]

STATUSES = ("To process", "In process", "Completed", "Refund rejected", "Canceled", "Refunded")
TO_PROCESS, IN_PROCESS, COMPLETED, REJECTED, CANCELLED, REFUNDED = range(len(STATUSES))
REASONS = (
    "No longer needed", "Missing items", "Missing package", "Missing parts", "Damaged item",
    "Item does not match description", "Wrong size", "Poor quality, not as shown in the video",
)  # fmt: skip
_DAMAGED, _NOT_AS_DESCRIBED, _NOT_AS_SHOWN = 4, 5, 7
_BAD_CREATOR_RATE, _BAD_SKU_RATE = 0.38, 0.45
_MAX_WAIT_DAYS = 20

COMMISSION_PERCENT = 15


def line_cents(lines: Lines, orders: Orders, catalogue: Catalogue) -> IntArray:
    """Each row's subtotal after discount in cents: nothing for gifts and samples."""
    price = catalogue.price_cents[lines.sku]
    # Five cents in the dollar off for everybody keeps before and after apart.
    full = lines.quantity * (price - price // 20)
    return np.where(lines.gift | orders.sample[lines.order], 0, full)


def commission_cents(cents: IntArray) -> IntArray:
    """A creator's commission on amounts, without the fraction of a cent."""
    return cents * COMMISSION_PERCENT // 100


def make_returns(
    stream: Stream,
    clock: ShopClock,
    orders: Orders,
    lines: Lines,
    catalogue: Catalogue,
    arrived: IntArray,
    shop_number: int,
    bad_from: int,
    bad_sku_from: int = NEVER,
) -> Returns:
    """Return requests of delivered lines, by request time.

    Args:
        arrived: when each order was really delivered, whatever its export knows.
        bad_from: from which creation time on the bad creator's orders come back.
        bad_sku_from: likewise for the bad SKU.
    """
    rng = stream("returns")
    paid_for = (arrived < NEVER) & ~orders.sample & (orders.cancelled >= NEVER)
    paid_for &= orders.paid < NEVER
    rate = catalogue.return_rate[lines.sku]
    bad = (lines.creator == BAD_CREATOR) & (orders.created[lines.order] >= bad_from)
    rate = np.where(bad, _BAD_CREATOR_RATE, rate)
    bad_sku = (lines.sku == BAD_SKU) & (orders.created[lines.order] >= bad_sku_from)
    rate = np.where(bad_sku, np.maximum(rate, _BAD_SKU_RATE), rate)
    hit = paid_for[lines.order] & (rng.random(len(lines)) < rate) & ~lines.gift
    line = np.flatnonzero(hit)
    amount = line_cents(lines, orders, catalogue)[line]
    quantity = lines.quantity[line]
    part = (quantity > 1) & (rng.random(len(line)) < 0.5)
    count = np.where(part, 1, quantity)
    requested = clock.readable(
        arrived[lines.order[line]] + rng.integers(3600, _MAX_WAIT_DAYS * DAY, len(line))
    )
    reason = rng.choice(len(REASONS), len(line), p=_reason_shares())
    angry = bad[line] & (rng.random(len(line)) < 0.7)
    reason = np.where(angry, _NOT_AS_SHOWN, reason)
    reason = np.where(bad_sku[line] & (reason < _NOT_AS_DESCRIBED), _NOT_AS_DESCRIBED, reason)
    status, refunded = _outcome(rng, clock, requested)
    refund_only = (rng.random(len(line)) < 0.25) | np.isin(reason, (1, 2, 3))
    again = rng.random(len(line)) < 0.06
    second, second_at = _second_requests(rng, clock, again, status, requested, refunded)
    all_lines = np.concatenate([line, line[second]])
    requested = np.concatenate([requested, second_at])
    order = np.lexsort((all_lines, requested))
    day = clock.day(requested[order])
    since = (clock.date_of(day) - np.datetime64("2018-01-01")).astype(np.int64)
    running = np.arange(len(order)) - np.searchsorted(day, day, side="left")

    def both(values: np.ndarray, more: np.ndarray) -> np.ndarray:
        return np.concatenate([values, more])[order]

    refunded_too = np.minimum(second_at + 3600, clock.end_of_day(clock.day(second_at)) - 1)
    return Returns(
        return_id=((4035 * 10**4 + since) * 10**3 + shop_number) * 10**7 + running * 3 + 1,
        order=lines.order[all_lines][order],
        line=all_lines[order],
        sku=lines.sku[all_lines][order],
        quantity=both(count, quantity[second]),
        requested=requested[order],
        refunded=both(refunded, clock.readable(refunded_too)),
        status=both(status, np.full(second.sum(), COMPLETED)),
        reason=both(reason, np.full(second.sum(), _DAMAGED)),
        refund_only=both(refund_only, np.ones(second.sum(), dtype=bool)),
        amount_cents=both(amount * count // quantity, np.maximum(amount[second] // 4, 1)),
    )


def status_at(back: Returns, at: int | IntArray) -> IntArray:
    """The status of each return as the platform shows it at a moment.

    Most requests are approved by the platform within a day and settled with their refund, or on
    their second day; what nobody sends back is given up.
    """
    is_open = np.isin(back.status, (TO_PROCESS, IN_PROCESS))
    ended = np.where(is_open, CANCELLED, back.status)
    settled = np.where(back.refunded < NEVER, back.refunded, back.requested + 2 * DAY)
    waits = np.where(back.requested + DAY >= at, TO_PROCESS, IN_PROCESS)
    shown: IntArray = np.where(settled < at, ended, waits)
    return shown


def _reason_shares() -> FloatArray:
    share: FloatArray = np.array([0.28, 0.07, 0.05, 0.05, 0.15, 0.18, 0.17, 0.05])
    return share / float(share.sum())


def _outcome(
    rng: np.random.Generator, clock: ShopClock, requested: IntArray
) -> tuple[IntArray, IntArray]:
    """How each request ends and when its refund is dated (also some that never complete)."""
    count = len(requested)
    status = rng.choice(
        [COMPLETED, REFUNDED, REJECTED, CANCELLED, IN_PROCESS, TO_PROCESS], count,
        p=[0.70, 0.05, 0.10, 0.06, 0.05, 0.04],
    )  # fmt: skip
    dated = np.isin(status, (COMPLETED, REFUNDED)) & (rng.random(count) > 0.03)
    dated |= (status == IN_PROCESS) & (rng.random(count) < 0.5)
    at = clock.readable(requested + rng.integers(2 * 3600, 9 * DAY, count))
    return status, np.where(dated, at, NEVER)


def _second_requests(
    rng: np.random.Generator,
    clock: ShopClock,
    again: BoolArray,
    status: IntArray,
    requested: IntArray,
    refunded: IntArray,
) -> tuple[BoolArray, IntArray]:
    """A later request for the whole of a line that has one already.

    It falls on the day of the first one's refund, so that no window parts the two, whichever way
    units above those ordered are left out.
    """
    first_at = np.where(refunded < NEVER, refunded, requested)
    second = again & np.isin(status, (COMPLETED, REJECTED)) & (first_at < NEVER)
    day = clock.day(first_at[second])
    at = first_at[second] + rng.integers(60, 4000, int(second.sum()))
    return second, clock.readable(np.minimum(at, clock.end_of_day(day) - 7200))
