"""Mutations of gate 2's special rules: one row of the shop `south`, changed as little as will do.

`KIN` says which other expectations a change may break, with the reason why it cannot spare them.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.quality.mutations.by_hand_money import MONEY, Row
from tests.quality.mutations.by_hand_rows import OTHERS
from tests.quality.mutations.by_hand_weeks import WEEKS, WEEKS_KIN
from tests.quality.mutations.generic import one_row
from tests.quality.mutations.judging import Mutation

_COHORT = "basis = 'order_cohort' and units_ordered > units_returned"
_WEEK = "window_name = 'week' and metric = 'valid_tracking_rate'"
_RATES = ("return_rate_by_sku", "return_rate_by_creator", "return_rates")


UPDATES: tuple[Row, ...] = (
    ("kpi_daily", "numerator_at_most_denominator", "numerator = denominator + 1", _WEEK),
    ("kpi_daily", "value_is_the_ratio", "value = value / 2", "value > 0"),
    ("kpi_daily", "value_is_the_ratio", "value = null", "denominator > 0"),
    ("kpi_daily", "value_is_the_ratio", "value = 0, numerator = 0, denominator = 0", _WEEK),
    ("kpi_daily", "known_words", "basis = 'due'", "metric = 'valid_tracking_rate'"),
    ("kpi_daily", "windows_end_on_the_day", "window_end_on = window_end_on + 1", "true"),
    ("kpi_daily", "windows_end_on_the_day", "window_end_on = null", "true"),
    ("kpi_daily", "windows_end_on_the_day", "window_start_on = window_end_on + 1", "true"),
    (
        "kpi_daily",
        "projected_adds_overdue",
        "numerator = numerator + 1, value = (numerator + 1) / denominator::double",
        "basis = 'projected' and denominator > numerator",
    ),
    ("kpi_daily", "data_reach_the_day", "known_through_at = null", "as_of_on = date '2026-04-30'"),
    ("orders", "overdue_is_not_dispatched", "is_overdue_open = true", "dispatched_at is not null"),
    ("packages", "valid_has_no_defect", "tracking_defect = 'no_scan'", "is_valid_tracking"),
    *(
        row
        for table in _RATES
        for row in (
            (table, "rates_in_range", "value = 1.5", _COHORT),
            (table, "rates_in_range", "closed_value = -0.5", _COHORT),
            (table, "numerator_at_most_denominator", "units_returned = units_ordered + 1", _COHORT),
            (
                table,
                "numerator_at_most_denominator",
                "closed_units_returned = closed_units_ordered + 1",
                f"{_COHORT} and units_returned > closed_units_ordered",
            ),
            (table, "closed_within_all", "closed_units_ordered = units_ordered + 1", _COHORT),
            (
                table,
                "closed_within_all",
                "closed_units_returned = units_returned + 1",
                f"{_COHORT} and closed_units_ordered > units_returned",
            ),
            (table, "bounds_hold_the_value", "lower_bound = value + 0.01", "lower_bound < 0.9"),
            (table, "bounds_hold_the_value", "upper_bound = value - 0.001", "value > 0.01"),
        )
    ),
    ("return_rate_by_sku", "same_total_as_by_creator", "units_ordered = units_ordered + 1", "true"),
    ("return_rates", "segments_add_up", "refund_amount = refund_amount + 0.01", "true"),
    ("return_rates", "segments_add_up", "units_ordered = units_ordered + 1", "dimension = 'shop'"),
    (
        "returns",
        "liability_is_refund_less_compensation",
        "liability_amount = liability_amount + 0.01",
        "state = 'refunded'",
    ),
    (
        "returns",
        "liability_is_refund_less_compensation",
        "liability_amount = null",
        "state <> 'refunded'",
    ),
    ("returns", "due_once", "is_near_due = true, is_past_due = true", "due_kind is not null"),
    ("returns", "due_once", "is_near_due = true, due_at = null", "not is_past_due"),
    (
        "returns",
        "at_most_what_was_ordered",
        "units = units_ordered + 1",
        "units_ordered is not null",
    ),
    ("returns_triage", "every_waiting_return", "returns = returns + 1", "true"),
    ("zone_coverage", "states_add_up", "orders = orders + 1", "ship_to_state = '(all)'"),
    (
        "zone_coverage",
        "shares_of_all_orders",
        "share_of_orders = share_of_orders / 2",
        "share_of_orders > 0 and ship_to_state <> '(all)'",
    ),
    (
        "shipping_zones",
        "known_zones",
        "zone = 10, zone_source = 'official_chart'",
        "zone is not null",
    ),
    (
        "shipping_zones",
        "known_zones",
        "computed_zone = 9, zone_source = 'official_chart'",
        "zone is not null",
    ),
    ("shipping_zones", "known_zones", "zone = zone - 1", "zone > 1 and zone_source = 'computed'"),
    ("demand_by_state", "shares_sum_to_one", "share = share / 2", "share > 0"),
    ("demand_by_state", "orders_of_the_coverage", "orders = orders + 1", "true"),
    ("demand_concentration", "fewest_states", "states_60 = states_70 + 1", "true"),
    ("demand_concentration", "fewest_states", "states_70 = states + 1", "true"),
    ("demand_concentration", "fewest_states", "herfindahl = 1.01", "true"),
    ("transit_times", "known_levels", "p90_days = median_days - 1", "level = 'zone'"),
    ("transit_times", "known_levels", "observations = 0", "level = 'state'"),
    ("transit_times", "known_levels", "observations = 29", "level = 'state'"),
    ("transit_times", "known_levels", "observations = 1", "level = 'rule'"),
    ("transit_times", "known_levels", "p90_days = median_days", "level = 'rule'"),
    ("transit_times", "known_levels", "p90_days = null", "level = 'zone'"),
    ("route_performance", "every_package_once", "packages = packages + 1", "true"),
    (
        "route_performance",
        "costs_at_least_its_postage",
        "expected_cost = mean_ship_cost - 0.01",
        "true",
    ),
    (
        "route_choices",
        "the_saving_is_the_difference",
        "saving = saving + 0.01",
        "state = 'best_in_use'",
    ),
    ("route_choices", "the_saving_is_the_difference", "state = 'dearer'", "saving = 0"),
    (
        "route_choices",
        "the_saving_is_the_difference",
        "saving = 1, actual_expected_cost = best_expected_cost + 1",
        "state = 'best_in_use'",
    ),
    (
        "route_deviations",
        "deviating_at_most_all",
        "deviating = 5, deviation_rate = 1.25",
        "packages = 4",
    ),
    ("route_deviations", "deviating_at_most_all", "mostly_packages = 2", "deviating = 1"),
    ("route_deviations", "deviating_at_most_all", "deviation_rate = 0.5", "deviating = 1"),
    ("row_accounting", "nothing_lost", "rows_read = rows_read + 1", "status = 'loaded'"),
    ("row_accounting", "nothing_lost", "rows_quarantined = rows_quarantined + 1", "true"),
    ("account_health_daily", "changes_add_up", "lost = lost - 1", "true"),
    ("account_health_daily", "changes_add_up", "score = null", "true"),
    ("account_health_waterfall", "adds_up_to_the_score", "points = points + 1", "kind = 'closing'"),
    ("open_orders", "same_as_orders", "order_id = '1'", "true"),
    ("open_orders", "overdue_has_no_time_left", "time_left_hours = -1", "bucket = 'later'"),
    ("open_orders", "overdue_has_no_time_left", "bucket = 'later'", "bucket = 'overdue'"),
    ("handling_capacity", "counts_the_open_orders", "open_orders = open_orders + 1", "true"),
    ("handling_capacity", "what_is_left_adds_up", "allowed_late = allowed_late + 1", "true"),
    ("late_dispatch_causes", "every_late_order", "primary_cause = null", "true"),
    (
        "late_dispatch_causes",
        "stages_add_up",
        "elapsed_hours = elapsed_hours + 1",
        "elapsed_hours > 0",
    ),
    (
        "late_dispatch_causes",
        "stages_add_up",
        "pack_share = pack_share + 0.1",
        "elapsed_hours > 0 and pack_share is not null",
    ),
    (
        "late_dispatch_segments",
        "causes_add_up",
        "late_orders = late_orders - 1",
        "primary_cause <> '(all)' and late_orders > 0",
    ),
    (
        "late_dispatch_segments",
        "dimensions_agree",
        "orders = orders + 1",
        "primary_cause = '(all)'",
    ),
    (
        "late_dispatch_segments",
        "late_at_most_orders",
        "orders = late_orders - 1",
        "primary_cause <> '(all)' and late_orders > 0",
    ),
    ("network_options", "known_words", "sites = 6", "plan = 'preset'"),
    ("network_options", "same_demand", "orders = orders + 1", "true"),
    (
        "network_options",
        "best_is_best",
        "share_within_2_days = 1",
        "plan = 'preset' and objective = 'share_within_2_days'",
    ),
    (
        "network_options",
        "best_is_best",
        "mean_transit_days = 0",
        "plan = 'preset' and objective = 'mean_transit_days'",
    ),
    (
        "network_options",
        "best_is_best",
        "cost_per_month = 0",
        "plan = 'preset' and objective = 'total_cost'",
    ),
    (
        "network_options",
        "more_sites_are_no_worse",
        "gain_of_this_site = -0.1",
        "name = 'best 2' and objective = 'mean_transit_days'",
    ),
    ("network_options", "one_recommendation", "is_recommended = true", "name = 'best 5'"),
    (
        "network_options",
        "one_recommendation",
        "is_materially_better = false",
        "is_recommended",
    ),
    ("network_sites", "sites_add_up", "orders_served = orders_served + 1", "true"),
    ("hero_skus", "shares_add_up", "revenue_share = revenue_share / 2", "revenue_share > 0"),
    ("hero_skus", "known_words", "hero_source = 'revenue'", "true"),
    ("hero_stock", "missing_or_scattered", "is_missing_hero = true", "is_hero and available > 0"),
    ("hero_stock", "missing_or_scattered", "is_missing_hero = true, available = 0", "not is_hero"),
    ("hero_stock", "missing_or_scattered", "is_hero = true", "is_scattered_long_tail"),
    ("hero_stock", "missing_or_scattered", "available = 0", "is_scattered_long_tail"),
    ("content_stock", "short_is_less_than_needed", "is_short = true", "available >= needed"),
    ("content_stock", "short_is_less_than_needed", "is_short = null", "available >= needed"),
    ("fbt_replenishment", "due_by_cover", "suggested_units = 1", "not is_due"),
    (
        "fbt_replenishment",
        "due_by_cover",
        "is_due = true, days_of_cover = lead_days + reserve_days + 1, average_daily_units = 1",
        "true",
    ),
    (
        "fbt_replenishment",
        "due_by_cover",
        "is_due = true, days_of_cover = 0, average_daily_units = 0",
        "true",
    ),
    (
        "prepositioning",
        "heroes_at_most_everything",
        "units_to_move = units_to_move + 100000",
        "scope = 'heroes'",
    ),
    ("prepositioning", "heroes_at_most_everything", "skus = 100", "scope = 'heroes'"),
    ("prepositioning", "heroes_at_most_everything", "inbound_cost = 1e9", "scope = 'heroes'"),
    ("prepositioning", "heroes_at_most_everything", "storage_share = 1.5", "scope = 'heroes'"),
    ("stock_totals", "places_add_up", "own_available = own_available + 1", "true"),
    *(
        row
        for table in ("dispatch_by_warehouse", "delivery_by_carrier")
        for row in (
            (
                table,
                "numerator_at_most_denominator",
                "numerator = denominator + 1",
                "true",
            ),
            (
                table,
                "adds_up_to_the_rate",
                "denominator = denominator + 1",
                "window_name = 'rolling_30d'",
            ),
        )
    ),
    ("fulfillment_daily", "numerator_at_most_denominator", "numerator = denominator + 1", "true"),
    (
        "tracking_defects",
        "adds_up_to_the_rate",
        "packages = packages + 1",
        "window_name = 'rolling_30d'",
    ),
    (
        "tracking_defects_by",
        "adds_up_to_the_rate",
        "packages = packages + 1",
        "window_name = 'rolling_30d'",
    ),
    (
        "product_cancellations",
        "numerator_at_most_denominator",
        "seller_fault_cancellations = orders + 1",
        "true",
    ),
    *MONEY,
    *WEEKS,
)
"""One row a change: table, expectation, what is set, and in which rows of the shop."""

_COUNTED_TWICE = ("adds_up_to_the_rate",)
KIN: dict[tuple[str, str], tuple[str, ...]] = {
    **WEEKS_KIN,
    # An order that is overdue is late, and has to have a cause.
    ("orders", "overdue_is_not_dispatched"): ("late_dispatch_causes.every_late_order",),
    # A value that is no rate is no value between two bounds either.
    **{(table, "rates_in_range"): ("bounds_hold_the_value",) for table in _RATES},
    # Units are both compared with each other and added up.
    ("return_rates", "numerator_at_most_denominator"): ("segments_add_up",),
    ("dispatch_by_warehouse", "numerator_at_most_denominator"): _COUNTED_TWICE,
    ("delivery_by_carrier", "numerator_at_most_denominator"): _COUNTED_TWICE,
    # All orders of the zones are the whole of every share, and of the demand by state.
    ("zone_coverage", "states_add_up"): (
        "shares_of_all_orders",
        "demand_by_state.orders_of_the_coverage",
    ),
    # The capacity counts the open orders by their bucket.
    ("open_orders", "overdue_has_no_time_left"): ("handling_capacity.counts_the_open_orders",),
    ("open_orders", "same_as_orders"): ("handling_capacity.counts_the_open_orders",),
    # The sites of a plan are held against its number of sites and of orders.
    ("network_options", "known_words"): ("network_sites.sites_add_up",),
    ("network_options", "same_demand"): ("network_sites.sites_add_up",),
    # What one order or segment leaves is a part of what the shop leaves.
    ("order_economics", "components_add_up"): ("unit_economics.shop_is_its_orders",),
    ("order_economics", "nothing_beyond_the_sale"): ("unit_economics.shop_is_its_orders",),
    ("unit_economics", "components_add_up"): (
        "same_totals_by_creator",
        "same_totals_by_seller_sku",
    ),
}


def by_hand() -> Iterator[Mutation]:
    """Every mutation of this list."""
    for table, name, change, where in UPDATES:
        relation = f"marts.{table}"
        yield Mutation(
            table,
            name,
            relation,
            (f"update {relation} set {change} where {one_row(relation, where)}",),
            kin=KIN.get((table, name), ()),
        )
    for table, name, relation, statement in OTHERS:
        yield Mutation(table, name, relation, (statement,), kin=KIN.get((table, name), ()))
