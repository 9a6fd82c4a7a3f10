"""Mutations of gate 2 that take more or less than a change of one row."""

from __future__ import annotations

from tests.quality.mutations.generic import one_row

ISSUES = {
    "cancel_reasons_mapped": "unmapped_cancel_reason",
    "carriers_mapped": "unmapped_carrier",
    "parcels_from_the_market": "cross_border_parcel",
    "costs_usable": "unused_cost_assumption",
    "refunds_in_shop_currency": "refund_in_other_currency",
    "grades_mapped": "unmapped_grade",
    "dispositions_mapped": "unmapped_disposition",
    "states_known": "unknown_state",
    "warehouses_mapped": "unmatched_warehouse",
    "orders_reach_the_warehouse": "missing_at_warehouse",
    "orders_reach_it_once": "doubled_at_warehouse",
    "addresses_agree": "ships_elsewhere",
    "stages_run_forwards": "stage_times_run_backwards",
}

_SOUTH = "shop_id = 'south'"
OTHERS: tuple[tuple[str, str, str, str], ...] = (
    (
        "kpi_daily",
        "every_day",
        "marts.kpi_daily",
        f"delete from marts.kpi_daily where {_SOUTH} and as_of_on = date '2026-04-20' "
        "and metric = 'on_time_delivery_rate' and window_name = 'week'",
    ),
    (
        "kpi_daily",
        "as_of_days",
        "inputs.as_of",
        f"update inputs.as_of set as_of_on = as_of_on + 1 where {_SOUTH}",
    ),
    (
        "orders",
        "volume_of_the_day",
        "marts.orders",
        "insert into marts.orders by name select o.* replace (o.order_id || '-' || i as order_id, "
        "false as is_open, false as is_late_dispatch, false as is_overdue_open) "
        f"from marts.orders as o, range(6) as r (i) where {_SOUTH} "
        "and created_on = date '2026-04-30'",
    ),
    (
        "orders",
        "volume_of_the_week",
        "marts.orders",
        f"update marts.orders set created_on = date '2026-03-01' where {_SOUTH} "
        "and created_on between date '2026-04-24' and date '2026-04-29'",
    ),
    (
        "packages",
        "scans_judged",
        "marts.packages",
        f"update marts.packages set is_scan_judged = false where {_SOUTH} "
        "and shipped_on > date '2026-04-15'",
    ),
    (
        "open_orders",
        "same_as_orders",
        "marts.open_orders",
        f"delete from marts.open_orders where {_SOUTH} and bucket = 'later'",
    ),
    (
        "returns_triage",
        "every_waiting_return",
        "marts.returns_triage",
        f"delete from marts.returns_triage where {_SOUTH}",
    ),
    (
        "late_dispatch_causes",
        "every_late_order",
        "marts.late_dispatch_causes",
        f"delete from marts.late_dispatch_causes where {one_row('marts.late_dispatch_causes')}",
    ),
    (
        "network_sites",
        "sites_add_up",
        "marts.network_sites",
        f"delete from marts.network_sites where {_SOUTH} and name = 'best 1' "
        "and objective = 'total_cost'",
    ),
    (
        "settlement_components",
        "every_settled_order",
        "marts.settlement_components",
        f"delete from marts.settlement_components where {_SOUTH} and statement_on = (select "
        f"max(statement_on) from marts.settlement_components where {_SOUTH})",
    ),
    *(
        (
            table,
            "every_row_of_the_day",
            f"marts.{table}",
            f"delete from marts.{table} where {one_row(f'marts.{table}')}",
        )
        for table in ("seven_indicators", "diagnoses", "daily_outcomes")
    ),
    *(
        (
            "data_quality_issues",
            name,
            "marts.data_quality_issues",
            f"update marts.data_quality_issues set issue = '{issue}', rows = 3, "
            f"as_of_on = date '2026-04-30' where {one_row('marts.data_quality_issues')}",
        )
        for name, issue in ISSUES.items()
    ),
)
"""Table, expectation, the relation that is changed, and how."""
