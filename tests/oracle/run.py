"""The whole oracle: from a landing folder to every number, as of one day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .clock import end_of
from .coverage import Coverage, CoverageRow, read_centroids
from .kpis import KpiRow, kpi_daily, standings_at
from .orders import Order, read_orders
from .read import Exports, read_shop
from .returns import ReturnRates, ReturnRow, read_returns
from .standing import AsOf, Feed
from .tracking import Package, PackageJudge, packages_as_of


@dataclass
class Result:
    """Every number of one shop: KPIs of every day, the rest as of the last."""

    exports: Exports
    as_of_on: date
    kpis: list[KpiRow]
    orders: list[Order]
    standings: list[AsOf]
    packages: list[Package]
    returns_by_sku: list[ReturnRow]
    returns_by_creator: list[ReturnRow]
    coverage: list[CoverageRow] = field(default_factory=list)


def run(folder: Path, as_of_on: date, centroids: Path | None = None) -> Result:
    """Computes a shop from ``landing/<shop_id>``; coverage needs the file of ZIP3 centroids."""
    exports = read_shop(folder)
    orders = read_orders(exports)
    feed = Feed(exports.events)
    end = end_of(as_of_on, exports.zone)
    standings = standings_at(orders, feed, end)
    rates = ReturnRates(exports, standings, read_returns(exports), as_of_on, end)
    judge = PackageJudge(feed, exports)
    result = Result(
        exports=exports,
        as_of_on=as_of_on,
        kpis=kpi_daily(orders, feed, exports, as_of_on),
        orders=orders,
        standings=standings,
        packages=packages_as_of(standings, judge, as_of_on, end),
        returns_by_sku=rates.by_sku(),
        returns_by_creator=rates.by_creator(),
    )
    if centroids is not None:
        known = read_centroids(centroids)
        result.coverage = Coverage(exports, standings, feed, known, as_of_on, end).rows()
    return result
