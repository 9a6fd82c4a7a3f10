"""The worklists of the rule book: which marts become which CSV files, with which columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from flows.report.marts.rules import RuleMarts

_PREPARED_UNSCANNED = (
    "order_id:id",
    "prepared_at:moment",
    "unscanned_hours",
    "dispatch_due_at:moment",
    "time_left_hours",
    "auto_cancel_at:moment",
    "order_type",
    "warehouse",
    "carrier",
    "tracking_number:id",
    "is_tracking_uploaded",
    "units",
    "seller_skus",
    "order_amount",
    "currency",
)
_STAGES = ("confirm", "allocate", "pick", "pack", "label", "tender", "first_scan")
_LATE_CAUSES = (
    "order_id:id",
    "dispatch_due_at:moment",
    "dispatched_at:moment",
    "late_hours",
    "is_overdue_open",
    "primary_cause",
    "contributing_causes",
    "primary_stage",
    "primary_excess_hours",
    "usual_basis",
    "is_out_of_stock",
    "entry_errors",
    "is_appeal_candidate",
    "warehouse",
    "carrier",
    "seller_sku:id",
    "supplier",
    "creator_handle",
    "volume_decile",
    "confirmed_at:moment",
    "allocated_at:moment",
    "picked_at:moment",
    "packed_at:moment",
    "labelled_at:moment",
    "tendered_at:moment",
    "first_scan_at:moment",
    "elapsed_hours",
    *(f"{stage}_hours" for stage in _STAGES),
    *(f"{stage}_share" for stage in _STAGES),
    "is_timeline_monotone",
)
_LATE_SEGMENTS = (
    "dimension",
    "segment:id",
    "primary_cause",
    "late_orders",
    "orders",
    "value",
    "window_name",
)
_OUTLOOK = (
    "metric",
    "basis",
    "window_name",
    "value",
    "status",
    "slope_points_per_day",
    "days_to_breach",
    "days_to_enforcement",
    "breach_on_open_orders_on",
    "needed_to_recover",
    "is_small_volume",
)
_ACCOUNT_HEALTH = (
    "as_of_on",
    "score",
    "zone",
    "milestone",
    "next_milestone",
    "points_to_next_milestone",
    "opening",
    "gained",
    "lost",
    "appealed",
    "rolled_off",
    "clamped",
    "platform_score",
    "platform_difference",
    "gain_per_day",
    "days_to_recover",
    "is_promotion_eligible",
    "points_kind",
    "policy_version",
)
_TRACKING_BY = ("dimension", "segment", "tracking_defect", "packages")
_PRODUCT_CANCELLATIONS = (
    "seller_sku:id",
    "window_name",
    "orders",
    "seller_fault_cancellations",
    "value",
    "shop_value",
    "shop_line",
    "product_line",
    "is_past_lines",
    "is_rule_in_force",
    "policy_version",
)
_INDICATORS = (
    "place",
    "indicator",
    "unit",
    "numerator",
    "denominator",
    "value",
    "previous_numerator",
    "previous_denominator",
    "previous_value",
    "change",
    "is_worse",
    "top_dimension",
    "top_reason",
    "top_count",
    "tickets_through_on",
    "mend_feed",
)
_RESTATEMENTS = (
    "as_of_on",
    "metric",
    "basis",
    "window_name",
    "was_numerator",
    "was_denominator",
    "was_value",
    "was_status",
    "was_complete",
    "is_numerator",
    "is_denominator",
    "is_value",
    "is_status",
    "cause",
    "files",
    "restated_at:moment",
    "previous_run_id:hash",
    "run_id:hash",
)


def present(columns: Sequence[str], frame: pl.DataFrame) -> list[str]:
    """Those of the columns (``name`` or ``name:kind``) that the frame has."""
    return [column for column in columns if column.partition(":")[0] in frame.columns]


def rule_lists(
    rules: RuleMarts, *, with_orders: bool
) -> Iterator[tuple[str, pl.DataFrame, list[str]]]:
    """Name, rows and columns of each list, for the marts that the warehouse holds.

    ``with_orders``: also those that stand at one day alone, as the lists of orders do.
    """
    lists = (
        ("outlook.csv", "kpi_outlook", rules.outlook_rows, _OUTLOOK),
        ("account_health.csv", "account_health_daily", rules.health_days, _ACCOUNT_HEALTH),
        ("tracking_by.csv", "tracking_defects_by", rules.tracking_defects_by, _TRACKING_BY),
        ("indicators.csv", "seven_indicators", rules.indicator_rows, _INDICATORS),
        ("restatements.csv", "kpi_restatements", rules.restatements, _RESTATEMENTS),
    )
    orders = (
        (
            "product_cancellations.csv",
            "product_cancellations",
            rules.product_cancellations,
            _PRODUCT_CANCELLATIONS,
        ),
        (
            "prepared_unscanned.csv",
            "open_orders",
            rules.prepared_unscanned,
            _PREPARED_UNSCANNED,
        ),
        ("late_causes.csv", "late_dispatch_causes", rules.late_causes, _LATE_CAUSES),
        ("late_segments.csv", "late_dispatch_segments", rules.segment_rows, _LATE_SEGMENTS),
    )
    for name, mart, frame, columns in (*lists, *(orders if with_orders else ())):
        if rules.has(mart):
            yield name, frame, present(columns, frame)
