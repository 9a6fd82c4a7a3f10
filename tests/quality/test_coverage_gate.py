"""Gate 2 on zones, transit, demand and routes: each of its rules, broken at one shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.quality import Gate, GateResult, gate2, run_gate
from flows.quality.coverage_suites import COVERAGE
from tests.quality.builders import SHOPS, change, good_marts, shop_rows

# By mart: the columns that its rules look at, and rows that are in order.
_ROWS = {
    "shipping_zones": (
        "warehouse_id, destination_zip3, zone, computed_zone, zone_source",
        "('NJ', '900', 8, 8, 'computed'), ('NJ', '902', 7, 8, 'official_chart')",
    ),
    "demand_by_state": (
        "ship_to_state, orders, share, cumulative_share",
        "('CA', 6, 0.6, 0.6), ('TX', 4, 0.4, 1.0)",
    ),
    "demand_concentration": ("states, states_60, states_70, herfindahl", "(2, 1, 2, 0.52)"),
    "zone_coverage": (
        "as_of_on, origin_set, ship_to_state, orders",
        "(date '2026-04-29', '(active)', '(all)', 99), "
        "(date '2026-04-30', '(active)', '(all)', 10)",
    ),
    "transit_times": (
        "warehouse_id, destination_zip3, service, median_days, p90_days, observations, level",
        "('NJ', '900', '(any)', 5, 6, 30, 'zip3'), ('NJ', '902', '(any)', 5, null, 0, 'rule')",
    ),
    "route_packages": ("package_key", "('a'), ('b')"),
    "route_performance": (
        "carrier, service, warehouse_id, ship_to_state, weight_band, packages, on_time_rate, "
        "valid_tracking_rate, refund_rate, ticket_rate, mean_ship_cost, expected_cost",
        "('UPS', 'Ground', 'NJ', 'CA', '0-0.5 kg', 2, 0.5, 1.0, 0.0, 0.0, 5.00, 6.00)",
    ),
    "route_choices": (
        "warehouse_id, ship_to_state, weight_band, actual_expected_cost, best_expected_cost, "
        "saving, state",
        "('NJ', 'CA', '0-0.5 kg', 6.00, 6.00, 0.00, 'best_in_use'), "
        "('NJ', 'TX', '0-0.5 kg', 6.00, 5.00, 1.00, 'dearer'), "
        "('NJ', 'NY', '0-0.5 kg', 6.00, null, null, 'not_judged')",
    ),
    "route_deviations": (
        "warehouse_id, ship_to_state, packages, deviating, deviation_rate, mostly_packages",
        "('NJ', 'CA', 4, 1, 0.25, 1)",
    ),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse whose marts of coverage have rows that are in order."""
    path = good_marts(tmp_path_factory.mktemp("coverage_gate") / "good.duckdb")
    rows = [
        f"insert into marts.{table} by name select shop_id, {columns} "
        f"from {shop_rows(SHOPS)}, (values {values}) as v ({columns})"
        for table, (columns, values) in _ROWS.items()
    ]
    return change(path, "delete from marts.zone_coverage", *rows)


def _judge(path: Path) -> GateResult:
    gate = gate2()
    suites = tuple(suite for suite in gate.suites if suite.table in COVERAGE)
    return run_gate(path, Gate(gate.name, gate.schema, suites), SHOPS)


def test_marts_in_order_pass(good: Path) -> None:
    result = _judge(good)
    assert [f"{r.table}.{r.name}: {r.observed}" for r in result.failures()] == []


BROKEN = [
    ("shipping_zones", "known_zones", "set zone = 10", "zone_source = 'official_chart'"),
    ("shipping_zones", "known_zones", "set zone = 7", "zone_source = 'computed'"),
    ("demand_by_state", "rates_in_range", "set cumulative_share = 1.1", "true"),
    ("demand_by_state", "shares_sum_to_one", "set share = 0.5", "ship_to_state = 'CA'"),
    ("demand_by_state", "orders_of_the_coverage", "set orders = 7", "ship_to_state = 'CA'"),
    ("demand_concentration", "fewest_states", "set states_60 = 3", "true"),
    ("transit_times", "known_levels", "set observations = 29", "level = 'zip3'"),
    ("transit_times", "known_levels", "set p90_days = 4", "level = 'zip3'"),
    ("transit_times", "known_levels", "set observations = 1", "level = 'rule'"),
    ("route_performance", "rates_in_range", "set ticket_rate = 1.5", "true"),
    ("route_performance", "every_package_once", "set packages = 3", "true"),
    ("route_performance", "costs_at_least_its_postage", "set expected_cost = 4.99", "true"),
    ("route_choices", "the_saving_is_the_difference", "set saving = 2", "state = 'dearer'"),
    ("route_choices", "the_saving_is_the_difference", "set state = 'best_in_use'", "saving = 1"),
    ("route_deviations", "deviating_at_most_all", "set deviating = 5", "true"),
    ("route_deviations", "deviating_at_most_all", "set deviation_rate = 0.5", "true"),
]


@pytest.mark.parametrize(("table", "name", "statement", "where"), BROKEN)
def test_what_is_broken_is_held_back_at_its_shop(
    good: Path, tmp_path: Path, table: str, name: str, statement: str, where: str
) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(good.read_bytes())
    change(broken, f"update marts.{table} {statement} where shop_id = 'south' and ({where})")
    result = _judge(broken)
    assert result.blocked_shops == ("south",)
    assert (table, name) in {(r.table, r.name) for r in result.failures()}
