"""Gate 2 on what returns cost and what orders leave: each of its rules, broken at one shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.quality import Gate, GateResult, gate2, run_gate
from flows.quality.cost_suites import COSTS
from tests.quality.builders import SHOPS, change

# Markdown is in what the goods are given back at. 27 from the buyer and 3 from the platform, less 9, 4.50, 2, 1.80 and 3, are 9.70. All of it is
# refunded, which gives 10 back again.
_SALE: dict[str, Any] = {
    "units": 1,
    "units_returned": 1,
    "sales": 27,
    "platform_discount": 3,
    "shipping_paid": 0,
    "unit_cost": 9,
    "outbound_shipping": 4.5,
    "pick_pack": 2,
    "referral_fee": 1.8,
    "affiliate_commission": 3,
    "contribution_before_returns": 9.7,
    "given_back": 10,
    "return_shipping": 5,
    "inspection": 3,
    "markdown": 1.5,
    "disposal": 0,
    "refund_admin_fee": 0.36,
    "commission_lost": 0,
    "returns_cost": 9.86,
    "returns_outlay": 8.36,
    "contribution_after_returns": -18.66,
}
_PARTS = ("return_shipping", "inspection", "markdown", "disposal", "refund_admin_fee")
ROWS: dict[str, list[dict[str, Any]]] = {
    "order_economics": [{"order_id": "1", "sale_returned_amount": 30, **_SALE}],
    "unit_economics": [
        {
            "window_name": window,
            "dimension": dimension,
            "segment": segment,
            "orders": 1,
            "sale_returned_amount": 30,
            **_SALE,
        }
        for window in ("rolling_30d", "rolling_90d")
        for dimension, segment in (("shop", "(all)"), ("seller_sku", "MUG"), ("creator", "ann"))
    ],
    "return_costs": [
        {
            "window_name": "rolling_30d",
            "component": component,
            "returns": 1,
            "units": 1,
            "amount": amount,
            "is_assumed": True,
        }
        for component, amount in (
            *((part, _SALE[part]) for part in _PARTS),
            ("commission_lost", 0),
            ("(all)", 9.86),
            ("refund", 30),
        )
    ],
    "return_grades": [
        {
            "window_name": "rolling_90d",
            "grade": grade,
            "route": route,
            "is_mapped": route is not None,
            "units": 3,
            "units_resold": 1,
            "units_refurbished": 0,
            "units_liquidated": 0,
            "units_disposed": 1,
            "units_open": 1,
            "units_misrouted": 1 if route else 0,
            "best_route": route,
            "lost_recovery": 5 if route else None,
        }
        for grade, route in (("A", "resell"), ("K7", None))
    ],
    "misrouted_returns": [
        {
            "rma_id": "r1",
            "seller_sku": "MUG",
            "route": "resell",
            "actual_route": "dispose",
            "units": 1,
            "lost_recovery": 5,
        }
    ],
}


@pytest.fixture
def marts_with_rows(marts: Path) -> Path:
    def literal(value: Any) -> str:
        return "null" if value is None else repr(value)

    return change(
        marts,
        *(
            f"insert into marts.{table} (shop_id, {', '.join(row)}) "
            f"values ('{shop}', {', '.join(literal(value) for value in row.values())})"
            for table, rows in ROWS.items()
            for shop in SHOPS
            for row in rows
        ),
    )


def judge(database: Path) -> GateResult:
    gate = gate2()
    suites = tuple(suite for suite in gate.suites if suite.table in COSTS)
    return run_gate(database, Gate(gate.name, gate.schema, suites), SHOPS)


def test_costs_in_order_pass(marts_with_rows: Path) -> None:
    result = judge(marts_with_rows)
    assert [f"{r.table}.{r.name}: {r.observed}" for r in result.failures()] == []


@pytest.mark.parametrize("table", ["order_economics", "unit_economics"])
def test_unknown_amounts_make_unknown_sums_and_pass(marts_with_rows: Path, table: str) -> None:
    unknown = (
        "set pick_pack = null, contribution_before_returns = null, "
        "contribution_after_returns = null"
    )
    change(
        marts_with_rows,
        f"update marts.order_economics {unknown}",
        f"update marts.unit_economics {unknown}",
    )
    assert not judge(marts_with_rows).failures()
    # An unknown part must not be left out of a sum.
    change(marts_with_rows, f"update marts.{table} set contribution_before_returns = 11.70")
    assert {(r.table, r.name) for r in judge(marts_with_rows).failures()} >= {
        (table, "components_add_up")
    }


@pytest.mark.parametrize(
    ("table", "name", "statement"),
    [
        ("order_economics", "components_add_up", "set inspection = 4"),
        ("order_economics", "components_add_up", "set contribution_after_returns = 0"),
        ("order_economics", "components_add_up", "set returns_outlay = 9.86"),
        ("order_economics", "nothing_beyond_the_sale", "set units_returned = 2"),
        ("unit_economics", "components_add_up", "set unit_cost = 8"),
        ("unit_economics", "nothing_beyond_the_sale", "set sale_returned_amount = 31"),
        ("unit_economics", "same_totals_by_seller_sku", "set sales = sales + 1"),
        ("unit_economics", "shop_is_its_orders", "set orders = 2"),
        ("return_costs", "components_add_up", "set amount = amount + 1"),
        ("return_costs", "nothing_negative", "set units = -1"),
        ("return_grades", "units_add_up", "set units_open = 2"),
        ("return_grades", "known_words", "set route = 'give away'"),
        ("return_grades", "known_words", "set is_mapped = false"),
        ("misrouted_returns", "took_another_route", "set actual_route = 'resell'"),
        ("misrouted_returns", "same_units_as_by_grade", "set units = 2"),
    ],
)
def test_what_breaks_a_rule_is_blocked_at_its_shop(
    marts_with_rows: Path, table: str, name: str, statement: str
) -> None:
    alone = " and dimension = 'seller_sku'" if name.startswith("same_totals") else ""
    change(marts_with_rows, f"update marts.{table} {statement} where shop_id = 'south'{alone}")
    result = judge(marts_with_rows)
    assert result.blocked_shops == ("south",)
    assert (table, name) in {(r.table, r.name) for r in result.failures()}
