"""Stock-outs, unshipped orders and products past their cancellation lines, order by order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from .clock import end_of, local_date, window_start
from .kpis import Window, standings_at
from .orders import Order
from .standing import AsOf, Feed

WINDOWS = ("rolling_7d", "rolling_30d")
OUT_OF_STOCK = {"out of stock"}
SHOP_LINE, PRODUCT_LINE = 0.05, 0.10


@dataclass(frozen=True)
class DailyRate:
    """One row of ``marts.fulfillment_daily``."""

    as_of_on: date
    metric: str
    window_name: str
    numerator: int
    denominator: int


@dataclass(frozen=True)
class ProductRate:
    """One row of ``marts.product_cancellations``."""

    seller_sku: str
    window_name: str
    orders: int
    seller_fault_cancellations: int
    shop_value: float
    is_past_lines: bool


def _confirmed(standings: list[AsOf], window: Window) -> list[AsOf]:
    return [s for s in standings if s.in_rates and s.is_confirmed and window.holds(s.order.created)]


def _is_sellers(standing: AsOf) -> bool:
    return standing.fault == "seller" and not standing.order.is_fbt


def _out_of_stock(standings: list[AsOf], window: Window) -> tuple[int, int]:
    confirmed = _confirmed(standings, window)
    words = [s.order.cancel_reason.strip().casefold() for s in confirmed if _is_sellers(s)]
    return sum(word in OUT_OF_STOCK for word in words), len(confirmed)


def _unshipped(standings: list[AsOf], window: Window) -> tuple[int, int]:
    numerator = denominator = 0
    for standing in standings:
        due = standing.order.dispatch_due
        if not standing.in_rates or due is None or not window.holds(due):
            continue
        gone = standing.cancelled is not None and standing.cancelled < due
        if gone and standing.cancelled_before_dispatch:
            continue
        denominator += 1
        numerator += bool(standing.is_overdue_open)
    return numerator, denominator


def daily_rates(
    orders: list[Order], feed: Feed, zone: ZoneInfo, days: list[date]
) -> Iterator[DailyRate]:
    """The rows of some days, each as it stood at its end."""
    for day in days:
        standings = standings_at(orders, feed, end_of(day, zone))
        for window_name in WINDOWS:
            window = Window(window_start(day, window_name), day, zone)
            for metric, counted in (
                ("out_of_stock_cancellation_rate", _out_of_stock(standings, window)),
                ("unshipped_order_rate", _unshipped(standings, window)),
            ):
                yield DailyRate(day, metric, window_name, *counted)


def product_rates(standings: list[AsOf], day: date, zone: ZoneInfo) -> Iterator[ProductRate]:
    """Every product of a confirmed order of the windows that end on ``day``."""
    for window_name in WINDOWS:
        confirmed = _confirmed(standings, Window(window_start(day, window_name), day, zone))
        of_shop = sum(map(_is_sellers, confirmed))
        held: dict[str, list[AsOf]] = defaultdict(list)
        for standing in confirmed:
            for seller_sku in {line.seller_sku for line in standing.order.lines}:
                held[seller_sku or "(none)"].append(standing)
        for seller_sku, standing_orders in held.items():
            fault = sum(map(_is_sellers, standing_orders))
            # Hundredths keep a rate that equals its line on it.
            is_past = of_shop * 100 >= round(SHOP_LINE * 100) * len(
                confirmed
            ) and fault * 100 >= round(PRODUCT_LINE * 100) * len(standing_orders)
            yield ProductRate(
                seller_sku,
                window_name,
                len(standing_orders),
                fault,
                of_shop / len(confirmed),
                is_past,
            )


def days_to_compare(orders: list[Order], as_of_on: date, zone: ZoneInfo) -> list[date]:
    """The as-of day and a few before it, none before the first order."""
    first = min(local_date(order.created, zone) for order in orders)
    return [day for back in (0, 1, 8, 25) if (day := as_of_on - timedelta(days=back)) >= first]
