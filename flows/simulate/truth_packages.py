"""Valid tracking: each package's state at the end of any day."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.simulate.clock import NEVER, utc_text
from flows.simulate.packages import BAD_CHECK_DIGIT, MISSING_NUMBER, WRONG_CARRIER
from flows.simulate.plan import Plan
from flows.simulate.tracking import DELIVERED, NO_POSTCODE
from flows.simulate.truth_facts import (
    ANOTHER_PARCEL,
    NO_DAY,
    TOO_EARLY,
    LinkFacts,
    OrderFacts,
    day_of,
)
from flows.simulate.truth_rules import LATE_UPLOAD_SECONDS
from flows.simulate.types import BoolArray, IntArray

DEFECTS = (
    None, "missing_number", "unsupported_carrier", "carrier_mismatch", "bad_format", "no_scan",
    "late_upload", "scan_before_order", "zip_mismatch",
)  # fmt: skip
_SCAN_BUSINESS_DAYS = 7


@dataclass
class PackageFacts:
    """Per package that an order shows; stamps in UTC seconds, days of the plan's clock."""

    package: IntArray
    order: IntArray
    format_defect: IntArray
    possessed: IntArray
    possessed_day: IntArray
    early_day: IntArray
    late_upload_day: IntArray
    astray_day: IntArray
    scan_limit_day: IntArray
    carrier_day: IntArray
    feed_from: int
    feed_day: int

    def shipped(self, plan: Plan, facts: OrderFacts, at: IntArray, of: IntArray) -> IntArray:
        """`Shipped Time`, else `RTS Time`, of the judging order, as known at the end of `at`."""
        order = self.order[of]
        days = facts.days
        rts = np.where(days["rts"][order] <= at, plan.orders.rts[order], NEVER)
        return np.where(days["shipped"][order] <= at, plan.orders.shipped[order], rts)

    def judged(self, shipped: IntArray, at: IntArray, of: IntArray) -> BoolArray:
        """Whether the scan tests apply: the feed was there and has the carrier."""
        there = (self.feed_day <= at) & (shipped >= self.feed_from)
        return there & (self.carrier_day[of] <= at)

    def defect(self, judged: BoolArray, at: IntArray, of: IntArray) -> IntArray:
        """Index into `DEFECTS` of the first test that fails at the end of the days `at`."""
        silent = (self.possessed_day[of] > at) & (at >= self.scan_limit_day[of])
        return np.select(
            [
                self.format_defect[of] > 0,
                judged & silent,
                judged & (self.late_upload_day[of] <= at),
                judged & (self.early_day[of] <= at),
                judged & (self.astray_day[of] <= at),
            ],
            [self.format_defect[of], 5, 6, 7, 8],
            0,
        )


