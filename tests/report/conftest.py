"""Reports rendered once from hand-made marts, for all tests of the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from flows.report.context import ReportContext, Shop
from flows.report.daily import render_daily
from flows.report.weekly import render_weekly
from tests.report.marts_fixture import DAY, HOSTILE, add_shop, create, run
from tests.report.rules_fixture import add_rules, create_rules
from tests.report.subjects_fixture import add_subjects
from tests.report.weekly_fixture import EARLIER

SUNDAY = date(2026, 11, 22)
DEMO = Shop("demo", "Demo Shop", "US", "America/Los_Angeles", "USD", True)
EAST = Shop("east", "East <b>Shop</b>", "US", "America/New_York", "USD", False)
VOID = Shop("void", "Void", "VN", "Asia/Ho_Chi_Minh", "VND", True)
GATES = (
    {
        "shop_id": "demo",
        "gate": "gate 1",
        "expectation": "order_id is never null",
        "severity": "critical",
        "passed": True,
        "observed": "",
    },
    {
        "shop_id": "demo",
        "gate": "gate 2",
        "expectation": "orders a day lie within the trailing weeks",
        "severity": "warning",
        "passed": False,
        "observed": f"1,306 {HOSTILE}",
    },
)


@dataclass(frozen=True)
class Rendered:
    """A report on disk and the warehouse it came from."""

    warehouse: Path
    folder: Path
    context: ReportContext
    written: tuple[Path, ...]

    def html(self, name: str = "index.html") -> str:
        """One page."""
        return (self.folder / name).read_text(encoding="utf-8")


def context(*shops: Shop, day: date = DAY, has_order_lists: bool = True) -> ReportContext:
    """A context as a run would give it."""
    return ReportContext(
        "20261124T081500Z-3f9a1c",
        day,
        shops,
        GATES,
        "Tue Nov 24, 2026, 08:15 UTC",
        has_order_lists=has_order_lists,
    )


def daily(folder: Path, warehouse: Path, told: ReportContext) -> Rendered:
    """Render a daily report into ``folder``."""
    written = render_daily(warehouse, folder, told)
    return Rendered(warehouse, folder, told, tuple(written))


def weekly(folder: Path, warehouse: Path, told: ReportContext) -> Rendered:
    """Render a weekly review into ``folder``."""
    written = render_weekly(warehouse, folder, told)
    return Rendered(warehouse, folder, told, tuple(written))


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shops with orders, of which rule book and subjects know one."""
    path = tmp_path_factory.mktemp("marts") / "greenzone.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo")
        add_shop(connection, "east", overdue=0, tomorrow=1, later=0)
        create_rules(connection)
        add_rules(connection, "demo")
        add_subjects(connection, "demo")
    return path


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The daily report of a warehouse that was published before the rule book."""
    folder = tmp_path_factory.mktemp("older")
    path = folder / "greenzone.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo")
    return daily(folder / "out", path, context(DEMO))


@pytest.fixture(scope="session")
def demo(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The daily report of one shop."""
    return daily(tmp_path_factory.mktemp("demo"), warehouse, context(DEMO))


@pytest.fixture(scope="session")
def several(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The daily report of three shops, one undeclared, one without any data."""
    return daily(tmp_path_factory.mktemp("several"), warehouse, context(EAST, VOID, DEMO))


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """A weekly review."""
    folder = tmp_path_factory.mktemp("week")
    path = folder / "greenzone.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", day=SUNDAY)
        add_subjects(connection, "demo", day=SUNDAY)
        run(connection, EARLIER, shop="demo", day=SUNDAY)
    return weekly(folder / "out", path, context(DEMO, day=SUNDAY))
