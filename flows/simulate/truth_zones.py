"""How well the warehouses cover the demand of the last thirty days."""

import numpy as np
import polars as pl

from flows.simulate.clock import NEVER
from flows.simulate.fulfilment import zone_table
from flows.simulate.plan import Plan
from flows.simulate.truth_facts import LinkFacts, OrderFacts
from flows.simulate.truth_orders import destinations
from flows.simulate.types import FloatArray, IntArray

_WINDOW_DAYS = 30
_LEAST_SCANS = 30
_TABLE_DAYS = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 5}
_TWO_DAYS = 2
ALL, ACTIVE = "(all)", "(active)"


def transit_days(plan: Plan, scans: LinkFacts, day: int) -> FloatArray:
    """Business days by zone (entry 0 unused): the table, or the median of at least 30 scans."""
    links, orders, clock = plan.links, plan.orders, plan.clock
    zone = zone_table(plan.market)[orders.warehouse[links.order], orders.place[links.order]]
    seen = (scans.brought < NEVER) & (scans.handed_over < NEVER)
    first, last = (
        clock.day(np.where(seen, at, clock.midnights[0]))
        for at in (scans.handed_over, scans.brought)
    )
    seen &= (last <= day) & (last >= first)
    taken = clock.business_days_between(first, last)
    days = np.zeros(9)
    for number, default in _TABLE_DAYS.items():
        mine = taken[seen & (zone == number)]
        days[number] = np.median(mine) if len(mine) >= _LEAST_SCANS else default
    return days


def coverage_frame(plan: Plan, facts: OrderFacts, scans: LinkFacts, day: int) -> pl.DataFrame:
    """One row an origin set and state of destination, all states together included.

    Zones are known in the United States alone.
    """
    orders, days = plan.orders, facts.days
    every = np.arange(len(orders))
    at = np.full(len(orders), day)
    cancelled_at = np.where(days["cancelled"] <= day, orders.cancelled, NEVER)
    held = np.flatnonzero(
        (days["paid"] <= day) & (days["created"] <= day)
        & (days["created"] > day - _WINDOW_DAYS) & ~orders.sample & (cancelled_at >= NEVER)
    )  # fmt: skip
    _, states, state = destinations(plan)
    where = states.gather(state[held])
    home = facts.delivered(plan, at, every)[held]
    awaited = (facts.deliver_day[held] <= day) & ~orders.fbt[held] & ~orders.express[held]
    on_time = awaited & (home < facts.deliver_by[held])
    by_zone = transit_days(plan, scans, day)
    table, houses = zone_table(plan.market), plan.market.warehouses
    active = [
        i for i, w in enumerate(houses)
        if w.active_from_on <= plan.end_on
        and (w.active_to_on is None or w.active_to_on >= plan.end_on)
    ]  # fmt: skip
    origins: dict[str, IntArray] = {ACTIVE: table[active].min(axis=0)}
    origins |= {w.warehouse_id: table[i] for i, w in enumerate(houses)}
    frames = []
    for name, zone_of_place in origins.items():
        zone = zone_of_place[orders.place[held]]
        rows = pl.DataFrame(
            {
                "ship_to_state": where,
                "zone": zone,
                "days": by_zone[zone],
                "awaited": awaited,
                "on_time": on_time,
            }
        )
        both = pl.concat([rows, rows.with_columns(ship_to_state=pl.lit(ALL))])
        frames.append(
            both.group_by("ship_to_state")
            .agg(
                orders=pl.len(),
                mean_zone=pl.col("zone").sum() / pl.len(),
                share_within_2_days=(pl.col("days") <= _TWO_DAYS).sum() / pl.len(),
                mean_transit_days=pl.col("days").sum() / pl.len(),
                on_time=pl.col("on_time").sum(),
                awaited=pl.col("awaited").sum(),
            )
            .with_columns(origin_set=pl.lit(name))
        )
    rate = pl.when(pl.col("awaited") > 0).then(pl.col("on_time") / pl.col("awaited"))
    zoned = pl.when(pl.lit(plan.market.has_zones))
    return (
        pl.concat(frames)
        .with_columns(
            *(
                zoned.then(pl.col(name)).alias(name)
                for name in ("mean_zone", "share_within_2_days", "mean_transit_days")
            ),
            as_of_on=pl.lit(plan.end_on),
            share_of_orders=pl.col("orders") / max(len(held), 1),
            on_time_delivery_rate=rate,
        )
        .select(
            "as_of_on", "origin_set", "ship_to_state", "orders", "share_of_orders", "mean_zone",
            "share_within_2_days", "mean_transit_days", "on_time_delivery_rate",
        )
        .sort("origin_set", "ship_to_state")
    )  # fmt: skip
