"""Writes what buyers ask and complain about, from what happened to their orders."""

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate import packages as pk
from flows.simulate.clock import DAY, NEVER, StampText
from flows.simulate.plan import Plan
from flows.simulate.returns import REASONS
from flows.simulate.types import BoolArray, IntArray

TOPICS = (
    "shipping_status", "delivery", "tracking", "wrong_item", "damaged", "not_as_described",
    "refund", "other",
)  # fmt: skip
(
    SHIPPING_STATUS, DELIVERY, TRACKING, WRONG_ITEM, DAMAGED, NOT_AS_DESCRIBED, REFUND, OTHER,
) = range(len(TOPICS))  # fmt: skip

_TOPIC_OF_REASON = {
    "No longer needed": REFUND, "Missing items": WRONG_ITEM, "Missing package": DELIVERY,
    "Missing parts": WRONG_ITEM, "Damaged item": DAMAGED,
    "Item does not match description": NOT_AS_DESCRIBED, "Wrong size": WRONG_ITEM,
    "Poor quality, not as shown in the video": NOT_AS_DESCRIBED,
}  # fmt: skip
_CHANNELS = ("chat", "email", "platform")
_SLOW_DISPATCH, _SLOW_DELIVERY = 3 * DAY, 7 * DAY
_BAD_NUMBERS = (pk.MISSING_NUMBER, pk.BAD_CHECK_DIGIT, pk.UNKNOWN_TO_FEED, pk.REUSED_NUMBER)


def write_tickets(landing: fl.Landing, plan: Plan, rng: np.random.Generator) -> None:
    """Write `support_tickets`: what was asked and complained about by the end of the last day."""
    orders, back = plan.orders, plan.returns
    count = len(orders)
    parts: list[tuple[IntArray, IntArray, int | IntArray, BoolArray]] = []

    def ask(hit: BoolArray, at: IntArray, topic: int, complains: float) -> None:
        who = np.flatnonzero(hit)
        parts.append((who, at[who], topic, rng.random(len(who)) < complains))

    def late(at: IntArray, since: IntArray, most: int) -> BoolArray:
        slow: BoolArray = (np.minimum(at, plan.horizon) - since > most) & (since < NEVER)
        return slow & (orders.cancelled >= NEVER)

    chance = rng.random((4, count))
    waited = orders.created + _SLOW_DISPATCH + rng.integers(0, DAY, count)
    ask(late(orders.shipped, orders.created, _SLOW_DISPATCH) & (chance[0] < 0.30), waited,
        SHIPPING_STATUS, 0.1)  # fmt: skip
    waited = orders.created + _SLOW_DELIVERY + rng.integers(0, 2 * DAY, count)
    ask(late(orders.delivered, orders.created, _SLOW_DELIVERY) & (chance[1] < 0.25), waited,
        DELIVERY, 0.7)  # fmt: skip
    bad = np.zeros(count, dtype=bool)
    bad[plan.links.order] = np.isin(plan.packages.fate[plan.links.package], _BAD_NUMBERS)
    asked = np.where(orders.rts < NEVER, orders.rts, 0) + rng.integers(DAY, 3 * DAY, count)
    ask(bad & (chance[2] < 0.30), asked, TRACKING, 0.2)
    ask(chance[3] < 0.004, orders.created + rng.integers(3600, 5 * DAY, count), OTHER, 0.1)
    told = np.flatnonzero(rng.random(len(back)) < 0.35)
    topic = np.array([_TOPIC_OF_REASON[reason] for reason in REASONS])[back.reason[told]]
    parts.append((back.order[told], back.requested[told] - 600, topic, topic != REFUND))

    order = np.concatenate([who for who, *_ in parts])
    at = plan.clock.readable(np.concatenate([when for _, when, *_ in parts]))
    about = np.concatenate([np.broadcast_to(t, len(w)) for w, _, t, _ in parts])
    complaint = np.concatenate([c for *_, c in parts]).astype(np.int64)
    first = plan.clock.number_of(plan.end_on)
    keep = np.flatnonzero(at < plan.clock.midnights[first + 1])
    keep = keep[np.lexsort((order[keep], at[keep]))]
    order, at, about, complaint = order[keep], at[keep], about[keep], complaint[keep]
    if not len(at):
        return
    closed = plan.clock.readable(at + rng.integers(1800, 3 * DAY, len(at)))
    stamp = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%S", "T")
    frame = pl.DataFrame(
        {
            "ticket_id": [f"T-{number:06d}" for number in range(1, len(at) + 1)],
            "created_at": stamp.shop(at, np.ones(len(at), dtype=bool)),
            "order_id": fl.ids(plan.orders.order_id[order]),
            "kind": fl.pick_text(["ticket", "complaint"], complaint),
            "topic": fl.pick_text(TOPICS, about),
            "channel": fl.pick_text(_CHANNELS, rng.integers(0, len(_CHANNELS), len(at))),
            "closed_at": stamp.shop(closed, closed < plan.horizon),
        }
    )
    landing.put("reference/support_tickets", "reference/support_tickets.csv", frame)
