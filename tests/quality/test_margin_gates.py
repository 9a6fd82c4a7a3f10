"""Gate 2 on the marts of traps, reviews, buyers and suppliers: what breaks a rule is blocked."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.quality import Gate, GateResult, gate2, run_gate
from flows.quality.margin_suites import MARGINS
from tests.quality.builders import SHOPS, change, shop_rows

_HASHES = "values ('0123456789abcdef0123456789abcdef')"
_ROWS = {
    "returns_review": "select shop_id, 'seller_sku', 'MUG', 100, 20, 0.2, 0.13, 0.05, 0.12, 15.0, "
    "90.00, 1 from {shops} union all "
    "select shop_id, 'creator', 'ann', 50, 5, 0.1, 0.04, 0.06, 0.03, 2.0, 12.00, 2 from {shops}",
    "margin_traps": "select shop_id, 'sku_margin_trap', 'MUG', 100, 20, 0.2, 0.05, 0.13, 15.0, "
    "90.00, 'USD', 1, true from {shops} union all "
    "select shop_id, 'repeat_returner', h, null, 4, null, null, null, 4.0, 24.00, 'USD', 2, true "
    f"from {{shops}}, ({_HASHES}) as b (h)",
    "repeat_returners": "select shop_id, h, 3, 4, 4, 80.00, date '2026-03-01', date '2026-04-01' "
    f"from {{shops}}, ({_HASHES}) as b (h)",
    "category_control": "select shop_id, 'Mugs', date '2026-03-02', 100, 20, 0.2, 0.05, 0.12, 0.0, "
    "true, true, true from {shops}",
    "scale_readiness": "select shop_id, 'MUG', 100, 3, 1, 2, 94, 0.94, 0.87 from {shops}",
    "supplier_scorecard": "select shop_id, 'Mills', 0.01, 1.0, 0.97, 0.04, 4, 5, 300.00, 40.00, "
    "null, 4.00, 5.00, 349.00 from {shops}",
}
SOUTH = "where shop_id = 'south'"


@pytest.fixture
def marts_with_rows(marts: Path) -> Path:
    return change(
        marts,
        *(
            f"insert into marts.{table} {rows.format(shops=shop_rows(SHOPS))}"
            for table, rows in _ROWS.items()
        ),
    )


def judge(database: Path, table: str) -> GateResult:
    gate = gate2()
    suites = tuple(suite for suite in gate.suites if suite.table == table)
    return run_gate(database, Gate(gate.name, gate.schema, suites), SHOPS)


@pytest.mark.parametrize("table", sorted(MARGINS))
def test_rows_in_order_pass(marts_with_rows: Path, table: str) -> None:
    result = judge(marts_with_rows, table)
    assert [f"{r.table}.{r.name}: {r.observed}" for r in result.failures()] == []


@pytest.mark.parametrize(
    ("table", "name", "statement"),
    [
        ("returns_review", "value_is_the_ratio", "set value = 0.3"),
        ("returns_review", "places_in_order", "set place = place + 1"),
        ("returns_review", "places_in_order", "set excess_cost = -excess_cost"),
        ("returns_review", "excess_is_the_difference", "set excess_units = 20"),
        ("returns_review", "sure_bound_below_the_usual", "set sure_lower_bound = 0.5"),
        ("margin_traps", "places_in_order", "set place = 7"),
        ("margin_traps", "known_words", "set kind = 'trap'"),
        ("margin_traps", "rates_in_range", "set compared_with = 1.2"),
        ("margin_traps", "of_the_review", "set units_returned = 19"),
        ("margin_traps", "every_repeat_returner", "set segment = 'somebody'"),
        ("repeat_returners", "hashes_alone", "set buyer_hash = 'jane.doe'"),
        ("repeat_returners", "counts_in_order", "set returns = 2"),
        ("repeat_returners", "counts_in_order", "set last_on = date '2026-01-01'"),
        ("category_control", "value_is_the_ratio", "set units_returned = 101"),
        ("category_control", "limits_around_the_centre", "set upper_limit = 0.01"),
        ("category_control", "only_what_is_judged", "set is_judged = false"),
        ("category_control", "only_what_is_judged", "set value = 0.1, units_returned = 10"),
        ("scale_readiness", "sample_adds_up", "set passed_units = 95"),
        ("scale_readiness", "rates_in_range", "set pass_rate = 1.1"),
        ("supplier_scorecard", "rates_in_range", "set refund_rate = -0.1"),
        ("supplier_scorecard", "costs_add_up", "set total_cost = 348.99"),
        ("supplier_scorecard", "gates_in_order", "set gates_passed = 6"),
    ],
)
def test_what_breaks_a_rule_blocks_its_shop_alone(
    marts_with_rows: Path, table: str, name: str, statement: str
) -> None:
    change(marts_with_rows, f"update marts.{table} {statement} {SOUTH}")
    result = judge(marts_with_rows, table)
    assert name in {r.name for r in result.failures()}
    assert result.blocked_shops == ("south",)
