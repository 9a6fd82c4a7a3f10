"""The plan of a made-up shop, as arrays: what happened to each order, line, package and return.

Everything here is the last state that the shop's files will hold. Times are UTC seconds, `NEVER`
where a stamp is not there; indices point into the arrays of the other classes.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from flows.simulate.catalogue import Catalogue, Creators
from flows.simulate.clock import ShopClock
from flows.simulate.markets import Market
from flows.simulate.scenarios import Script
from flows.simulate.types import BoolArray, IntArray

STATE_CODE, STATE_NAME, STATE_UPPER, STATE_UNKNOWN = range(4)
"""How an order's state is spelt in the export."""


@dataclass
class Orders:
    """One entry an order, by creation time. `cancel_kind` points into `cancellations.KINDS`.

    `postcode` is a number: a hundred times its area's, plus 1 to 99.
    """

    order_id: IntArray
    created: IntArray
    paid: IntArray
    rts: IntArray
    shipped: IntArray
    delivered: IntArray
    cancelled: IntArray
    cancel_kind: IntArray
    fbt: BoolArray
    sample: BoolArray
    pre_order: BoolArray
    express: BoolArray
    platform_label: BoolArray
    warehouse: IntArray
    place: IntArray
    postcode: IntArray
    state_form: IntArray

    def __len__(self) -> int:
        return len(self.order_id)


@dataclass
class Lines:
    """One entry an exported order row, by order: a SKU in two packages has two rows.

    `creator` is who the platform credits (-1 for nobody), `handle` who the order export names, and
    `affiliate` whether the affiliate export has the line. `package` is -1 before there is one.
    """

    order: IntArray
    sku: IntArray
    quantity: IntArray
    creator: IntArray
    handle: IntArray
    affiliate: BoolArray
    gift: BoolArray
    package: IntArray

    def __len__(self) -> int:
        return len(self.order)

    def again(self) -> BoolArray:
        """Rows of the SKU of the row before, in the order's other package."""
        again = np.zeros(len(self), dtype=bool)
        again[1:] = (self.order[1:] == self.order[:-1]) & (self.sku[1:] == self.sku[:-1])
        return again

    def whole(self, values: IntArray) -> IntArray:
        """Values of rows, with those of the same SKU's other row added to the first one's."""
        more = np.append(np.where(self.again(), values, 0)[1:], 0)
        return np.where(self.again(), 0, values + more)


@dataclass
class Packages:
    """One entry a package. `carrier` is the one that the order names, `actual` the one that has it.

    `number` is the tracking number that the order export shows (null where missing), `true_number`
    what carriers and the warehouse call it. `order` is the order that the package is judged by.
    `fate` is what was planned to be wrong with it. `has_id` is false where the export leaves
    `Package ID` blank. `rts` is the label, `uploaded` when its number reached the platform.
    """

    package_id: IntArray
    order: IntArray
    carrier: IntArray
    actual: IntArray
    number: pl.Series
    true_number: pl.Series
    rts: IntArray
    uploaded: IntArray
    scanned: IntArray
    delivered: IntArray
    fate: IntArray
    has_id: BoolArray
    printed: pl.Series

    def __len__(self) -> int:
        return len(self.package_id)


@dataclass
class Links:
    """One entry an order and one of its packages, by order."""

    order: IntArray
    package: IntArray


@dataclass
class Events:
    """One entry a carrier event in the feed, by time. `foreign` ones bear a number of no order.

    `code` points into `tracking.CODES`, `carrier` into the market's; `postcode` is -1 where the
    event has none.
    """

    package: IntArray
    carrier: IntArray
    at: IntArray
    code: IntArray
    place: IntArray
    postcode: IntArray
    foreign: BoolArray

    def __len__(self) -> int:
        return len(self.package)


@dataclass
class Shipments:
    """Stages of each package in the warehouse, aligned with `Packages`.

    `held_in` is the stage in the warehouse that held it up, `waited_for` the one after it, each an
    index into `stages.CAUSES` or -1.
    """

    received: IntArray
    allocated: IntArray
    picked: IntArray
    quality_checked: IntArray
    packed: IntArray
    tendered: IntArray
    held_in: IntArray
    waited_for: IntArray


@dataclass
class Returns:
    """One entry a return request. `status` points into `returns.STATUSES`, `reason` likewise."""

    return_id: IntArray
    order: IntArray
    line: IntArray
    sku: IntArray
    quantity: IntArray
    requested: IntArray
    refunded: IntArray
    status: IntArray
    reason: IntArray
    refund_only: BoolArray
    amount_cents: IntArray

    def __len__(self) -> int:
        return len(self.return_id)


@dataclass
class HealthLog:
    """One entry an event of the account health log, by time.

    `day` is its day by the plan's clock (negative before the first), `kind` and `reason` point
    into `health_log.KINDS` and `REASONS`, `order` is -1 where the event names none.
    """

    at: IntArray
    day: IntArray
    kind: IntArray
    points: IntArray
    score_after: IntArray
    reason: IntArray
    order: IntArray

    def __len__(self) -> int:
        return len(self.at)


@dataclass
class Plan:
    """Everything that is to be written about one shop.

    `buyer` and `arrived` have an entry an order; the latter is when it was really delivered,
    whatever its export knows.
    """

    shop_id: str
    market: Market
    clock: ShopClock
    start_on: date
    end_on: date
    horizon: int
    script: Script
    catalogue: Catalogue
    creators: Creators
    capacity: tuple[int, ...]
    orders: Orders
    buyer: IntArray
    arrived: IntArray
    lines: Lines
    packages: Packages
    links: Links
    events: Events
    shipments: Shipments
    returns: Returns
    health: HealthLog
