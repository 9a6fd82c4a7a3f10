"""Reads the marts of the rule book: clocks, causes, account health, what is coming, restatements.

A warehouse that was published before one of these marts existed has no rows of it here, so a
page can always be drawn. Selection and order only, no arithmetic.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

import polars as pl

from flows.report.formats import day_end
from flows.report.marts.subject import SubjectMarts

SHOWN = 15
"""Rows of a table of the rule book on the page; the CSV beside it holds all."""

FOLDED = 200
"""Rows of a folded table on the page."""

LEAST_SEGMENT = 20
"""A segment with fewer orders than this is too small to be called bad."""

HEALTH_DAYS = 180
RESTATED_DAYS = 35
MARTS = (
    "account_health_daily",
    "account_health_waterfall",
    "compound_risk",
    "diagnoses",
    "fulfillment_daily",
    "handling_capacity",
    "kpi_outlook",
    "kpi_restatements",
    "late_dispatch_appeals",
    "late_dispatch_causes",
    "late_dispatch_segments",
    "open_orders",
    "product_cancellations",
    "promotions_at_risk",
    "seven_indicators",
    "tracking_defects_by",
)


class RuleMarts(SubjectMarts):
    """The marts of the rule book for one shop's day, each read when it is first asked for."""

    @property
    def missing(self) -> list[str]:
        """The marts that this warehouse does not hold yet."""
        return [mart for mart in MARTS if not self.has(mart)]

    @cached_property
    def outlook_rows(self) -> pl.DataFrame:
        """Time to breach of every rate, basis and window on this day, the soonest first."""
        return self.frame(
            "kpi_outlook",
            "as_of_on = $day",
            "least(days_to_breach, breach_on_open_orders_on - as_of_on) nulls last, "
            "metric, basis, window_name",
        )

    @cached_property
    def outlook(self) -> list[dict[str, Any]]:
        """Time to breach of each judged rate on this day, the soonest first."""
        judged = {(r["metric"], r["basis"], r["window_name"]) for r in self.day.headline}
        return [
            row
            for row in self.outlook_rows.to_dicts()
            if (row["metric"], row["basis"], row["window_name"]) in judged
        ]

    @cached_property
    def capacity(self) -> list[dict[str, Any]]:
        """What has to leave to stay within each line, the lower line first."""
        if not self.day.has_lists:
            return []
        return self.rows("handling_capacity", "true", "rate_line, line")

    @cached_property
    def waiting(self) -> list[dict[str, Any]]:
        """Open orders by what they wait for and bucket, the largest group first."""
        if not self.has("open_orders") or not self.day.has_lists:
            return []
        return self.day.read(
            "select waiting_for, count(*) as orders, "
            "count(*) filter (where bucket = 'overdue') as overdue, "
            "count(*) filter (where bucket in ('T-4', 'T-12', 'T-24', 'tomorrow')) as next, "
            "count(*) filter (where bucket in ('later', 'no_deadline')) as later "
            "from marts.open_orders where shop_id = $shop "
            "group by 1 order by orders desc, waiting_for nulls last"
        ).to_dicts()

    @cached_property
    def ages(self) -> dict[str, int]:
        """Open orders by age bucket, in the order of the names."""
        if not self.has("open_orders") or not self.day.has_lists:
            return {}
        rows = self.day.read(
            "select age_bucket, count(*) as orders from marts.open_orders "
            "where shop_id = $shop and age_bucket is not null "
            "group by 1 order by 1"
        )
        return dict(zip(rows["age_bucket"], rows["orders"], strict=True))

    @cached_property
    def prepared_unscanned(self) -> pl.DataFrame:
        """Parcels that are prepared and have no scan, the longest waiting first."""
        if not self.day.has_lists:
            return pl.DataFrame()
        return self.frame(
            "open_orders",
            "is_prepared_unscanned",
            "dispatch_due_at nulls last, unscanned_hours desc nulls last, order_id",
        )

    @cached_property
    def causes(self) -> list[dict[str, Any]]:
        """Late orders due in the last 30 days by primary cause, most first.

        Read from the roll-up by warehouse, of which each late order is in exactly one segment.
        """
        if not self.has("late_dispatch_segments") or not self.day.has_lists:
            return []
        return self.day.read(
            "select primary_cause, sum(late_orders)::bigint as late_orders "
            "from marts.late_dispatch_segments where shop_id = $shop "
            "and dimension = 'warehouse' and primary_cause <> '(all)' "
            "group by 1 having sum(late_orders) > 0 order by late_orders desc, primary_cause"
        ).to_dicts()

    @cached_property
    def segments(self) -> list[dict[str, Any]]:
        """The worst segments of the last 30 days, each with its most frequent cause.

        Worst: with the most late orders above what the shop's own rate would give it, so that a
        large segment does not look bad for its size alone. Busy days and orders of no one segment
        are in the CSV.
        """
        if not self.has("late_dispatch_segments") or not self.day.has_lists:
            return []
        return self.day.read(
            "with segments as (select * from marts.late_dispatch_segments "
            "where shop_id = $shop and primary_cause = '(all)' and orders > 0), "
            "shop as (select sum(late_orders) / sum(orders) as rate from segments "
            "where dimension = 'warehouse'), "
            "causes as (select dimension, segment, arg_max(primary_cause, (late_orders, "
            "primary_cause)) as main_cause, max(late_orders) as main_orders "
            "from marts.late_dispatch_segments where shop_id = $shop "
            "and primary_cause <> '(all)' group by 1, 2) "
            "select s.*, c.main_cause, c.main_orders from segments as s cross join shop "
            "left join causes as c on c.dimension = s.dimension "
            "and c.segment is not distinct from s.segment "
            "where s.orders >= $least and s.late_orders > 0 and s.value > shop.rate "
            "and s.dimension <> 'volume_decile' and s.segment not like '(%)' "
            "order by s.late_orders - s.orders * shop.rate desc, s.dimension, s.segment",
            least=LEAST_SEGMENT,
        ).to_dicts()

    @cached_property
    def segment_rows(self) -> pl.DataFrame:
        """Every segment and cause, for the CSV."""
        if not self.day.has_lists:
            return pl.DataFrame()
        return self.frame(
            "late_dispatch_segments",
            "true",
            "dimension, segment nulls last, primary_cause <> '(all)', late_orders desc, "
            "primary_cause",
        )

    @cached_property
    def late_causes(self) -> pl.DataFrame:
        """Late orders due in the last 30 days or still open, the latest deadline first."""
        if not self.day.has_lists:
            return pl.DataFrame()
        return self.frame(
            "late_dispatch_causes",
            "(is_overdue_open or dispatch_due_at >= $from_at)",
            "dispatch_due_at desc nulls last, order_id",
            from_at=day_end(self.day.as_of_on - timedelta(days=30), self.day.shop.timezone),
        )

    @cached_property
    def appeals(self) -> int:
        """Late orders that were tendered in time: how many rows the appeal pack has."""
        if not self.day.has_lists:
            return 0
        rows = self.frame("late_dispatch_appeals", "true", "order_id")
        return int(rows["order_id"].n_unique()) if rows.height else 0

    @cached_property
    def tracking_by(self) -> list[dict[str, Any]]:
        """Packages of 30 days by carrier, warehouse and label source, valid ones among them."""
        if not self.has("tracking_defects_by"):
            return []
        return self.day.read(
            "select dimension, segment, sum(packages)::bigint as packages, "
            "(sum(packages) filter (where tracking_defect <> '(valid)'))::bigint as defects, "
            "arg_max(tracking_defect, (packages, tracking_defect)) "
            "filter (where tracking_defect <> '(valid)') as main_defect "
            "from marts.tracking_defects_by where shop_id = $shop and as_of_on = $day "
            "and window_name = 'rolling_30d' group by 1, 2 having sum(packages) > 0 "
            "order by dimension, defects desc nulls last, packages desc, segment nulls last"
        ).to_dicts()

    @cached_property
    def tracking_defects_by(self) -> pl.DataFrame:
        """Packages by segment and defect, for the CSV."""
        return self.frame(
            "tracking_defects_by",
            "as_of_on = $day",
            "dimension, segment nulls last, packages desc, tracking_defect",
        )

    @cached_property
    def fulfillment(self) -> list[dict[str, Any]]:
        """Out-of-stock cancellations and unshipped orders on this day, by metric and window."""
        return self.rows("fulfillment_daily", "as_of_on = $day", "metric, window_name")

    @cached_property
    def product_cancellations(self) -> pl.DataFrame:
        """Seller-fault cancellations by SKU, those past the product-level lines first."""
        if not self.day.has_lists:
            return pl.DataFrame()
        return self.frame(
            "product_cancellations",
            "true",
            "is_past_lines desc nulls last, seller_fault_cancellations desc, "
            "window_name desc, seller_sku",
        )

    @cached_property
    def health(self) -> dict[str, Any] | None:
        """Account health at the end of the day, None where no ledger is known."""
        rows = self.rows("account_health_daily", "as_of_on = $day and score is not null", "1")
        return next(iter(rows), None)

    @cached_property
    def health_days(self) -> pl.DataFrame:
        """Account health of each of the last 180 days, the newest first."""
        return self.frame(
            "account_health_daily",
            "as_of_on between $first_on and $day",
            "as_of_on desc",
            first_on=self.day.as_of_on - timedelta(days=HEALTH_DAYS - 1),
        )

    @cached_property
    def waterfall(self) -> list[dict[str, Any]]:
        """From the opening points to the closing ones, by reason, the largest step first."""
        return self.rows(
            "account_health_waterfall",
            "as_of_on = $day",
            "case kind when 'opening' then 0 when 'closing' then 2 else 1 end, "
            "abs(points) desc, kind, reason nulls last",
        )

    @cached_property
    def compound(self) -> dict[str, Any] | None:
        """Whether several rates get worse at once."""
        return next(iter(self.rows("compound_risk", "as_of_on = $day", "1")), None)

    @cached_property
    def promotions(self) -> list[dict[str, Any]]:
        """Promotions of the next 30 days, those at risk first."""
        return self.rows(
            "promotions_at_risk",
            "as_of_on = $day",
            "is_at_risk desc nulls last, starts_on, promotion_id",
        )

    @cached_property
    def indicator_rows(self) -> pl.DataFrame:
        """The seven indicators of the day in their order."""
        return self.frame("seven_indicators", "as_of_on = $day", "place")

    @property
    def indicators(self) -> list[dict[str, Any]]:
        """The same, one mapping a row."""
        return self.indicator_rows.to_dicts()

    @property
    def has_tickets(self) -> bool:
        """Whether the shop gives the tickets that complaints are counted from."""
        return all(row["mend_feed"] is None for row in self.indicators)

    @cached_property
    def diagnoses(self) -> list[dict[str, Any]]:
        """What the evidence points to, for each symptom that is there."""
        return self.rows("diagnoses", "as_of_on = $day and is_triggered", "symptom, hypothesis")

    @cached_property
    def restatements(self) -> pl.DataFrame:
        """Numbers of the last five weeks that changed after they were published, newest first."""
        return self.frame(
            "kpi_restatements",
            "as_of_on between $first_on and $day",
            "restated_at desc, as_of_on desc, metric, basis, window_name",
            first_on=self.day.as_of_on - timedelta(days=RESTATED_DAYS - 1),
        )
