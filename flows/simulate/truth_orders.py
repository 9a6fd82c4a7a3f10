"""Every order as it stands at the end of the last day."""

import numpy as np
import polars as pl

from flows.simulate.cancellations import KINDS
from flows.simulate.clock import NEVER, utc_text
from flows.simulate.plan import STATE_UNKNOWN, Plan
from flows.simulate.truth_facts import OrderFacts
from flows.simulate.types import IntArray

NOBODY, SEVERAL, UNKNOWN = "(none)", "(several)", "(unknown)"


def order_creators(plan: Plan) -> IntArray:
    """Each order's creator: an index, -1 for nobody, -2 for several."""
    lines = plan.lines
    count = len(plan.orders)
    named = lines.creator >= 0
    low = np.full(count, len(plan.creators))
    high = np.full(count, -1)
    np.minimum.at(low, lines.order[named], lines.creator[named])
    np.maximum.at(high, lines.order[named], lines.creator[named])
    return np.where(high < 0, -1, np.where(low == high, high, -2))


def due_text(midnight: IntArray) -> pl.Series:
    """Due times, a millisecond before the midnights; null for `NEVER`."""
    return utc_text(np.where(midnight < NEVER, midnight - 1, NEVER), milliseconds=999)


def destinations(plan: Plan) -> tuple[pl.Series, pl.Series, IntArray]:
    """ZIP3 by place, the states' names, and each order's index into them.

    Known in the United States alone.
    """
    places, orders = plan.market.places, plan.orders
    known = plan.market.has_zones
    zip3 = pl.Series([p.area if known else None for p in places], dtype=pl.String)
    states = pl.Series([*(p.state if known else UNKNOWN for p in places), UNKNOWN])
    return zip3, states, np.where(orders.state_form == STATE_UNKNOWN, len(places), orders.place)


def orders_frame(plan: Plan, facts: OrderFacts, day: int) -> pl.DataFrame:
    """One row an order created by the end of `day`.

    A flag is null where its question does not arise: unpaid, FBT and sample orders, orders
    without a due time, and for deliveries also those not yet due, or cancelled before dispatch.
    """
    orders, days = plan.orders, facts.days
    every = np.arange(len(orders))
    at = np.full(len(orders), day)
    sent, home = facts.dispatched(plan, at, every), facts.delivered(plan, at, every)
    cancelled_at = np.where(days["cancelled"] <= day, orders.cancelled, NEVER)
    cancelled = cancelled_at < NEVER
    paid = days["paid"] <= day
    asked = paid & ~orders.fbt & ~orders.sample
    has_due = facts.due < NEVER
    late = (sent < NEVER) & (sent >= facts.due)
    overdue = (facts.due_day <= day) & (sent >= NEVER) & ~cancelled
    dropped = cancelled & ~(sent < cancelled_at)
    on_time = home < facts.deliver_by
    settled = (home < NEVER) | (facts.deliver_day <= day)
    who = order_creators(plan)
    handles = pl.Series([SEVERAL, NOBODY, *plan.creators.handle])
    fault = pl.Series([None, *(k.fault for k in KINDS)], dtype=pl.String)
    zip3, states, state = destinations(plan)

    def flag(value: np.ndarray, asked: np.ndarray) -> pl.Series:
        return pl.select(pl.when(pl.Series(asked)).then(pl.Series(value))).to_series()

    frame = pl.DataFrame(
        {
            "order_id": pl.Series(orders.order_id).cast(pl.String),
            "dispatch_due_at": due_text(facts.due),
            "dispatched_at": utc_text(sent),
            "is_late_dispatch": flag(late, asked & has_due),
            "is_overdue_open": flag(overdue, asked & has_due),
            "deliver_by_at": due_text(facts.deliver_by),
            "delivered_at": utc_text(home),
            "is_on_time_delivery": flag(on_time, asked & has_due & settled & ~dropped),
            "cancelled_at": utc_text(cancelled_at),
            "cancellation_fault": fault.gather(np.where(cancelled, orders.cancel_kind, -1) + 1),
            "creator_handle": handles.gather(who + 2),
            "ship_to_zip3": zip3.gather(orders.place),
            "ship_to_state": states.gather(state),
        }
    )
    return frame.filter(pl.Series(days["created"] <= day))
