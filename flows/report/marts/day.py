"""Reads the marts for one shop and one day; selection and order only, no arithmetic.

The warehouse is opened read-only. Every frame is ordered by a full key, so the same marts
give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb
import polars as pl

from flows.report.context import Shop
from flows.report.formats import day_end
from flows.report.marts.judged import judged_condition, mart_columns
from flows.report.marts.rules import RuleMarts
from flows.report.marts.subjects import Subjects
from flows.report.policy import strict_metrics
from flows.report.sentences.rates import HEADLINE_BASIS, HEADLINE_WINDOW

LIST_LIMIT = 1000
"""Rows of a list on the page and in the JSON; the CSV holds all of them."""

LIST_WINDOW = "rolling_30d"
"""The window of the lists of packages and cancellations."""

RETURNS_BASIS, RETURNS_WINDOW = "order_cohort", "rolling_90d"
"""What the page shows of return rates: 90 days, so that part of the window has closed."""

HISTORY_DAYS, SPARK_DAYS = 90, 30

OPEN_COLUMNS = (
    "time_left_hours",
    "waiting_for",
    "late_chance",
    "late_chance_orders",
    "late_chance_basis",
    "remaining_p50_hours",
    "remaining_p90_hours",
    "auto_cancel_at",
    "age_bucket",
    "is_received",
    "is_available",
    "is_quality_checked",
    "is_prepared",
    "is_tracking_uploaded",
    "prepared_at",
    "unscanned_hours",
)
"""What ``open_orders`` adds to an open order; an older warehouse lacks it."""

_BUCKETS = """
select *,
    case when is_overdue_open then 'overdue'
         when dispatch_due_on = $next_on then 'due_tomorrow'
         else 'due_later' end as bucket