def package_facts(plan: Plan, scans: LinkFacts, facts: OrderFacts) -> PackageFacts:
    """Facts of each package by the order that it is judged by."""
    packages, events, orders, links = plan.packages, plan.events, plan.orders, plan.links
    shown = np.unique(links.package)
    order = packages.order[shown]
    possessed, handed_over = (np.full(len(packages), NEVER) for _ in range(2))
    judging = packages.order[links.package] == links.order
    possessed[links.package[judging]] = scans.possessed[judging]
    handed_over[links.package[judging]] = scans.handed_over[judging]

    owner = packages.order[events.package]
    created = orders.created[owner]
    own = ~events.foreign & (events.at >= created - ANOTHER_PARCEL)
    early = np.full(len(packages), NEVER)
    hit = own & (events.at < created - TOO_EARLY)
    np.minimum.at(early, events.package[hit], events.at[hit])
    area = plan.market.place_numbers()[orders.place[owner]]
    astray = np.full(len(packages), NEVER)
    hit = own & (events.code == DELIVERED) & (events.postcode != NO_POSTCODE)
    # Only in the United States does a post code's start say where it is.
    hit &= plan.market.has_zones & (events.postcode // 100 != area)
    np.minimum.at(astray, events.package[hit], events.at[hit])

    carrier_from = np.full(len(plan.market.carriers), NEVER)
    np.minimum.at(carrier_from, events.carrier, events.at)
    fate, carrier = packages.fate[shown], packages.carrier[shown]
    rts_day = facts.days["rts"][order]
    limit = np.where(
        rts_day < NO_DAY,
        plan.clock.add_business_days(np.where(rts_day < NO_DAY, rts_day, 0), _SCAN_BUSINESS_DAYS),
        NO_DAY,
    )
    rts = orders.rts[order]
    # A scan before the order is not the carrier's first of this parcel, or not of this parcel.
    upload_due = np.maximum(handed_over[shown], orders.created[order]) + LATE_UPLOAD_SECONDS
    too_late = (rts < NEVER) & (rts > upload_due)
    feed_from = int(events.at.min(initial=NEVER))
    return PackageFacts(
        package=shown,
        order=order,
        format_defect=np.select(
            [fate == MISSING_NUMBER, carrier == plan.market.unsupported, fate == WRONG_CARRIER,
             fate == BAD_CHECK_DIGIT],
            [1, 2, 3, 4],
            0,
        ),
        possessed=possessed[shown],
        possessed_day=day_of(plan, possessed[shown]),
        early_day=day_of(plan, early[shown]),
        late_upload_day=np.where(too_late, rts_day, NO_DAY),
        astray_day=day_of(plan, astray[shown]),
        scan_limit_day=limit,
        carrier_day=day_of(plan, carrier_from)[carrier],
        feed_from=feed_from,
        feed_day=int(day_of(plan, np.array([feed_from]))[0]),
    )  # fmt: skip


def in_rate(
    plan: Plan, facts: OrderFacts, held: PackageFacts, at: IntArray, of: IntArray
) -> BoolArray:
    """Whether each package counts in the valid tracking rate at the end of the days `at`."""
    order = held.order[of]
    orders, days = plan.orders, facts.days
    cancelled = days["cancelled"][order] <= at
    moved = facts.possessed[order] < orders.cancelled[order]
    return (
        facts.in_reach[order]
        & (days["paid"][order] <= at)
        & ~orders.fbt[order]
        & ~orders.platform_label[order]
        & ~(cancelled & ~moved)
        & (held.shipped(plan, facts, at, of) < NEVER)
    )


def packages_frame(plan: Plan, facts: OrderFacts, held: PackageFacts, day: int) -> pl.DataFrame:
    """One row a package of an order with a label or a shipment by the end of `day`."""
    every = np.arange(len(held.package))
    at = np.full(len(every), day)
    shipped = held.shipped(plan, facts, at, every)
    there = shipped < NEVER
    judged = held.judged(shipped, at, every)
    defect = held.defect(judged, at, every)
    packages, orders = plan.packages, plan.orders
    has_id = packages.has_id[held.package]
    own_key = pl.Series(packages.package_id[held.package]).cast(pl.String)
    order_key = pl.Series(orders.order_id[held.order]).cast(pl.String)
    key = pl.select(
        pl.when(pl.Series(has_id)).then(own_key).otherwise(pl.lit("order:") + pl.lit(order_key))
    ).to_series()
    scan = np.where(held.possessed_day <= day, held.possessed, NEVER)
    frame = pl.DataFrame(
        {
            "package_key": key,
            "tracking_number": packages.number.gather(held.package),
            "carrier": pl.Series([c.name for c in plan.market.carriers]).gather(
                packages.carrier[held.package]
            ),
            "first_acceptance_scan_at": utc_text(scan),
            "is_valid_tracking": defect == 0,
            "is_scan_judged": judged,
            "tracking_defect": pl.Series(DEFECTS, dtype=pl.String).gather(defect),
            "is_in_rate": in_rate(plan, facts, held, at, every),
        }
    )
    return frame.filter(pl.Series(there)).sort("package_key")
