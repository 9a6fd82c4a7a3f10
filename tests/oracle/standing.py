"""How each order stood at the end of a day: dispatch, delivery, fault and flags."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from .orders import Order
from .read import Event

NOT_POSSESSION = {"label_created", "tendered"}
BUYER_WORDS = {"user", "buyer", "customer"}
SELLER_REASONS = {
    "out of stock", "pricing error", "not shipped in time", "wrong listing", "cannot ship",
}  # fmt: skip
BUYER_REASONS_OF_SELLER_FAULT = {"late shipment", "out of stock"}
PLATFORM_REASON = re.compile(r"fraud|payment (has )?fail|failed payment")
FREE_CANCELLATION = timedelta(minutes=60)
ANOTHER_PARCEL = timedelta(days=90)
BEFORE_ORDER = timedelta(hours=24)


@dataclass(frozen=True)
class AsOf:
    """How an order stood at ``E``. Flags are None where the definitions give none."""

    order: Order
    is_paid: bool
    in_rates: bool
    is_confirmed: bool
    rts: datetime | None
    shipped: datetime | None
    dispatched: datetime | None
    delivered: datetime | None
    cancelled: datetime | None
    fault: str | None
    is_open: bool
    is_overdue_open: bool | None
    is_late: bool | None
    is_on_time_delivery: bool | None

    @property
    def cancelled_before_dispatch(self) -> bool:
        """Cancelled by ``E`` and not dispatched before that."""
        if self.cancelled is None:
            return False
        return self.dispatched is None or self.cancelled < self.dispatched


class Feed:
    """The tracking feed by number, in time order."""

    def __init__(self, events: list[Event]) -> None:
        self.events = sorted(events, key=lambda event: event.at)
        self.by_number: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            self.by_number[event.tracking_number].append(event)

    def of_parcel(self, tracking_number: str, created: datetime, end: datetime) -> list[Event]:
        """The events of a number by ``end``, without those of an earlier parcel (> 90 days)."""
        if not tracking_number:
            return []
        earliest = created - ANOTHER_PARCEL
        return [e for e in self.by_number.get(tracking_number, []) if earliest <= e.at < end]


def is_possession(event: Event) -> bool:
    """True for ``accepted`` and anything after it."""
    return event.code not in NOT_POSSESSION


def first_of(events: list[Event], created: datetime, *, delivered: bool) -> datetime | None:
    """The first possession (or delivery) that is not more than 24 hours before the order."""
    for event in events:
        if event.at < created - BEFORE_ORDER:
            continue
        if event.code == "delivered" or (not delivered and is_possession(event)):
            return event.at
    return None


def last_package(
    order: Order, feed: Feed, end: datetime, own_stamp: datetime | None, *, delivered: bool
) -> datetime | None:
    """When the last package was scanned; the order's own stamp where the feed knows none."""
    parcels = [
        feed.of_parcel(parcel.tracking_number, order.created, end)
        for parcel in order.packages.values()
    ]
    if not any(parcels):
        return own_stamp
    firsts = [first_of(events, order.created, delivered=delivered) for events in parcels]
    seen = [at for at in firsts if at is not None]
    return max(seen) if len(seen) == len(firsts) else None


def fault_of(cancel_by: str, reason: str) -> str:
    """Whose fault a cancellation is, from who cancelled and why."""
    word = reason.strip().casefold()
    if cancel_by.strip().casefold() in BUYER_WORDS:
        return "seller" if word in BUYER_REASONS_OF_SELLER_FAULT else "buyer"
    if word in SELLER_REASONS:
        return "seller"
    return "platform" if PLATFORM_REASON.search(word) else "unknown"


def as_of(order: Order, feed: Feed, end: datetime) -> AsOf:
    """The order as it stood at ``end``: nothing at or after it is seen."""

    def seen(stamp: datetime | None) -> datetime | None:
        return stamp if stamp is not None and stamp < end else None

    rts, shipped, cancelled = seen(order.rts), seen(order.shipped), seen(order.cancelled)
    if order.clocks.dispatch_event == "tracking_uploaded":
        dispatched = rts
    else:
        dispatched = last_package(order, feed, end, shipped, delivered=False)
    delivered_at = last_package(order, feed, end, seen(order.delivered), delivered=True)
    is_paid = seen(order.paid) is not None or order.is_cash_on_delivery
    in_rates = is_paid and not order.is_sample and not order.is_replacement
    is_open = in_rates and not order.is_fbt and cancelled is None and dispatched is None
    by_buyer = order.cancel_by.strip().casefold() in BUYER_WORDS
    is_confirmed = not (
        cancelled is not None and by_buyer and cancelled <= order.created + FREE_CANCELLATION
    )
    due, by = order.dispatch_due, order.deliver_by
    overdue = late = on_time = None
    if in_rates and not order.is_fbt:
        overdue = is_open and due is not None and due < end
        if due is not None and dispatched is not None:
            late = dispatched > due
        if by is not None and delivered_at is not None:
            on_time = delivered_at <= by
        elif by is not None and by < end:
            on_time = False
    return AsOf(
        order=order,
        is_paid=is_paid,
        in_rates=in_rates,
        is_confirmed=is_confirmed,
        rts=rts,
        shipped=shipped,
        dispatched=dispatched,
        delivered=delivered_at,
        cancelled=cancelled,
        fault=fault_of(order.cancel_by, order.cancel_reason) if cancelled else None,
        is_open=is_open,
        is_overdue_open=overdue,
        is_late=late,
        is_on_time_delivery=on_time,
    )
