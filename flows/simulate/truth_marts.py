"""What is open at the end of the last day, why orders were late, and the account health score."""

import numpy as np
import polars as pl

from flows.simulate.clock import NEVER, utc_text
from flows.simulate.health_log import changes
from flows.simulate.plan import Plan
from flows.simulate.stages import CAUSES, CONFIRMATION, HAND_OVER, NO_CAUSE
from flows.simulate.truth_facts import OrderFacts
from flows.simulate.truth_orders import due_text
from flows.simulate.truth_rules import RULES
from flows.simulate.types import BoolArray, IntArray

_GREEN, _ORANGE = 200, 51
_FIRST_MILESTONE, _LAST_MILESTONE = 12, 48


def open_orders_frame(plan: Plan, facts: OrderFacts, day: int) -> pl.DataFrame:
    """One row an order that the seller still has to dispatch, with its due time and bucket."""
    orders = plan.orders
    waits = np.flatnonzero(
        (facts.days["paid"] <= day) & facts.in_reach & ~orders.fbt
        & (_sent(plan, facts, day) >= NEVER) & (facts.days["cancelled"] > day)
    )  # fmt: skip
    due = facts.due_day[waits]
    bucket = np.select(
        [facts.due[waits] >= NEVER, due <= day, due == day + 1],
        ["no_deadline", "overdue", "tomorrow"],
        "later",
    )
    kind = np.select(
        [orders.pre_order[waits], orders.express[waits]], ["pre_order", "express"], "regular"
    )
    return pl.DataFrame(
        {
            "order_id": pl.Series(orders.order_id[waits]).cast(pl.String),
            "order_type": kind,
            "created_at": utc_text(orders.created[waits]),
            "dispatch_due_at": due_text(facts.due[waits]),
            "bucket": bucket,
        }
    ).sort("order_id")


def late_causes_frame(plan: Plan, facts: OrderFacts, day: int) -> pl.DataFrame:
    """Orders that were made late by one stage on purpose, and that stage.

    It took longer than every other one, and more than the lateness. Whether the parcel had been
    handed over by the due time says what can be appealed against. Where goods ran out, what was not
    confirmed may have waited for them: those orders are not named.
    """
    orders, shipments, packages = plan.orders, plan.shipments, plan.packages
    parcels = np.bincount(plan.links.order, minlength=len(orders))
    shared = np.bincount(plan.links.package, minlength=len(packages))
    alone = (parcels[plan.links.order] == 1) & (shared[plan.links.package] == 1)
    order, box = plan.links.order[alone], plan.links.package[alone]
    sent = _sent(plan, facts, day)[order]
    late = facts.in_reach[order] & ~orders.fbt[order] & (sent < NEVER) & (sent >= facts.due[order])
    uploaded = facts.uploaded_rule[order]
    held, waited = shipments.held_in[box], shipments.waited_for[box]
    # What happens after the upload makes nobody late where the upload is what counts.
    waited = np.where(uploaded, NO_CAUSE, waited)
    late &= (held == NO_CAUSE) != (waited == NO_CAUSE)
    late &= packages.uploaded[box] == packages.rts[box]
    order, box, sent = order[late], box[late], sent[late]
    cause = np.maximum(held, waited)[late]
    ends = np.stack([
        orders.created[order], shipments.received[box], shipments.allocated[box],
        shipments.picked[box], shipments.packed[box], packages.rts[box],
        np.where(uploaded[late], sent, shipments.tendered[box]), sent,
    ])  # fmt: skip
    took = np.diff(ends, axis=0)
    own = took[cause, np.arange(len(cause))]
    rest = took.copy()
    rest[cause, np.arange(len(cause))] = 0
    sure = (own > rest.max(axis=0, initial=0)) & (own > sent - facts.due[order])
    sure &= (took >= 0).all(axis=0)
    script = plan.script
    if (script.viral_day, script.live_day, script.oversell) != (None, None, None):
        sure &= cause != CONFIRMATION
    handed = shipments.tendered[box] < facts.due[order]
    # A parcel handed over in time is late through the carrier, whatever took long before.
    sure &= ~handed | (cause > HAND_OVER)
    return pl.DataFrame(
        {
            "order_id": pl.Series(orders.order_id[order[sure]]).cast(pl.String),
            "cause": pl.Series(CAUSES).gather(cause[sure]),
            "is_appeal_candidate": handed[sure],
        }
    ).sort("order_id")


def account_health_frame(plan: Plan, day: int) -> pl.DataFrame:
    """The score at the end of each day from the log's first event on, and its zone."""
    log, rules = plan.health, RULES[plan.market.code]
    change = changes(log.kind, log.points, rules.opening_points)
    first_order = int(plan.clock.day(plan.orders.created[:1])[0])
    days = np.arange(min(int(log.day.min()), first_order), day + 1)
    counts: BoolArray = (log.day <= days[:, None]) & (log.day + rules.roll_off_days > days[:, None])
    score: IntArray = rules.opening_points + (counts * change).sum(axis=1)
    bad = rules.opening_points == 0
    score = np.maximum(score, 0) if bad else np.clip(score, 0, 1000)
    green = score < _FIRST_MILESTONE if bad else score >= _GREEN
    orange = score < _LAST_MILESTONE if bad else score >= _ORANGE
    return pl.DataFrame(
        {
            "as_of_on": pl.Series(plan.clock.date_of(days)),
            "score": score,
            "zone": np.select([green, orange], ["green", "orange"], "red"),
        }
    )


def _sent(plan: Plan, facts: OrderFacts, day: int) -> IntArray:
    every = np.arange(len(plan.orders))
    return facts.dispatched(plan, np.full(len(every), day), every)