from marts.orders
where shop_id = $shop and (is_overdue_open or is_open)
"""

_OF_BASIS = """
shop_id = $shop
and basis = case when metric = 'late_dispatch_rate' then $late_basis else 'platform' end
"""


@dataclass(frozen=True)
class ShopDay:
    """The marts of one shop as of one day, each frame read when it is first asked for."""

    connection: duckdb.DuckDBPyConnection
    shop: Shop
    as_of_on: date
    has_lists: bool = True

    @cached_property
    def columns(self) -> dict[str, frozenset[str]]:
        """The columns of each mart that this warehouse holds; older ones lack the newer marts."""
        return mart_columns(self.connection)

    @cached_property
    def rules(self) -> RuleMarts:
        """The marts of the rule book."""
        return RuleMarts(self)

    @cached_property
    def of(self) -> Subjects:
        """Returns, costs, coverage, stock, settlement and details."""
        return Subjects(self)

    @property
    def ends_at(self) -> datetime:
        """The moment the report stands at: the end of the day, naive UTC."""
        return day_end(self.as_of_on, self.shop.timezone)

    def read(self, sql: str, **parameters: Any) -> pl.DataFrame:
        """Run a query; ``$shop``, ``$day`` and the given parameters are bound where named."""
        known = {"shop": self.shop.shop_id, "day": self.as_of_on, **parameters}
        bound = {name: value for name, value in known.items() if f"${name}" in sql}
        return pl.DataFrame(self.connection.sql(sql, params=bound))

    def _of_day(self, mart: str, where: str, order: str) -> pl.DataFrame:
        return self.read(
            f"select * from marts.{mart} where shop_id = $shop and as_of_on = $day "
            f"and {where} order by {order}"
        )

    @cached_property
    def last_day_on(self) -> date | None:
        """The newest day that the marts know of this shop, None where they know none."""
        newest: date | None = self.read(
            "select max(as_of_on) as d from marts.kpi_daily where shop_id = $shop"
        ).item()
        return newest

    @cached_property
    def is_built(self) -> bool:
        """Whether the marts of one day hold this one; ``kpi_daily`` holds days without them."""
        days: list[date] = self.read(
            "select as_of_on from marts.cancellations_weekly where shop_id = $shop union "
            "select as_of_on from marts.return_rate_by_sku where shop_id = $shop union "
            "select as_of_on from marts.zone_coverage where shop_id = $shop"
        )["as_of_on"].to_list()
        return not days or self.as_of_on in days

    @cached_property
    def rates(self) -> pl.DataFrame:
        """Every ``kpi_daily`` row of the day, with ``is_judged`` and ``is_target_crossed_at``."""
        judged = judged_condition(self.connection, self.shop.shop_id)
        rows = self.read(
            f"select *, {judged} as is_judged from marts.kpi_daily "
            "where shop_id = $shop and as_of_on = $day order by metric, basis, window_name"
        )
        strict = [
            (pl.col("policy_version") == version) & pl.col("metric").is_in(strict_metrics(version))
            for version in rows["policy_version"].unique().sort().to_list()
        ]
        return rows.with_columns(is_target_crossed_at=pl.any_horizontal(pl.lit(False), *strict))

    @cached_property
    def headline(self) -> list[dict[str, Any]]:
        """The four rows that verdict, cards and alerts speak of: those that the platform judges."""
        return self.rates.filter(pl.col("is_judged")).to_dicts()

    def rate(
        self, metric: str, basis: str | None = None, window: str | None = None
    ) -> dict[str, Any] | None:
        """One row of the day, or None where the marts hold none.

        Basis and window not given are those that the platform judges.
        """
        judged = next((row for row in self.headline if row["metric"] == metric), None)
        if basis is None and window is None:
            return judged
        basis = basis or (judged["basis"] if judged else HEADLINE_BASIS)
        window = window or (judged["window_name"] if judged else HEADLINE_WINDOW)
        rows = self.rates.filter(
            (pl.col("metric") == metric)
            & (pl.col("basis") == basis)
            & (pl.col("window_name") == window)
        )
        return next(iter(rows.to_dicts()), None)

    @property
    def _late_basis(self) -> str:
        """The basis on which the platform judges late dispatch."""
        judged = self.rate("late_dispatch_rate")
        return str(judged["basis"]) if judged else HEADLINE_BASIS

    @cached_property
    def history(self) -> pl.DataFrame:
        """Judged rates over the last 7 days, one row a metric and day, for the last 90 days."""
        return self.read(
            f"select metric, as_of_on, value from marts.kpi_daily where {_OF_BASIS} "
            "and window_name = 'rolling_7d' "
            "and as_of_on between $first_on and $day order by metric, as_of_on",
            first_on=self.as_of_on - timedelta(days=HISTORY_DAYS - 1),
            late_basis=self._late_basis,
        )

    def days_of(self, metric: str, days: int) -> list[tuple[date, float | None]]:
        """The last days of one metric, a day without a row as None."""
        rows = self.history.filter(pl.col("metric") == metric)
        known: dict[date, float | None] = dict(zip(rows["as_of_on"], rows["value"], strict=True))
        if not known:
            return []
        first = max(min(known), self.as_of_on - timedelta(days=days - 1))
        count = (self.as_of_on - first).days + 1
        return [(day, known.get(day)) for day in (first + timedelta(n) for n in range(count))]

    def open_orders(self, limit: int | None = None, bucket: str | None = None) -> pl.DataFrame:
        """Orders without dispatch in the order to ship them: by deadline, then age, then id."""
        where = "" if bucket is None else "where bucket = $bucket"
        cap = "" if limit is None else f"limit {limit}"
        more = [c for c in OPEN_COLUMNS if c in self.columns.get("open_orders", ())]
        added = (
            f"left join (select order_id, {', '.join(more)} from marts.open_orders "
            "where shop_id = $shop) as x on x.order_id = o.order_id"
            if more
            else ""
        )
        return self.read(
            f"select {', '.join(['o.*', *(f'x.{c}' for c in more)])} from ({_BUCKETS}) as o "
            f"{added} {where} "
            f"order by o.dispatch_due_at nulls last, o.created_at nulls last, o.order_id {cap}",
            next_on=self.as_of_on + timedelta(days=1),
            bucket=bucket,
        )

    @cached_property
    def buckets(self) -> dict[str, dict[str, Any]]:
        """By bucket (overdue, due_tomorrow, due_later): orders, orders with a deadline, first."""
        rows = self.read(
            "select bucket, count(*) as orders, count(dispatch_due_at) as dated, "
            f"min(dispatch_due_at) as first_due_at from ({_BUCKETS}) group by bucket",
            next_on=self.as_of_on + timedelta(days=1),
        ).to_dicts()
        none = {"orders": 0, "dated": 0, "first_due_at": None}
        found = {row["bucket"]: row for row in rows}
        return {name: found.get(name, none) for name in ("overdue", "due_tomorrow", "due_later")}

    @cached_property
    def overdue_by_warehouse(self) -> list[dict[str, Any]]:
        """Overdue orders by warehouse, most first."""
        return self.read(
            "select coalesce(warehouse_id, warehouse_name) as warehouse, count(*) as orders "
            "from marts.orders where shop_id = $shop and is_overdue_open "
            "group by 1 order by orders desc, warehouse nulls last"
        ).to_dicts()

    @cached_property
    def open_by_due_day(self) -> list[dict[str, Any]]:
        """Open orders by due date: ``due_on`` (null without one), ``is_overdue``, ``orders``."""
        return self.read(
            "select case when is_overdue_open then null else dispatch_due_on end as due_on, "
            f"is_overdue_open as is_overdue, count(*) as orders from ({_BUCKETS}) "
            "group by 1, 2 order by is_overdue desc, due_on nulls last",
            next_on=self.as_of_on + timedelta(days=1),
        ).to_dicts()

    def defective_packages(self, limit: int | None = None) -> pl.DataFrame:
        """Packages of the last 30 days that break the rate, newest shipment first."""
        cap = "" if limit is None else f"limit {limit}"
        return self.read(
            "select * from marts.packages where shop_id = $shop and is_in_rate "
            "and tracking_defect is not null and shipped_on between $first_on and $day "
            f"order by shipped_on desc, package_key {cap}",
            first_on=self.as_of_on - timedelta(days=29),
        )

    def cancelled_orders(self, limit: int | None = None) -> pl.DataFrame:
        """Cancelled orders created in the last 30 days, the seller's fault first, newest first."""
        cap = "" if limit is None else f"limit {limit}"
        return self.read(
            "select * from marts.orders where shop_id = $shop and cancelled_at is not null "
            "and is_paid and not is_sample and created_on between $first_on and $day "
            "order by cancellation_fault is distinct from 'seller', cancelled_at desc, "
            f"order_id {cap}",
            first_on=self.as_of_on - timedelta(days=29),
        )

    @cached_property
    def tracking_defects(self) -> list[dict[str, Any]]:
        """Packages by defect in the last 30 days, most first."""
        return self._of_day(
            "tracking_defects",
            f"window_name = '{LIST_WINDOW}' and tracking_defect is not null and packages > 0",
            "packages desc, tracking_defect",
        ).to_dicts()

    @cached_property
    def warehouses(self) -> list[dict[str, Any]]:
        """Late dispatch by warehouse in the last 30 days, worst first."""
        return self._of_day(
            "dispatch_by_warehouse",
            f"window_name = '{LIST_WINDOW}' and denominator > 0",
            "value desc nulls last, denominator desc, warehouse nulls last",
        ).to_dicts()

    @cached_property
    def carriers(self) -> list[dict[str, Any]]:
        """On-time delivery by carrier in the last 30 days, worst first."""
        return self._of_day(
            "delivery_by_carrier",
            f"window_name = '{LIST_WINDOW}' and denominator > 0",
            "value nulls last, denominator desc, carrier nulls last",
        ).to_dicts()

    @cached_property
    def cancellation_weeks(self) -> pl.DataFrame:
        """Cancelled orders by week and fault, the last eight weeks."""
        return self._of_day("cancellations_weekly", "true", "week_start_on, fault")

    @cached_property
    def cancellation_reasons(self) -> list[dict[str, Any]]:
        """Cancelled orders of the last 30 days by who, reason and fault, most first."""
        return self._of_day(
            "cancellation_reasons",
            f"window_name = '{LIST_WINDOW}' and orders > 0",
            "orders desc, fault nulls last, cancel_by nulls last, cancel_reason nulls last",
        ).to_dicts()

    def returns(self, by: str) -> pl.DataFrame:
        """Every return-rate row of the day; ``by`` is ``sku`` or ``creator``."""
        key = "seller_sku" if by == "sku" else "creator_handle"
        return self._of_day(
            f"return_rate_by_{by}",
            "true",
            f"basis, window_name, lower_bound desc nulls last, units_returned desc, "
            f"{key} nulls last",
        )

    def shown_returns(self, by: str) -> pl.DataFrame:
        """The rows the page shows, by lower bound: the surely bad ones first."""
        frame = self.returns(by)
        chosen = (pl.col("basis") == RETURNS_BASIS) & (pl.col("window_name") == RETURNS_WINDOW)
        return frame.filter(chosen)

    @cached_property
    def coverage(self) -> pl.DataFrame:
        """Every ``zone_coverage`` row of the day, most orders first within an origin set."""
        return self._of_day(
            "zone_coverage",
            "true",
            "origin_set, ship_to_state = '(all)' desc, orders desc, ship_to_state nulls last",
        )

    @cached_property
    def not_judged(self) -> list[dict[str, Any]]:
        """What could not be judged, why, and the feed that would mend it."""
        return self._of_day("not_judged", "true", "affected desc nulls last, subject").to_dicts()

    @cached_property
    def issues(self) -> list[dict[str, Any]]:
        """Data-quality issues, most rows first."""
        return self._of_day(
            "data_quality_issues", "true", "rows desc nulls last, issue, subject nulls last"
        ).to_dicts()

    @cached_property
    def freshness(self) -> list[dict[str, Any]]:
        """How far each feed reaches, oldest first."""
        return self.read(
            "select * from marts.feed_freshness where shop_id = $shop "
            "order by newest_at nulls first, feed"
        ).to_dicts()

    def files(self, where: str = "true", limit: int | None = None, **named: Any) -> pl.DataFrame:
        """Files seen, refused first, then by rows quarantined, then by name."""
        cap = "" if limit is None else f"limit {limit}"
        return self.read(
            "select run_id, file, feed, status, rows_read, rows_accepted, rows_quarantined, "
            "rows_skipped, sha256, archive_sha256 from marts.row_accounting "
            f"where shop_id = $shop and {where} "
            f"order by status <> 'refused', rows_quarantined desc nulls last, file, sha256 {cap}",
            **named,
        )

    @cached_property
    def feeds(self) -> list[dict[str, Any]]:
        """Row accounting by feed: files and summed rows; duplicates count once."""
        return self.read(
            "select feed, count(*) as files, sum(rows_read)::bigint as rows_read, "
            "sum(rows_accepted)::bigint as rows_accepted, "
            "sum(rows_quarantined)::bigint as rows_quarantined, "
            "sum(rows_skipped)::bigint as rows_skipped from marts.row_accounting "
            "where shop_id = $shop and status = 'loaded' group by feed order by feed nulls last"
        ).to_dicts()

    @cached_property
    def refused_files(self) -> int:
        """Files of this shop in landing that no contract accepts."""
        return int(
            self.read(
                "select count(*) as n from marts.row_accounting "
                "where shop_id = $shop and status = 'refused' and is_present"
            ).item()
        )

    def weeks(self, count: int = 5) -> pl.DataFrame:
        """Judged rates of the ISO weeks that end on the last Sundays, oldest first."""
        sundays = [self.as_of_on - timedelta(weeks=back) for back in range(count)]
        return self.read(
            f"select * from marts.kpi_daily where {_OF_BASIS} "
            "and window_name = 'week' and list_contains($sundays, as_of_on) "
            "order by metric, as_of_on",
            sundays=sundays,
            late_basis=self._late_basis,
        )
