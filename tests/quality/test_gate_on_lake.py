"""Gate 1: its suites come from the contracts, and each of them finds what it is for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.contracts import Contract, QualityRule, contract, load_contracts
from flows.quality import Expectation, Gate, GateResult, gate1, run_gate
from tests.quality.builders import SHOPS, change

SOUTH = "where shop_id = 'south'"
ORDERS = "lake.seller_center__orders"


def judge(database: Path, *tables: str, contracts: list[Contract] | None = None) -> GateResult:
    """Run gate 1, on some of its tables if any are named."""
    gate = gate1(contracts)
    suites = tuple(suite for suite in gate.suites if not tables or suite.table in tables)
    return run_gate(database, Gate(gate.name, gate.schema, suites), SHOPS)


def expectations() -> list[Expectation]:
    """Every expectation of gate 1 that looks at one column."""
    return [item for suite in gate1().suites for item in suite.expectations if item.column]


def test_a_lake_in_order_passes_every_expectation(lake: Path) -> None:
    result = run_gate(lake, gate1(), SHOPS)

    assert [f"{r.table}.{r.name}: {r.observed}" for r in result.failures()] == []
    assert {r.table for r in result.results} == {
        *(item.table for item in load_contracts()),
        "inputs.files",
    }


def test_every_required_column_and_limit_of_every_contract_is_asked_for() -> None:
    asked = {(item.table, item.name) for item in expectations()}
    for feed in load_contracts():
        for column in feed.columns:
            if not column.nullable:
                assert (feed.table, f"{column.name}_present") in asked
            if column.minimum is not None or column.maximum is not None:
                assert (feed.table, f"{column.name}_in_range") in asked
        for rule in feed.quality_rules:
            names = {item.name for suite in gate1().suites for item in suite.expectations}
            assert rule.name in names


@pytest.mark.parametrize("feed", load_contracts(), ids=lambda feed: feed.feed)
def test_an_empty_key_and_a_column_of_another_type_block(lake: Path, feed: Contract) -> None:
    key = feed.keys[0]
    change(lake, f"update lake.{feed.table} set {key} = null {SOUTH}")
    assert judge(lake, feed.table).blocked_shops == ("south",)

    change(lake, f"alter table lake.{feed.table} rename column row_number to line")
    result = judge(lake, feed.table)
    assert result.blocked_shops == SHOPS
    [schema] = [r for r in result.failures() if r.name == "schema"]
    assert schema.findings[0].examples == ("row_number",)


CRITICAL = [
    ("seller_center__orders", "order_id_present", f"update {ORDERS} set order_id = null {SOUTH}"),
    (
        "seller_center__orders",
        "created_at_in_range",
        f"update {ORDERS} set created_at = timestamp '2020-12-31 23:59:59' {SOUTH}",
    ),
    ("seller_center__orders", "quantity_in_range", f"update {ORDERS} set quantity = 0 {SOUTH}"),
    ("seller_center__orders", "order_feed_is_there", f"delete from {ORDERS} {SOUTH}"),
    (
        "carriers__tracking_events",
        "event_code_vocabulary",
        f"update lake.carriers__tracking_events set event_code = 'thrown' {SOUTH}",
    ),
    (
        "inputs.files",
        "nothing_lost",
        f"update inputs.files set rows_read = 6 {SOUTH} and feed = 'seller_center/orders'",
    ),
]


@pytest.mark.parametrize(
    ("table", "name", "statement"), CRITICAL, ids=[f"{case[0]}-{case[1]}" for case in CRITICAL]
)
def test_what_breaks_a_critical_rule_alone_blocks_its_shop_alone(
    lake: Path, table: str, name: str, statement: str
) -> None:
    result = judge(change(lake, statement), table)

    assert [r.name for r in result.failures()] == [name]
    assert result.blocked_shops == ("south",)


WARNINGS = [
    (
        "seller_center__orders",
        "order_status_known",
        f"update {ORDERS} set order_status = 'lost in space' {SOUTH}",
        "5 rows of 5",
    ),
    (
        "seller_center__orders",
        "seller_sku_missing",
        f"update {ORDERS} set seller_sku = null {SOUTH}",
        "5 of 5 rows",
    ),
    (
        "seller_center__orders",
        "fresh",
        "update inputs.files set newest_at = timestamp '2026-11-15 08:00:00' "
        f"{SOUTH} and feed = 'seller_center/orders'",
        "newest content is of 2026-11-15 08:00 UTC, 216 h before the end of 2026-11-23",
    ),
    (
        "inputs.files",
        "files_refused",
        "insert into inputs.files by name select 'south' as shop_id, 'odd.bin' as file, "
        "'refused' as status, 0 as rows_read, true as is_present",
        f"1 file of {len(load_contracts()) + 1}",
    ),
    (
        "inputs.files",
        "rows_refused",
        "update inputs.files set rows_accepted = 3, rows_quarantined = 2 "
        f"{SOUTH} and feed = 'seller_center/orders'",
        "2 of 5 rows",
    ),
]


@pytest.mark.parametrize(
    ("table", "name", "statement", "observed"),
    WARNINGS,
    ids=[f"{case[0]}-{case[1]}" for case in WARNINGS],
)
def test_a_warning_is_shown_and_blocks_nobody(
    lake: Path, table: str, name: str, statement: str, observed: str
) -> None:
    result = judge(change(lake, statement), table)

    [failure] = result.failures()
    assert (failure.name, failure.severity, failure.failing_shops) == (name, "warning", ("south",))
    assert failure.findings[0].observed == observed
    assert result.blocked_shops == ()


def test_a_refused_file_that_is_gone_from_landing_is_no_warning(lake: Path) -> None:
    change(
        lake,
        "insert into inputs.files by name select 'south' as shop_id, 'odd.bin' as file, "
        "'refused' as status, 0 as rows_read, false as is_present",
    )
    assert judge(lake, "inputs.files").failures() == ()


def test_a_feed_that_a_shop_never_gave_is_not_stale(lake: Path) -> None:
    change(lake, f"delete from inputs.files {SOUTH} and feed = 'carriers/tracking_events'")
    assert judge(lake, "carriers__tracking_events").failures() == ()


def test_freshness_looks_at_the_as_of_day_and_never_at_the_clock(lake: Path) -> None:
    change(
        lake,
        "update inputs.as_of set as_of_on = date '2022-03-01', ends_at = timestamp '2022-03-02'",
        "update inputs.files set newest_at = timestamp '2022-03-01 12:00:00'",
    )
    assert [r for r in judge(lake).failures() if r.topic == "freshness"] == []


def test_two_declarations_that_disagree_are_both_named(lake: Path) -> None:
    change(
        lake,
        "insert into lake.reference__skus select * replace (left(sha256('second'), 16) as "
        f"source_id, 'Other' as title) from lake.reference__skus {SOUTH} limit 2",
        "insert into inputs.files by name select 'south' as shop_id, 'skus (1).csv' as file, "
        "'second' as sha256, 'loaded' as status, 'reference/skus' as feed, 2 as rows_read, "
        "2 as rows_accepted",
    )
    result = judge(lake, "reference__skus")

    [failure] = result.failures()
    assert failure.topic == "declarations"
    found = failure.finding("south")
    assert found is not None
    assert found.observed == "2 keys with rows that disagree"
    assert found.files == ("reference__skus.csv", "skus (1).csv")
    assert len(found.examples) == 2


def test_declarations_that_only_repeat_each_other_are_right(lake: Path) -> None:
    change(
        lake,
        "insert into lake.reference__skus select * replace ('other' as source_id) "
        f"from lake.reference__skus {SOUTH}",
    )
    assert judge(lake, "reference__skus").failures() == ()


def rule(**fields: Any) -> QualityRule:
    """A quality rule on the weight of an order line."""
    base: dict[str, Any] = {
        "name": "weight",
        "metric": "nullValues",
        "operator": "mustBe",
        "value": 0,
        "unit": "rows",
        "severity": "critical",
        "column": "weight_kg",
        "arguments": {},
        "description": "weight",
    }
    return QualityRule(**(base | fields))


@pytest.mark.parametrize(
    ("quality_rule", "statement", "is_blocked"),
    [
        (rule(), f"update {ORDERS} set weight_kg = null {SOUTH} and row_number = 2", True),
        (
            rule(operator="mustBeLessOrEqualTo", value=20, unit="percent"),
            f"update {ORDERS} set weight_kg = null {SOUTH} and row_number = 2",
            False,
        ),
        (
            rule(operator="mustBeLessThan", value=20, unit="percent"),
            f"update {ORDERS} set weight_kg = null {SOUTH} and row_number = 2",
            True,
        ),
        (
            rule(
                metric="missingValues", column="product_name", arguments={"missingValues": ["n/a"]}
            ),
            f"update {ORDERS} set product_name = 'n/a' {SOUTH}",
            True,
        ),
        (
            rule(metric="invalidValues", column="country", arguments={"pattern": "^[a-z]+$"}),
            f"update {ORDERS} set country = 'U:S' {SOUTH}",
            True,
        ),
        (
            rule(
                metric="invalidValues", column="country", arguments={"validValues": ["text", "a'b"]}
            ),
            f"update {ORDERS} set country = 'a''b' {SOUTH}",
            False,
        ),
        (
            rule(metric="rowCount", column=None, operator="mustBeBetween", value=(3, 9)),
            f"delete from {ORDERS} {SOUTH} and row_number > 3",
            True,
        ),
        (
            rule(metric="rowCount", column=None, operator="mustBeGreaterThan", value=1),
            f"delete from {ORDERS} {SOUTH} and row_number > 3",
            False,
        ),
    ],
)
def test_a_quality_rule_of_a_contract_is_asked_as_it_says(
    lake: Path, quality_rule: QualityRule, statement: str, is_blocked: bool
) -> None:
    changed = replace(contract("seller_center/orders"), quality_rules=(quality_rule,))
    change(lake, statement)
    result = judge(lake, "seller_center__orders", contracts=[changed])

    assert result.blocked_shops == (("south",) if is_blocked else ())
    assert not any(item.is_errored for item in result.results)


def test_a_rule_that_a_gate_cannot_ask_is_refused() -> None:
    feed = contract("seller_center/orders")
    for unknown in (rule(metric="medianValue"), rule(metric="duplicateValues", value=3)):
        with pytest.raises(ValueError, match="seller_center/orders: rule weight"):
            gate1([replace(feed, quality_rules=(unknown,))])
