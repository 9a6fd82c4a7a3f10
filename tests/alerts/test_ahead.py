"""Alerts on what is coming: orders likely late, rates that worsen together, the account's zone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flows.alerts import build_alerts
from tests.alerts.conftest import ContextMaker
from tests.alerts.test_alerts import WEEK, rate, texts
from tests.alerts.test_messages import HOSTILE, inert, valid
from tests.quality.builders import AS_OF, change

DAY_BEFORE = AS_OF - timedelta(1)


def open_orders(warehouse: Path, *rows: tuple[str, str, float | None, int | None, str]) -> None:
    """Add open orders: id, bucket, chance of being late, past orders behind it, what they need."""
    change(
        warehouse,
        "create table marts.open_orders (shop_id text, order_id text, dispatch_due_at timestamp, "
        "bucket text, late_chance double, late_chance_orders bigint, waiting_for text, "
        "warehouse text, carrier text)",
    )
    for order, bucket, chance, orders, waits in rows:
        change(
            warehouse,
            f"insert into marts.open_orders values ('north', '{order}', "
            f"timestamp '2026-11-25 07:59:59.999', '{bucket}', {chance or 'null'}, "
            f"{orders or 'null'}, '{waits}', 'NJ-1', 'UPS')",
        )


def test_orders_due_next_and_likely_late(warehouse: Path, context: ContextMaker) -> None:
    open_orders(
        warehouse,
        ("1001", "tomorrow", 0.5, 20, "picking"),
        ("1002", "tomorrow", 0.9, 300, "picking"),
        ("1003", "T-4", 0.51, 21, "label"),
        ("1004", "tomorrow", 0.49, 300, "picking"),
        ("1005", "tomorrow", 0.9, 19, "picking"),
        ("1006", "tomorrow", None, None, "unknown"),
        ("1007", "later", 0.99, 300, "picking"),
        ("1008", "overdue", 1, 300, "picking"),
    )
    [alert] = build_alerts(warehouse, context())

    assert alert.file_name == "due_soon.north.json"
    assert texts(alert) == [
        "Act today: 3 orders likely late, Demo Shop",
        "3 of 6 orders due by Tue Nov 24, 23:59 PT are likely to be late: of past orders at the "
        "same stage at least 50% were.",
        "They wait for picking (2) and label (1).",
        "`1001` due Tue Nov 24, NJ-1, UPS\n`1002` due Tue Nov 24, NJ-1, UPS\n"
        "`1003` due Tue Nov 24, NJ-1, UPS",
        "Do now: move the orders in the list to the front, and ask for their first scan at pickup.",
        "Owner: warehouse lead. List: `reports/daily/2026-11-23/due_tomorrow.csv`. "
        "Report: `reports/daily/2026-11-23/index.html#ship-first`. "
        "Runbook: `docs/runbooks/alerts.md#due-soon`.",
    ]
    assert build_alerts(warehouse, context(as_of_on=DAY_BEFORE)) == []


def test_one_order_likely_late(warehouse: Path, context: ContextMaker) -> None:
    open_orders(warehouse, ("1001", "tomorrow", 0.7, 40, "stock"))
    [alert] = build_alerts(warehouse, context())

    assert texts(alert)[:3] == [
        "Act today: 1 order likely late, Demo Shop",
        "1 of 1 order due by Tue Nov 24, 23:59 PT is likely to be late: of past orders at the "
        "same stage at least 50% were.",
        "It waits for stock (1).",
    ]


def compound(warehouse: Path, *days: tuple[str, bool]) -> None:
    """Add the mart of rates that worsen together: metrics and verdict, the newest day first."""
    change(
        warehouse,
        "create table marts.compound_risk (shop_id text, as_of_on date, metrics text, "
        "is_compound_risk boolean, worsening_rates bigint)",
    )
    for place, (metrics, found) in enumerate(days):
        change(
            warehouse,
            f"insert into marts.compound_risk values ('north', date '{AS_OF}' - {place}, "
            f"'{metrics}', {found}, {metrics.count(',') + 1})",
        )


def test_rates_that_worsen_together(warehouse: Path, context: ContextMaker) -> None:
    both = "late_dispatch_rate, valid_tracking_rate"
    compound(warehouse, (both, True), (both, True), ("late_dispatch_rate", False), (both, True))
    [alert] = build_alerts(warehouse, context())

    assert alert.file_name == "compound_risk.north.json"
    assert texts(alert)[:4] == [
        "Act today: 2 rates getting worse together, Demo Shop",
        "Two rates got worse within 48 hours: late dispatch and valid tracking.",
        "Since Sun Nov 22, day 2.",
        "Late dispatch is 2.0% (2 of 100), on target (4.0% at most), with room for 2 more late "
        "orders.\nValid tracking is 97.0% (97 of 100), on target (95.0% at least), with room for 2 "
        "more invalid packages.",
    ]


def test_one_rate_that_worsens_is_no_compound_risk(warehouse: Path, context: ContextMaker) -> None:
    compound(warehouse, ("late_dispatch_rate", False))
    assert build_alerts(warehouse, context()) == []


def health(warehouse: Path, zone: str, before: str, reason: str = "Late dispatch") -> None:
    """Add account health of the day, and one violation."""
    foreign = reason.replace("\x00", "").replace("'", "''")
    change(
        warehouse,
        "create table marts.account_health_daily as select 'north' as shop_id, "
        f"date '{AS_OF}' as as_of_on, 187 as score, '{zone}' as zone, '{before}' as zone_48h_ago, "
        f"{zone != before} as is_zone_changed, 150 as next_milestone, "
        "37 as points_to_next_milestone, false as is_near_milestone, 26 as days_to_recover, "
        "'score' as points_kind",
        "create table marts.account_health_waterfall as select 'north' as shop_id, "
        f"date '{AS_OF}' as as_of_on, 'violation' as kind, '{foreign}' as reason, "
        "-20 as points, 2 as events",
    )


def test_a_zone_that_fell(warehouse: Path, context: ContextMaker) -> None:
    health(warehouse, "orange", "green")
    [alert] = build_alerts(warehouse, context())

    assert alert.file_name == "account_health_zone.north.json"
    assert texts(alert)[:4] == [
        "Act now: account in the orange zone, Demo Shop",
        "The account health rating is 187 of 1,000, in the orange zone; 48 hours ago it was in the "
        "green one.",
        "37 points are left before the milestone of 150. "
        "At the present rate it is back in the green zone in 26 days.",
        "Violations of the last 30 days:\n`Late dispatch`: 20 points, 2 events",
    ]


def test_a_zone_that_rose_is_to_be_checked(warehouse: Path, context: ContextMaker) -> None:
    health(warehouse, "orange", "red")
    [alert] = build_alerts(warehouse, context())
    assert alert.level == "check"


def test_a_zone_that_stays_is_silent(warehouse: Path, context: ContextMaker) -> None:
    health(warehouse, "orange", "orange")
    assert build_alerts(warehouse, context()) == []


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_reasons_end_inert(warehouse: Path, context: ContextMaker, hostile: str) -> None:
    health(warehouse, "red", "green", hostile)
    [alert] = build_alerts(warehouse, context())
    valid(alert.message)
    inert(alert)


def judge_by_due(warehouse: Path) -> None:
    """Let the platform judge late dispatch by due date, over 7 days."""
    change(
        warehouse,
        "alter table marts.kpi_daily add column is_evaluated boolean",
        "update marts.kpi_daily set is_evaluated = window_name = 'rolling_7d' and basis = "
        "case when metric = 'late_dispatch_rate' then 'due' else 'platform' end",
    )


def test_the_rows_that_the_platform_judges_are_the_ones_that_alert(
    warehouse: Path, context: ContextMaker
) -> None:
    judge_by_due(warehouse)
    seven = WEEK.replace("'week'", "'rolling_7d'")
    change(
        warehouse,
        rate("late_dispatch_rate", 20, "enforcement"),
        rate("late_dispatch_rate", 7, "breach", seven, "due"),
        f"update marts.kpi_daily set window_start_on = date '{AS_OF}' - 6",
        f"update marts.orders set is_overdue_open = true, dispatch_due_on = date '{AS_OF}' "
        "where shop_id = 'north' and order_id = '576460000000000007'",
    )
    alerts = {alert.rule: texts(alert) for alert in build_alerts(warehouse, context())}

    said = alerts["late_dispatch_rate"]
    assert said[1] == "Late dispatch is 7.0% (7 of 100), past 4.0% by 3 orders."
    assert said[3].startswith("`576460000000000007`")
