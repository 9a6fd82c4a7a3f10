"""A warehouse in order, a day's context, and ways to change both."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.alerts import AlertContext
from flows.quality import ExpectationResult, GateResult, ShopFinding
from flows.report.context import Shop
from tests.quality.builders import AS_OF, change, good_marts

SHOP = Shop("north", "Demo Shop", "US", "America/Los_Angeles", "USD", True)
OTHER = Shop("south", "Other Shop", "US", "America/New_York", "USD", True)

ContextMaker = Callable[..., AlertContext]


# Marts that a warehouse of an older release lacks; the tests that need one make it.
AHEAD = ("account_health_daily", "account_health_waterfall", "compound_risk", "open_orders")


@pytest.fixture(scope="session")
def _good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = good_marts(tmp_path_factory.mktemp("alerts") / "good_marts.duckdb")
    return change(
        made,
        *(f"drop table marts.{mart}" for mart in AHEAD),
        "alter table marts.kpi_daily drop column is_evaluated",
        "alter table marts.orders add column dispatched_on date",
        "alter table marts.orders add column dispatch_due_on date",
        "alter table marts.orders add column deliver_by_on date",
    )


@pytest.fixture
def warehouse(_good: Path, tmp_path: Path) -> Path:
    """A warehouse in which no rule fires, to be changed."""
    return Path(shutil.copy(_good, tmp_path / "greenzone.duckdb"))


@pytest.fixture
def context() -> ContextMaker:
    """Makes the context of a day; keyword arguments replace what is in order."""

    def make(**changes: Any) -> AlertContext:
        known: dict[str, Any] = {
            "run_id": "20261124T090000Z-1",
            "as_of_on": AS_OF,
            "shops": (SHOP,),
            "report_folder": f"reports/daily/{AS_OF}",
        }
        return AlertContext(**(known | changes))

    return make


RULE: dict[str, Any] = {
    "name": "x",
    "about": "x",
    "title": "{count}",
    "mart": "orders",
    "where": "is_overdue_open",
    "says": "x",
    "severity": "check",
    "owner": "x",
    "act": "x",
}
"""The least that a rule is made of."""


def failure(shop: str = "north", **changes: Any) -> ExpectationResult:
    """An expectation that failed at a shop."""
    finding = ShopFinding(
        shop,
        changes.pop("observed", "12 rows of 1,200"),
        12.0,
        changes.pop("examples", ("576460000000000001",)),
        changes.pop("files", ("orders.csv",)),
    )
    known: dict[str, Any] = {
        "gate": "gate 1",
        "name": "order_id_present",
        "table": "seller_center__orders",
        "column": "order_id",
        "severity": "critical",
        "topic": "contract",
        "description": "order_id is never empty",
        "passed": False,
        "observed": "",
        "findings": (finding,),
    }
    return ExpectationResult(**(known | changes))


def gate(*results: ExpectationResult) -> GateResult:
    """A gate that found these."""
    return GateResult("gate 1", ("north", "south"), results)
