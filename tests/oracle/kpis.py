"""The four metrics: every day, window and basis, counted one order at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .clock import (
    KPI_WINDOWS,
    days_between,
    end_of,
    headroom_of,
    local_date,
    status_of,
    thresholds_for,
    window_start,
)
from .orders import Order
from .read import Exports
from .standing import AsOf, Feed, as_of
from .tracking import Package, PackageJudge, packages_as_of

METRIC_BASES = (
    ("late_dispatch_rate", "platform"),
    ("late_dispatch_rate", "due"),
    ("late_dispatch_rate", "projected"),
    ("valid_tracking_rate", "platform"),
    ("seller_fault_cancellation_rate", "platform"),
    ("on_time_delivery_rate", "platform"),
)


@dataclass(frozen=True)
class KpiRow:
    """One row of ``marts.kpi_daily``."""

    as_of_on: date
    metric: str
    basis: str
    window_name: str
    window_start_on: date
    window_end_on: date
    numerator: int
    denominator: int
    value: float | None
    target: float
    enforcement: float | None
    status: str
    headroom: int


@dataclass(frozen=True)
class Window:
    """A range of shop dates that ends on the as-of day."""

    start: date
    end: date
    zone: ZoneInfo

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment falls on a date of the window."""
        return at is not None and self.start <= local_date(at, self.zone) <= self.end


def _late_platform(standings: list[AsOf], window: Window) -> tuple[int, int]:
    dispatched = [s for s in standings if s.in_rates and window.holds(s.dispatched)]
    late = [s for s in dispatched if not s.order.is_fbt and s.is_late]
    return len(late), len(dispatched)


def _late_due(standings: list[AsOf], window: Window, end: datetime) -> tuple[int, int]:
    numerator = denominator = 0
    for standing in standings:
        due = standing.order.dispatch_due
        if not standing.in_rates or due is None or not window.holds(due) or due > end:
            continue
        is_cancelled_before_due = standing.cancelled is not None and standing.cancelled < due
        if is_cancelled_before_due and standing.cancelled_before_dispatch:
            continue
        denominator += 1
        if not standing.order.is_fbt and (standing.dispatched is None or standing.dispatched > due):
            numerator += 1
    return numerator, denominator


def _late_projected(standings: list[AsOf], window: Window) -> tuple[int, int]:
    numerator, denominator = _late_platform(standings, window)
    overdue = sum(bool(standing.is_overdue_open) for standing in standings)
    return numerator + overdue, denominator + overdue


def _valid_tracking(packages: list[Package], window: Window) -> tuple[int, int]:
    shipped = [p for p in packages if p.is_in_rate and window.start <= p.shipped_on <= window.end]
    return sum(package.is_valid for package in shipped), len(shipped)


def _seller_fault(standings: list[AsOf], window: Window) -> tuple[int, int]:
    confirmed = [
        s for s in standings if s.in_rates and s.is_confirmed and window.holds(s.order.created)
    ]
    at_fault = [s for s in confirmed if not s.order.is_fbt and s.fault == "seller"]
    return len(at_fault), len(confirmed)


def on_time_delivery(standings: list[AsOf], window: Window, end: datetime) -> tuple[int, int]:
    """Orders delivered on time, and orders to be delivered in the window."""
    numerator = denominator = 0
    for standing in standings:
        order, by = standing.order, standing.order.deliver_by
        if not standing.in_rates or order.is_fbt or order.is_express or by is None:
            continue
        if not window.holds(by) or by >= end or standing.cancelled_before_dispatch:
            continue
        denominator += 1
        if standing.delivered is not None and standing.delivered <= by:
            numerator += 1
    return numerator, denominator


def count(
    metric: str,
    basis: str,
    window: Window,
    standings: list[AsOf],
    packages: list[Package],
    end: datetime,
) -> tuple[int, int]:
    """Numerator and denominator of one metric, basis and window."""
    if metric == "valid_tracking_rate":
        return _valid_tracking(packages, window)
    if metric == "seller_fault_cancellation_rate":
        return _seller_fault(standings, window)
    if metric == "on_time_delivery_rate":
        return on_time_delivery(standings, window, end)
    if basis == "due":
        return _late_due(standings, window, end)
    if basis == "projected":
        return _late_projected(standings, window)
    return _late_platform(standings, window)


def kpi_row(
    as_of_on: date,
    metric: str,
    basis: str,
    window_name: str,
    numerator: int,
    denominator: int,
    market: str,
) -> KpiRow:
    """The row of a counted rate."""
    lines = thresholds_for(metric, as_of_on, market)
    return KpiRow(
        as_of_on=as_of_on,
        metric=metric,
        basis=basis,
        window_name=window_name,
        window_start_on=window_start(as_of_on, window_name),
        window_end_on=as_of_on,
        numerator=numerator,
        denominator=denominator,
        value=numerator / denominator if denominator else None,
        target=float(lines.target),
        enforcement=None if lines.enforcement is None else float(lines.enforcement),
        status=status_of(metric, as_of_on, numerator, denominator, market),
        headroom=headroom_of(metric, as_of_on, numerator, denominator, market),
    )


def standings_at(orders: list[Order], feed: Feed, end: datetime) -> list[AsOf]:
    """Every order created before ``end``, as it stood then."""
    return [as_of(order, feed, end) for order in orders if order.created < end]


def kpis_of_day(
    as_of_on: date, standings: list[AsOf], packages: list[Package], exports: Exports
) -> Iterator[KpiRow]:
    """The rows of one as-of day."""
    zone = exports.zone
    end = end_of(as_of_on, zone)
    for window_name in KPI_WINDOWS:
        window = Window(window_start(as_of_on, window_name), as_of_on, zone)
        for metric, basis in METRIC_BASES:
            counted = count(metric, basis, window, standings, packages, end)
            yield kpi_row(as_of_on, metric, basis, window_name, *counted, exports.market)


def kpi_daily(orders: list[Order], feed: Feed, exports: Exports, last_day: date) -> list[KpiRow]:
    """The rows of every day from the first order to ``last_day``, each as it stood at its end."""
    rows: list[KpiRow] = []
    if not orders:
        return rows
    zone = exports.zone
    judge = PackageJudge(feed, exports)
    first_day = local_date(min(order.created for order in orders), zone)
    for day in days_between(first_day, last_day):
        end = end_of(day, zone)
        standings = standings_at(orders, feed, end)
        packages = packages_as_of(standings, judge, day, end)
        rows.extend(kpis_of_day(day, standings, packages, exports))
    return rows
