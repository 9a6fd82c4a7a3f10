"""The facts from which the right answers are worked out: clocks, scans, and who is in scope.

Everything is computed from the plan with plain array arithmetic and the written definitions, so
that it can be held against what a pipeline finds in the files. Days are numbers of the plan's
clock; "by the end of day b" is `day(stamp) <= b`, and a due time of 23:59:59.999 is met by a stamp
before the midnight that follows.
"""

from dataclasses import dataclass

import numpy as np

from flows.simulate.cancellations import FREE_CANCELLATION, KINDS
from flows.simulate.clock import DAY, NEVER
from flows.simulate.plan import Plan
from flows.simulate.tracking import DELIVERED, FIRST_POSSESSION
from flows.simulate.truth_rules import DELIVER_BUSINESS_DAYS, RULES
from flows.simulate.types import BoolArray, IntArray

ANOTHER_PARCEL = 90 * DAY
TOO_EARLY = DAY
NO_DAY = 1 << 40


@dataclass
class OrderFacts:
    """Per order; stamps in UTC seconds, `NEVER` where absent, and their days.

    `known` is the feed's first event of any of its packages, `handed_over` and `brought` the last
    package's first possession and delivery (`NEVER` while one lacks it), `possessed` the first
    possession of any. `due` and `deliver_by` are the midnights just after the due times.
    """

    in_reach: BoolArray
    uploaded_rule: BoolArray
    due: IntArray
    deliver_by: IntArray
    due_day: IntArray
    deliver_day: IntArray
    known: IntArray
    handed_over: IntArray
    brought: IntArray
    possessed: IntArray
    free_cancel: BoolArray
    seller_fault: BoolArray
    days: dict[str, IntArray]

    def dispatched(self, plan: Plan, at: IntArray, of: IntArray) -> IntArray:
        """When each order `of` was dispatched, as known at the end of the days `at`."""
        orders, days = plan.orders, self.days
        by_rts = np.where(days["rts"][of] <= at, orders.rts[of], NEVER)
        by_scan = np.where(days["handed_over"][of] <= at, self.handed_over[of], NEVER)
        by_stamp = np.where(days["shipped"][of] <= at, orders.shipped[of], NEVER)
        by_feed = np.where(days["known"][of] <= at, by_scan, by_stamp)
        return np.where(self.uploaded_rule[of], by_rts, by_feed)

    def delivered(self, plan: Plan, at: IntArray, of: IntArray) -> IntArray:
        """When each order `of` was delivered, as known at the end of the days `at`."""
        days = self.days
        by_scan = np.where(days["brought"][of] <= at, self.brought[of], NEVER)
        by_stamp = np.where(days["delivered"][of] <= at, plan.orders.delivered[of], NEVER)
        return np.where(days["known"][of] <= at, by_scan, by_stamp)


@dataclass
class LinkFacts:
    """Per link of an order and a package: the first events that count for that order.

    `known` leaves out another parcel's events, `possessed` those that are no possession too;
    `handed_over` and `brought` also leave out what is more than a day before the order.
    """

    known: IntArray
    possessed: IntArray
    handed_over: IntArray
    brought: IntArray


def link_facts(plan: Plan) -> LinkFacts:
    """Walk over the feed once for the first and once for the second order of each package."""
    links, events = plan.links, plan.events
    count = len(links.order)
    by_package = np.argsort(links.package, kind="stable")
    sorted_package = links.package[by_package]
    rank = np.empty(count, dtype=np.int64)
    rank[by_package] = np.arange(count) - np.searchsorted(
        sorted_package, sorted_package, side="left"
    )
    facts = LinkFacts(*(np.full(count, NEVER) for _ in range(4)))
    for turn in range(int(rank.max(initial=-1)) + 1):
        link_of = np.full(len(plan.packages), -1)
        mine = np.flatnonzero(rank == turn)
        link_of[links.package[mine]] = mine
        link = link_of[events.package]
        use = np.flatnonzero((link >= 0) & ~events.foreign)
        link, at, code = link[use], events.at[use], events.code[use]
        created = plan.orders.created[links.order[link]]
        own = at >= created - ANOTHER_PARCEL
        timely = at >= created - TOO_EARLY
        for target, hit in (
            (facts.known, own),
            (facts.possessed, own & (code >= FIRST_POSSESSION)),
            (facts.handed_over, timely & (code >= FIRST_POSSESSION)),
            (facts.brought, timely & (code == DELIVERED)),
        ):
            np.minimum.at(target, link[hit], at[hit])
    return facts


def order_facts(plan: Plan, scans: LinkFacts) -> OrderFacts:
    """Clocks, scans and scope of each order."""
    orders, clock, links = plan.orders, plan.clock, plan.links
    count = len(orders)
    created_day = clock.day(orders.created)
    due_day, uploaded = RULES[plan.market.code].due_days(clock, orders.created)
    deliver_day = clock.add_business_days(created_day, DELIVER_BUSINESS_DAYS)

    def first(values: IntArray) -> IntArray:
        found = np.full(count, NEVER)
        np.minimum.at(found, links.order, values)
        return found

    def last(values: IntArray) -> IntArray:
        found = np.zeros(count, dtype=np.int64)
        np.maximum.at(found, links.order, values)
        return np.where(found == 0, NEVER, found)

    known, handed_over, brought = first(scans.known), last(scans.handed_over), last(scans.brought)
    buyer = np.array([k.by == "User" for k in KINDS])
    seller = np.array([k.fault == "seller" for k in KINDS])
    cancelled = orders.cancelled < NEVER
    kind = np.maximum(orders.cancel_kind, 0)
    stamps = {
        "created": orders.created, "paid": orders.paid, "rts": orders.rts,
        "shipped": orders.shipped, "delivered": orders.delivered, "cancelled": orders.cancelled,
        "known": known, "handed_over": handed_over, "brought": brought,
    }  # fmt: skip
    return OrderFacts(
        in_reach=~orders.sample,
        uploaded_rule=uploaded,
        due=np.where(orders.pre_order, NEVER, clock.end_of_day(due_day)),
        deliver_by=np.where(orders.pre_order, NEVER, clock.end_of_day(deliver_day)),
        due_day=np.where(orders.pre_order, NO_DAY, due_day),
        deliver_day=np.where(orders.pre_order, NO_DAY, deliver_day),
        known=known,
        handed_over=handed_over,
        brought=brought,
        possessed=first(scans.possessed),
        free_cancel=cancelled & buyer[kind]
        & (orders.cancelled <= orders.created + FREE_CANCELLATION),
        seller_fault=cancelled & seller[kind],
        days={name: day_of(plan, at) for name, at in stamps.items()},
    )  # fmt: skip


def day_of(plan: Plan, at: IntArray) -> IntArray:
    """Day of each stamp, `NO_DAY` where there is none."""
    return np.where(at < NEVER, plan.clock.day(at), NO_DAY)
