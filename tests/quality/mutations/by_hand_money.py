"""Mutations of the rules on costs, settlements, reviews and suppliers, one row each."""

from __future__ import annotations

_SETTLED = "state = 'tied'"
_ECONOMICS = ("order_economics", "unit_economics")

Row = tuple[str, str, str, str]
"""Table, expectation, what is set, in which row."""

MONEY: tuple[Row, ...] = (
    *(
        row
        for table in _ECONOMICS
        for row in (
            (
                table,
                "components_add_up",
                "contribution_before_returns = contribution_before_returns + 0.01",
                "contribution_before_returns is not null",
            ),
            (table, "components_add_up", "returns_cost = returns_cost + 0.01", "true"),
            (table, "components_add_up", "returns_outlay = returns_outlay - 0.01", "true"),
            (
                table,
                "components_add_up",
                "contribution_after_returns = null",
                "contribution_after_returns is not null",
            ),
            (table, "nothing_beyond_the_sale", "units_returned = units + 1", "true"),
        )
    ),
    *(
        (
            table,
            "nothing_beyond_the_sale",
            "sale_returned_amount = sales + platform_discount + units, contribution_after_returns ="
            " contribution_after_returns - sales - platform_discount - units "
            "+ sale_returned_amount",
            where,
        )
        for table, where in (("order_economics", "true"), ("unit_economics", "segment <> '(all)'"))
    ),
    (
        "unit_economics",
        "same_totals_by_seller_sku",
        "sales = sales + 1, contribution_before_returns = contribution_before_returns + 1, "
        "contribution_after_returns = contribution_after_returns + 1",
        "dimension = 'seller_sku'",
    ),
    (
        "unit_economics",
        "same_totals_by_creator",
        "sales = sales + 1, contribution_before_returns = contribution_before_returns + 1, "
        "contribution_after_returns = contribution_after_returns + 1",
        "dimension = 'creator'",
    ),
    (
        "unit_economics",
        "shop_is_its_orders",
        "orders = orders + 1",
        "dimension = 'shop' and window_name = 'rolling_90d'",
    ),
    ("return_costs", "components_add_up", "amount = amount + 0.01", "component = 'markdown'"),
    ("return_costs", "components_add_up", "amount = null", "component = 'markdown'"),
    ("return_grades", "units_add_up", "units_open = units_open + 1", "true"),
    (
        "return_grades",
        "units_add_up",
        "units_misrouted = units - units_open + 1",
        "window_name = 'rolling_30d'",
    ),
    ("return_grades", "known_words", "is_mapped = false", "route is not null"),
    (
        "return_grades",
        "known_words",
        "route = null, is_mapped = false",
        "units_misrouted > 0",
    ),
    ("misrouted_returns", "took_another_route", "actual_route = route", "true"),
    ("misrouted_returns", "same_units_as_by_grade", "units = units + 1", "true"),
    (
        "settlement_orders",
        "stated_amounts_add_up",
        "stated_other = coalesce(stated_other, 0) - 0.01",
        _SETTLED,
    ),
    ("settlement_orders", "differences_add_up", "expected_sales = expected_sales + 0.01", _SETTLED),
    (
        "settlement_orders",
        "tied_is_explained",
        "unexplained_amount = unexplained_amount + 5, expected_sales = expected_sales - 5",
        _SETTLED,
    ),
    (
        "settlement_orders",
        "unsettled_is_in_no_statement",
        "statements = 1",
        "state = 'not_settled_yet'",
    ),
    (
        "settlement_components",
        "components_add_up",
        "stated_amount = stated_amount + 0.01",
        "component = 'sales'",
    ),
    (
        "settlement_components",
        "components_add_up",
        "difference = difference + 0.01",
        "component = 'sales'",
    ),
    ("settlement_residuals", "every_unexplained_order", "orders = orders + 1", "true"),
    ("settlement_residuals", "every_unexplained_order", "amount = amount + 0.01", "true"),
    ("settlement_fee_checks", "difference_is_the_difference", "difference = 2", "true"),
    (
        "settlement_fee_checks",
        "difference_is_the_difference",
        "difference = 0, stated_amount = expected_amount",
        "true",
    ),
    (
        "returns_review",
        "value_is_the_ratio",
        "value = value / 2",
        "value > 0",
    ),
    (
        "returns_review",
        "value_is_the_ratio",
        "units_returned = units_ordered + 1, value = (units_ordered + 1) / units_ordered::double, "
        "excess_units = units_ordered + 1 - compared_with * units_ordered",
        "dimension = 'campaign'",
    ),
    ("returns_review", "places_in_order", "place = 10000", "place = 1"),
    ("returns_review", "places_in_order", "excess_cost = -1000000", "place = 1"),
    ("returns_review", "excess_is_the_difference", "excess_units = excess_units + 1", "true"),
    (
        "returns_review",
        "sure_bound_below_the_usual",
        "sure_lower_bound = lower_bound + 0.1",
        "true",
    ),
    ("margin_traps", "places_in_order", "place = 10", "place = 3"),
    ("margin_traps", "of_the_review", "units_returned = units_returned + 1", "place = 1"),
    (
        "margin_traps",
        "every_repeat_returner",
        f"segment = '{'0' * 32}'",
        "kind = 'repeat_returner'",
    ),
    ("repeat_returners", "counts_in_order", "orders = returns + 1", "true"),
    ("repeat_returners", "counts_in_order", "first_on = last_on + 1", "true"),
    ("category_control", "value_is_the_ratio", "value = value + 0.01", "value < 0.5"),
    (
        "category_control",
        "value_is_the_ratio",
        "units_returned = units_ordered + 1, value = (units_ordered + 1) / units_ordered::double",
        "units_ordered > 0 and not is_judged",
    ),
    ("category_control", "limits_around_the_centre", "lower_limit = centre + 0.01", "is_judged"),
    ("category_control", "limits_around_the_centre", "upper_limit = centre - 0.01", "is_judged"),
    ("category_control", "only_what_is_judged", "is_above_limit = true", "not is_out_of_control"),
    ("category_control", "only_what_is_judged", "is_out_of_control = true", "not is_judged"),
    ("category_control", "only_what_is_judged", "is_out_of_control = true", "is_judged"),
    ("scale_readiness", "sample_adds_up", "passed_units = passed_units + 1", "true"),
    ("supplier_scorecard", "costs_add_up", "total_cost = total_cost + 0.01", "total_cost > 0"),
    ("supplier_scorecard", "gates_in_order", "gates_passed = gates_judged + 1", "true"),
)
