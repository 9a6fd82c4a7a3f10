"""Rows of the truth's files, worked out again from what a shop's files say."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.simulate.slow_reading import Order, Shop


def order_row(shop: Shop, order: Order, day: date) -> dict[str, str]:
    """The row of one order in the truth's `orders.csv`, but for creator, ZIP and state."""
    end = shop.end(day)
    sent, home = shop.dispatched(order, end), shop.delivered(order, end)
    cancelled = shop.stamp(order, "Cancelled Time", end)
    asked = shop.stamp(order, "Paid Time", end) is not None and not (order.fbt or order.sample)
    asked = asked and order.due is not None
    late = sent is not None and order.due is not None and sent > order.due
    overdue = sent is None and cancelled is None and order.due is not None and order.due < end
    dropped = cancelled is not None and not (sent is not None and sent < cancelled)
    settled = home is not None or (order.deliver_by is not None and order.deliver_by < end)
    on_time = home is not None and order.deliver_by is not None and home <= order.deliver_by
    return {
        "order_id": order.order_id,
        "dispatch_due_at": _text(order.due),
        "dispatched_at": _text(sent),
        "is_late_dispatch": str(late).lower() if asked else "",
        "is_overdue_open": str(overdue).lower() if asked else "",
        "deliver_by_at": _text(order.deliver_by),
        "delivered_at": _text(home),
        "is_on_time_delivery": str(on_time).lower() if asked and settled and not dropped else "",
        "cancelled_at": _text(cancelled),
        "cancellation_fault": shop.fault(order) if cancelled else "",
    }


def open_row(shop: Shop, order: Order, day: date) -> tuple[str, str] | None:
    """Due time and bucket of an order that waits for its dispatch at the end of a day."""
    end = shop.end(day)
    if shop.stamp(order, "Paid Time", end) is None or order.fbt or order.sample:
        return None
    if shop.dispatched(order, end) or shop.stamp(order, "Cancelled Time", end):
        return None
    if order.due is None:
        return "", "no_deadline"
    if order.due < end:
        return _text(order.due), "overdue"
    tomorrow = shop.on(order.due) == day + timedelta(days=1)
    return _text(order.due), "tomorrow" if tomorrow else "later"


def scores(shop: Shop, folder: Path, first: date, last: date) -> dict[date, int]:
    """The account health score at the end of each day, event by event."""
    with (folder / "reference" / "account_health.csv").open() as text:
        log = list(csv.DictReader(text))
    found = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        score = shop.market.opening_points
        for row in log:
            on = datetime.fromisoformat(row["recorded_at"]).date()
            if row["kind"] == "snapshot" or not on <= day < on + shop.market.roll_off:
                continue
            helps = row["kind"] != "violation"
            score += int(row["points"]) * (1 if helps == (shop.market.opening_points > 0) else -1)
        found[day] = score
    return found


def _text(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"
