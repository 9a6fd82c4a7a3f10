"""Gate 2: what breaks one of its rules is blocked, or shown, at that shop and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.quality import Gate, GateResult, gate2, run_gate
from tests.quality.builders import AS_OF, SHOPS, change


def judge(database: Path, *tables: str) -> GateResult:
    """Run gate 2, on some of its tables if any are named."""
    gate = gate2()
    suites = tuple(suite for suite in gate.suites if not tables or suite.table in tables)
    return run_gate(database, Gate(gate.name, gate.schema, suites), SHOPS)


def test_marts_in_order_pass_every_expectation(marts: Path) -> None:
    result = run_gate(marts, gate2(), SHOPS)

    assert [f"{r.table}.{r.name}: {r.observed}" for r in result.failures()] == []
    assert result.passed
    assert result.shops == SHOPS
    assert {r.table for r in result.results} >= {"kpi_daily", "orders", "row_accounting"}


SOUTH = "where shop_id = 'south'"
LATE = "metric = 'late_dispatch_rate' and window_name = 'week'"
NEWEST = f"as_of_on = date '{AS_OF}'"

_DIFFERS = f"{SOUTH} and state = 'differs'"
SETTLEMENT = [
    (
        "settlement_orders",
        "known_words",
        f"update marts.settlement_orders set state = 'ok' {SOUTH} and state = 'tied'",
    ),
    (
        "settlement_orders",
        "stated_amounts_add_up",
        f"update marts.settlement_orders set stated_other = -0.01 {_DIFFERS}",
    ),
    (
        "settlement_orders",
        "differences_add_up",
        f"update marts.settlement_orders set expected_sales = 20.01 {_DIFFERS}",
    ),
    (
        "settlement_orders",
        "tied_is_explained",
        f"update marts.settlement_orders set state = 'tied' {_DIFFERS}",
    ),
    (
        "settlement_orders",
        "unsettled_is_in_no_statement",
        f"update marts.settlement_orders set state = 'missing' {_DIFFERS}",
    ),
    (
        "settlement_components",
        "components_add_up",
        f"update marts.settlement_components set stated_amount = 40.01 {SOUTH} "
        "and component = 'sales'",
    ),
    (
        "settlement_components",
        "every_settled_order",
        f"delete from marts.settlement_components {SOUTH}",
    ),
    (
        "settlement_residuals",
        "every_unexplained_order",
        f"update marts.settlement_residuals set orders = 2 {SOUTH} and age_bucket = '8 to 14 days'",
    ),
    (
        "settlement_fee_checks",
        "difference_is_the_difference",
        f"update marts.settlement_fee_checks set difference = 0 {SOUTH}",
    ),
]

CRITICAL = [
    *SETTLEMENT,
    ("open_orders", "same_as_orders", f"delete from marts.open_orders {SOUTH}"),
    ("open_orders", "same_as_orders", f"update marts.open_orders set order_id = '1' {SOUTH}"),
    ("open_orders", "known_words", f"update marts.open_orders set bucket = 'soon' {SOUTH}"),
    ("open_orders", "chances_in_range", f"update marts.open_orders set late_chance = 2 {SOUTH}"),
    (
        "open_orders",
        "overdue_has_no_time_left",
        f"update marts.open_orders set time_left_hours = -1 {SOUTH}",
    ),
    (
        "handling_capacity",
        "counts_the_open_orders",
        f"update marts.handling_capacity set open_orders = 2 {SOUTH}",
    ),
    (
        "handling_capacity",
        "what_is_left_adds_up",
        f"update marts.handling_capacity set allowed_late_left = 1 {SOUTH}",
    ),
    (
        "kpi_daily",
        "keys_unique",
        f"insert into marts.kpi_daily from marts.kpi_daily {SOUTH} limit 2",
    ),
    ("kpi_daily", "rates_in_range", f"update marts.kpi_daily set target = 1.5 {SOUTH}"),
    (
        "kpi_daily",
        "numerator_at_most_denominator",
        "update marts.kpi_daily set numerator = 101, value = 1.01 "
        f"{SOUTH} and metric = 'valid_tracking_rate' and {NEWEST}",
    ),
    (
        "kpi_daily",
        "value_is_the_ratio",
        f"update marts.kpi_daily set value = 0.5 {SOUTH} and metric = 'valid_tracking_rate'",
    ),
    ("kpi_daily", "known_words", f"update marts.kpi_daily set status = 'fine' {SOUTH}"),
    (
        "kpi_daily",
        "windows_end_on_the_day",
        f"update marts.kpi_daily set window_end_on = as_of_on - 1, window_start_on = as_of_on - 1 "
        f"{SOUTH}",
    ),
    (
        "kpi_daily",
        "projected_adds_overdue",
        "update marts.kpi_daily set numerator = 4, value = 0.04 "
        f"{SOUTH} and basis = 'projected' and {LATE}",
    ),
    (
        "kpi_daily",
        "every_day",
        f"delete from marts.kpi_daily {SOUTH} and as_of_on = date '{AS_OF}' - 3",
    ),
    (
        "kpi_daily",
        "doubles_are_finite",
        f"update marts.kpi_daily set enforcement = 'inf' {SOUTH} and {LATE}",
    ),
    ("kpi_daily", "doubles_are_finite", f"update marts.kpi_daily set target = 'NaN' {SOUTH}"),
    ("kpi_daily", "as_of_days", f"update inputs.as_of set as_of_on = as_of_on + 1 {SOUTH}"),
    (
        "late_dispatch_causes",
        "every_late_order",
        f"delete from marts.late_dispatch_causes {SOUTH} and order_id like '%111'",
    ),
    (
        "late_dispatch_causes",
        "every_late_order",
        f"update marts.orders set is_overdue_open = true {SOUTH} and order_id like '%007'",
    ),
    (
        "late_dispatch_causes",
        "stages_add_up",
        f"update marts.late_dispatch_causes set elapsed_hours = 25 {SOUTH}",
    ),
    (
        "late_dispatch_segments",
        "causes_add_up",
        f"update marts.late_dispatch_segments set late_orders = 3 {SOUTH} "
        "and primary_cause = 'stock'",
    ),
    (
        "late_dispatch_segments",
        "dimensions_agree",
        f"update marts.late_dispatch_segments set orders = 99 {SOUTH} and dimension = 'carrier'",
    ),
    (
        "late_dispatch_segments",
        "late_at_most_orders",
        f"update marts.late_dispatch_segments set orders = 1 {SOUTH}",
    ),
    ("orders", "keys_unique", f"insert into marts.orders from marts.orders {SOUTH} limit 1"),
    (
        "orders",
        "keys_present",
        f"update marts.orders set order_id = null {SOUTH} and order_id like '%007'",
    ),
    ("orders", "known_words", f"update marts.orders set cancellation_fault = 'me' {SOUTH}"),
    (
        "orders",
        "overdue_is_not_dispatched",
        f"update marts.orders set is_overdue_open = true {SOUTH}",
    ),
    (
        "account_health_daily",
        "changes_add_up",
        f"update marts.account_health_daily set lost = -9 {SOUTH}",
    ),
    (
        "account_health_waterfall",
        "adds_up_to_the_score",
        f"update marts.account_health_waterfall set points = -5 {SOUTH} and kind = 'violation'",
    ),
    ("packages", "keys_unique", f"update marts.packages set package_key = 'same' {SOUTH}"),
    (
        "packages",
        "known_words",
        f"update marts.packages set tracking_defect = 'odd', is_valid_tracking = false {SOUTH}",
    ),
    (
        "packages",
        "valid_has_no_defect",
        f"update marts.packages set tracking_defect = 'no_scan' {SOUTH}",
    ),
    (
        "return_rate_by_sku",
        "rates_in_range",
        f"update marts.return_rate_by_sku set closed_value = 1.2 {SOUTH} and basis = "
        f"'order_cohort'",
    ),
    (
        "return_rate_by_sku",
        "numerator_at_most_denominator",
        f"update marts.return_rate_by_sku set units_returned = 101 {SOUTH} and basis = "
        f"'order_cohort'",
    ),
    (
        "return_rate_by_sku",
        "closed_within_all",
        f"update marts.return_rate_by_sku set closed_units_ordered = 101 {SOUTH} "
        "and basis = 'order_cohort'",
    ),
    (
        "return_rate_by_creator",
        "bounds_hold_the_value",
        f"update marts.return_rate_by_creator set lower_bound = 0.06 {SOUTH} "
        "and basis = 'order_cohort'",
    ),
    (
        "return_rate_by_sku",
        "same_total_as_by_creator",
        f"update marts.return_rate_by_sku set units_ordered = 101 {SOUTH} and seller_sku = 'a'",
    ),
    (
        "return_rates",
        "numerator_at_most_denominator",
        "update marts.return_rates set units_ordered = 4, closed_units_ordered = 4 "
        f"{SOUTH} and dimension = 'reason'",
    ),
    (
        "return_rates",
        "segments_add_up",
        f"update marts.return_rates set units_returned = 4 {SOUTH} and dimension = 'reason'",
    ),
    (
        "return_rates",
        "segments_add_up",
        f"update marts.return_rates set units_ordered = 51 {SOUTH} and segment = 'Spring'",
    ),
    (
        "returns",
        "known_words",
        f"update marts.returns set state = 'lost' {SOUTH} and return_order_id = 'r3'",
    ),
    (
        "returns",
        "at_most_what_was_ordered",
        f"update marts.returns set units = 2 {SOUTH} and return_order_id = 'r2'",
    ),
    (
        "returns",
        "liability_is_refund_less_compensation",
        f"update marts.returns set liability_amount = 10 {SOUTH} and return_order_id = 'r1'",
    ),
    ("returns", "due_once", f"update marts.returns set is_past_due = true {SOUTH}"),
    (
        "returns_triage",
        "every_waiting_return",
        f"update marts.returns_triage set returns = 2 {SOUTH}",
    ),
    (
        "returns_triage",
        "every_waiting_return",
        f"delete from marts.returns_triage {SOUTH}",
    ),
    (
        "zone_coverage",
        "rates_in_range",
        f"update marts.zone_coverage set share_within_2_days = -0.1 {SOUTH}",
    ),
    (
        "zone_coverage",
        "states_add_up",
        f"update marts.zone_coverage set orders = 7, share_of_orders = 0.7 {SOUTH} "
        "and ship_to_state = 'CA'",
    ),
    (
        "zone_coverage",
        "shares_of_all_orders",
        f"update marts.zone_coverage set share_of_orders = 0.5 {SOUTH} and ship_to_state = 'CA'",
    ),
    ("row_accounting", "nothing_lost", f"update marts.row_accounting set rows_read = 11 {SOUTH}"),
    (
        "dispatch_by_warehouse",
        "rates_in_range",
        f"update marts.dispatch_by_warehouse set value = 2 {SOUTH}",
    ),
    (
        "dispatch_by_warehouse",
        "adds_up_to_the_rate",
        f"update marts.dispatch_by_warehouse set denominator = 51 {SOUTH}",
    ),
    (
        "delivery_by_carrier",
        "numerator_at_most_denominator",
        "update marts.delivery_by_carrier set numerator = case carrier when 'ups' then 51 "
        f"else 39 end {SOUTH}",
    ),
    (
        "tracking_defects",
        "adds_up_to_the_rate",
        f"update marts.tracking_defects set packages = 4 {SOUTH}",
    ),
    (
        "tracking_defects_by",
        "adds_up_to_the_rate",
        f"update marts.tracking_defects_by set packages = 96 {SOUTH} and dimension = 'warehouse' "
        "and tracking_defect = '(valid)'",
    ),
    (
        "fulfillment_daily",
        "numerator_at_most_denominator",
        f"update marts.fulfillment_daily set numerator = 51 {SOUTH}",
    ),
    (
        "product_cancellations",
        "rates_in_range",
        f"update marts.product_cancellations set value = 1.1 {SOUTH}",
    ),
    (
        "product_cancellations",
        "numerator_at_most_denominator",
        f"update marts.product_cancellations set seller_fault_cancellations = 11 {SOUTH}",
    ),
]


@pytest.mark.parametrize(
    ("table", "name", "statement"), CRITICAL, ids=[f"{case[0]}-{case[1]}" for case in CRITICAL]
)
def test_what_breaks_a_critical_rule_alone_blocks_its_shop_alone(
    marts: Path, table: str, name: str, statement: str
) -> None:
    result = judge(change(marts, statement), table)

    # A number that is no number is out of range too, whatever else it breaks.
    assert {name} <= {r.name for r in result.failures()} <= {name, "rates_in_range"}
    assert {r.table for r in result.failures()} == {table}
    assert result.blocked_shops == ("south",)
    assert not result.passed


WARNINGS = [
    (
        "orders",
        {"volume_of_the_day"},
        "insert into marts.orders select o.* replace (i || '-' || order_id as order_id) from "
        f"marts.orders as o, range(6) as r (i) {SOUTH} and created_on = date '{AS_OF}'",
    ),
    (
        "orders",
        {"volume_of_the_week", "volume_of_the_day"},
        f"delete from marts.orders {SOUTH} and created_on > date '{AS_OF}' - 7",
    ),
    (
        "kpi_daily",
        {"data_reach_the_day"},
        f"update marts.kpi_daily set known_through_at = timestamp '{AS_OF}' - interval 30 "
        f"hour {SOUTH}",
    ),
    (
        "kpi_daily",
        {"data_reach_the_day"},
        f"update marts.kpi_daily set known_through_at = null {SOUTH}",
    ),
    ("packages", {"scans_judged"}, f"update marts.packages set is_scan_judged = false {SOUTH}"),
    (
        "data_quality_issues",
        {"cancel_reasons_mapped"},
        f"update marts.data_quality_issues set issue = 'unmapped_cancel_reason', rows = 3 {SOUTH}",
    ),
    (
        "data_quality_issues",
        {"carriers_mapped"},
        f"update marts.data_quality_issues set issue = 'unmapped_carrier', rows = 3 {SOUTH}",
    ),
    (
        "data_quality_issues",
        {"parcels_from_the_market"},
        f"update marts.data_quality_issues set issue = 'cross_border_parcel', rows = 3 {SOUTH}",
    ),
    (
        "data_quality_issues",
        {"states_known"},
        f"update marts.data_quality_issues set issue = 'unknown_state', rows = 3 {SOUTH}",
    ),
    (
        "data_quality_issues",
        {"warehouses_mapped"},
        f"update marts.data_quality_issues set issue = 'unmatched_warehouse', rows = 3 {SOUTH}",
    ),
    *(
        (
            "data_quality_issues",
            {name},
            f"update marts.data_quality_issues set issue = '{issue}', rows = 3 {SOUTH}",
        )
        for name, issue in {
            "orders_reach_the_warehouse": "missing_at_warehouse",
            "orders_reach_it_once": "doubled_at_warehouse",
            "addresses_agree": "ships_elsewhere",
            "stages_run_forwards": "stage_times_run_backwards",
        }.items()
    ),
]


@pytest.mark.parametrize(
    ("table", "names", "statement"),
    WARNINGS,
    ids=[f"{case[0]}-{min(case[1])}" for case in WARNINGS],
)
def test_a_warning_is_shown_and_blocks_nobody(
    marts: Path, table: str, names: set[str], statement: str
) -> None:
    result = judge(change(marts, statement), table)

    assert {r.name for r in result.failures()} == names
    assert all(r.severity == "warning" for r in result.failures())
    assert all(r.failing_shops == ("south",) for r in result.failures())
    assert result.blocked_shops == ()


def test_a_viral_day_does_not_block_its_own_report(marts: Path) -> None:
    change(
        marts,
        "insert into marts.orders select o.* replace (order_id || '-' || i as order_id) "
        f"from marts.orders as o, range(50) as r (i) where created_on = date '{AS_OF}'",
    )
    result = judge(marts, "orders")

    assert result.passed
    [volume] = [r for r in result.failures() if r.name == "volume_of_the_day"]
    found = volume.finding("north")
    assert found is not None
    assert found.observed == "510 orders on the day, about 10 a day in the four weeks before"


@pytest.mark.parametrize(
    "statement",
    [
        "alter table marts.orders drop column ship_to_zip3",
        "alter table marts.orders alter created_at type varchar",
    ],
)
def test_a_column_that_is_gone_or_of_another_type_blocks_every_shop(
    marts: Path, statement: str
) -> None:
    result = judge(change(marts, statement), "orders")

    assert result.blocked_shops == SHOPS
    [schema] = [r for r in result.failures() if r.name == "schema"]
    assert schema.findings[0].examples in (("ship_to_zip3",), ("created_at",))


def test_a_mart_that_is_gone_blocks_every_shop(marts: Path) -> None:
    result = judge(change(marts, "drop table marts.zone_coverage"), "zone_coverage")

    assert result.blocked_shops == SHOPS
    assert {"schema", "keys_unique"} <= {r.name for r in result.failures()}


def test_a_row_without_a_shop_blocks_every_shop(marts: Path) -> None:
    change(marts, "update marts.packages set shop_id = null where order_id like '%007'")
    result = judge(marts, "packages")

    assert result.blocked_shops == SHOPS
    assert "keys_present" in {r.name for r in result.failures()}


def test_inf_is_found_in_a_table_that_no_suite_names(marts: Path) -> None:
    change(marts, "create table marts.extra as select 'south' as shop_id, 'inf'::double as value")
    gate = gate2()
    result = run_gate(marts, Gate(gate.name, gate.schema, (), every_table=True), SHOPS)

    assert [(r.table, r.name) for r in result.failures()] == [("extra", "doubles_are_finite")]
    assert result.blocked_shops == ("south",)


def test_more_returned_than_ordered_is_right_by_refund_date(marts: Path) -> None:
    change(
        marts,
        "update marts.return_rate_by_sku set units_returned = 250, value = 2.5 "
        "where basis = 'refund_date'",
    )
    assert judge(marts, "return_rate_by_sku").failures() == ()


@pytest.mark.parametrize(
    ("statements", "counts"),
    [
        ((f"delete from marts.rate_change_drivers {SOUTH} and dimension = 'sku'",), [4, 4]),
        (
            (
                f"update inputs.as_of set as_of_on = date '{AS_OF}' - 1 {SOUTH}",
                f"delete from marts.rate_change_drivers {SOUTH}",
            ),
            [16, 16],
        ),
        ((f"delete from marts.rate_change_drivers {SOUTH}",), []),
    ],
)
def test_a_week_without_what_drove_it_blocks_its_shop(
    marts: Path, statements: tuple[str, ...], counts: list[int]
) -> None:
    for statement in statements:
        change(marts, statement)
    result = judge(marts, "rate_change_drivers")

    names = ["adds_up_to_the_rate", "adds_up_to_the_rate_before"]
    assert [r.name for r in result.failures()] == names[: len(counts)]
    found = [finding for r in result.failures() for finding in r.findings]
    assert [finding.shop_id for finding in found] == ["south"] * len(counts)
    assert [int(str(finding.observed).split()[0]) for finding in found] == counts
    assert result.blocked_shops == (("south",) if counts else ())


def test_published_marts_are_judged_without_the_inputs_of_a_build(marts: Path) -> None:
    result = judge(change(marts, "drop schema inputs cascade"), "kpi_daily")

    assert result.failures() == ()
    assert "as_of_days" not in {r.name for r in result.results}
