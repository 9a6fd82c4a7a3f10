"""Which alerts fire, what they say, and that they stay silent where nothing can be trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.alerts import Alert, build_alerts, gate_blocked_alert, load_rules, write_alerts
from flows.alerts.pulse_rules import load_pulse_rules
from flows.alerts.rules import read_rule
from flows.errors import UsageError
from flows.paths import PROJECT_ROOT
from flows.quality.model import Accepted
from tests.alerts.conftest import OTHER, RULE, SHOP, ContextMaker, failure, gate
from tests.quality.builders import AS_OF, change

NORTH = "where shop_id = 'north'"
DAY_BEFORE = AS_OF - timedelta(1)
WEEK = f"{NORTH} and window_name = 'week' and as_of_on = date '{AS_OF}'"


def texts(alert: Alert) -> list[str]:
    """The text of each block."""
    return [block["text"]["text"] for block in alert.message["blocks"]]


def fired(alerts: list[Alert]) -> list[str]:
    """The names of the files."""
    return [alert.file_name for alert in alerts]


def rate(
    metric: str, numerator: int, status: str, when: str = WEEK, basis: str = "platform"
) -> str:
    """The statement that gives a rate another numerator (of 100) and status."""
    return (
        f"update marts.kpi_daily set numerator = {numerator}, value = {numerator} / 100.0, "
        f"status = '{status}', headroom = 4 - {numerator} {when} and metric = '{metric}' "
        f"and basis = '{basis}'"
    )


def test_nothing_fires_where_all_is_in_order(warehouse: Path, context: ContextMaker) -> None:
    assert build_alerts(warehouse, context(shops=(SHOP, OTHER))) == []


def test_a_breach_says_how_bad_since_when_and_what_to_do(
    warehouse: Path, context: ContextMaker
) -> None:
    change(
        warehouse,
        rate("late_dispatch_rate", 9, "breach"),
        rate("late_dispatch_rate", 5, "breach", WEEK.replace(str(AS_OF), str(DAY_BEFORE))),
        f"update marts.kpi_daily set window_start_on = date '{AS_OF}' - 3 {NORTH}",
        f"update marts.orders set is_late_dispatch = true, dispatched_on = date '{AS_OF}' - 1, "
        f"dispatch_due_at = timestamp '2026-11-21 07:59:59.999' {NORTH} "
        "and order_id like '5764600000000000_7'",
    )
    [alert] = build_alerts(warehouse, context())

    assert alert.file_name == "late_dispatch_rate.north.json"
    assert alert.level == "act_now"
    assert texts(alert) == [
        "Act now: late dispatch 9.0%, Demo Shop",
        "Late dispatch is 9.0% (9 of 100), past 4.0% by 5 orders.",
        "Since Sun Nov 22, day 2. Worse: 9 late orders, was 5 the day before. "
        "Data reach Nov 23, 15:10, 8 h 50 min short of the day: this can change.",
        "`576460000000000007` due Fri Nov 20, NJ-1, ups\n"
        "`576460000000000017` due Fri Nov 20, NJ-1, ups\n"
        "`576460000000000027` due Fri Nov 20, NJ-1, ups\n"
        "`576460000000000037` due Fri Nov 20, NJ-1, ups\n"
        "`576460000000000047` due Fri Nov 20, NJ-1, ups (+ 5)",
        "Do now: hand over what is due next, oldest first, and ask for the first scan at pickup.",
        "Owner: warehouse lead. List: `reports/daily/2026-11-23/overdue.csv`. "
        "Report: `reports/daily/2026-11-23/index.html#dispatch`. "
        "Runbook: `docs/runbooks/alerts.md#late-dispatch`.",
    ]
    assert alert.text == "Late dispatch is 9.0% (9 of 100), past 4.0% by 5 orders."


@pytest.mark.parametrize(
    ("metric", "numerator", "status", "level"),
    [
        ("late_dispatch_rate", 4, "approaching", "act_today"),
        ("late_dispatch_rate", 12, "enforcement", "act_now"),
        ("valid_tracking_rate", 96, "approaching", "act_today"),
        ("valid_tracking_rate", 90, "breach", "act_now"),
        ("seller_fault_cancellation_rate", 2, "approaching", "act_today"),
        ("seller_fault_cancellation_rate", 5, "breach", "act_now"),
        ("on_time_delivery_rate", 82, "approaching", "act_today"),
        ("on_time_delivery_rate", 60, "breach", "act_now"),
    ],
)
def test_each_rate_fires_at_each_line(
    warehouse: Path, context: ContextMaker, metric: str, numerator: int, status: str, level: str
) -> None:
    change(warehouse, rate(metric, numerator, status))
    [alert] = build_alerts(warehouse, context())

    assert (alert.rule, alert.level) == (metric, level)
    assert "New." in texts(alert)[2]


@pytest.mark.parametrize("status", ["ok", "insufficient_volume", "no_data"])
def test_a_rate_that_is_good_or_cannot_be_judged_is_no_alert(
    warehouse: Path, context: ContextMaker, status: str
) -> None:
    change(warehouse, rate("late_dispatch_rate", 9, status))
    assert build_alerts(warehouse, context()) == []


def test_overdue_orders_name_the_worst_place_and_what_the_rate_will_be(
    warehouse: Path, context: ContextMaker
) -> None:
    days = [AS_OF - timedelta(days) for days in range(3)]
    for day, overdue in zip(days, (6, 5, 2), strict=True):
        when = WEEK.replace(str(AS_OF), str(day))
        change(warehouse, rate("late_dispatch_rate", 2 + overdue, "ok", when, "projected"))
    change(
        warehouse,
        f"update marts.orders set is_overdue_open = true, dispatched_at = null, dispatch_due_at = "
        f"timestamp '2026-11-21 07:59:59.999' {NORTH} and order_id like '%0_3' and "
        "order_id < '576460000000000060'",
        f"update marts.orders set warehouse_name = 'LA-2' {NORTH} and order_id like '%03'",
    )
    [alert] = build_alerts(warehouse, context())

    assert alert.file_name == "overdue_orders.north.json"
    header, how_bad, since, orders, *_ = texts(alert)
    assert header == "Act today: 6 orders overdue, Demo Shop"
    assert how_bad == (
        "6 orders passed their dispatch deadline, 5 at NJ-1. "
        "With them late dispatch is 8.0%, not 2.0% (target 4.0%)."
    )
    assert since.startswith("Since Sat Nov 21, day 3. Worse: 6 orders, was 5 the day before.")
    assert orders.splitlines()[0] == "`576460000000000003` due Fri Nov 20, LA-2, ups"
    assert orders.endswith("(+ 1)")


def test_a_past_day_has_numbers_but_no_list_of_orders_that_stand_at_another_day(
    warehouse: Path, context: ContextMaker
) -> None:
    day = AS_OF - timedelta(7)
    change(warehouse, rate("late_dispatch_rate", 9, "breach", WEEK.replace(str(AS_OF), str(day))))
    [alert] = build_alerts(warehouse, context(as_of_on=day))

    assert texts(alert)[3].startswith("Do now:")


def test_a_blocked_gate_silences_its_rates_and_says_which_check_failed(
    warehouse: Path, context: ContextMaker
) -> None:
    change(warehouse, rate("late_dispatch_rate", 9, "breach"))
    day = context(shops=(SHOP, OTHER), gates=(gate(failure()),), published_on={"north": DAY_BEFORE})
    [alert] = build_alerts(warehouse, day)

    assert alert.file_name == "gate_blocked.north.json"
    assert texts(alert) == [
        "Act now: not published, Demo Shop",
        "Nothing new is published: 1 critical check failed. The publication of Sun Nov 22 stands.",
        "`seller_center__orders`: order_id is never empty. 12 rows of 1,200, "
        "as `576460000000000001`, in `orders.csv`.",
        "Not judged until this is mended: late dispatch, valid tracking, "
        "seller-fault cancellation, on-time delivery, overdue orders, due soon, compound risk, "
        "account health zone, auto cancel ahead, dispatch capacity and 6 more.",
        "Do now: mend the files named here or drop a new export, then run the day again.",
        "If the data are right all the same: `greenzone accept 20261124T090000Z-1 "
        "seller_center__orders.order_id_present --reason TEXT`.",
        "Owner: data engineer. Record: `runs/20261124T090000Z-1.json`. "
        "Runbook: `docs/runbooks/alerts.md#gate-blocked`.",
    ]
    assert alert.text == "Nothing new is published: 1 critical check failed."


def test_a_blocked_gate_needs_no_warehouse(context: ContextMaker) -> None:
    day = context(gates=(gate(failure()),))

    assert build_alerts(None, day) == [gate_blocked_alert(day, SHOP)]


def test_a_stale_feed_silences_the_rates_that_need_it_and_names_them(
    warehouse: Path, context: ContextMaker
) -> None:
    change(
        warehouse,
        rate("late_dispatch_rate", 9, "breach"),
        rate("seller_fault_cancellation_rate", 5, "breach"),
    )
    stale = failure(
        severity="warning",
        topic="freshness",
        feed="carriers/tracking_events",
        observed="newest content is of 2026-11-20 08:00 UTC, 96 h before the end of 2026-11-23",
    )
    alerts = build_alerts(warehouse, context(gates=(gate(stale),)))

    assert fired(alerts) == ["seller_fault_cancellation_rate.north.json", "stale_feed.north.json"]
    assert texts(alerts[1])[:4] == [
        "Act today: 1 feed stale, Demo Shop",
        "1 feed is stale as of Mon Nov 23.",
        "`carriers/tracking_events`: newest content is of 2026-11-20 08:00 UTC, "
        "96 h before the end of 2026-11-23.",
        "Not judged until then: late dispatch, valid tracking, on-time delivery, overdue orders, "
        "due soon, compound risk, auto cancel ahead, dispatch capacity.",
    ]


def test_warnings_are_told_and_silence_nothing(warehouse: Path, context: ContextMaker) -> None:
    warning = failure(severity="warning", topic="volume", files=(), examples=())
    [alert] = build_alerts(warehouse, context(gates=(gate(warning),)))

    assert alert.file_name == "gate_warning.north.json"
    assert texts(alert)[0] == "Check: 1 data warning, Demo Shop"
    assert alert.text == "1 data warning; the numbers are published all the same."


def test_a_failed_check_that_was_accepted_is_told_and_silences_nothing(
    warehouse: Path, context: ContextMaker
) -> None:
    change(warehouse, rate("late_dispatch_rate", 9, "breach"))
    failed = failure(files=())
    word = Accepted("kim", "2026-11-24T08:00:00+00:00", "counted <by> hand")
    over = replace(failed, findings=(replace(failed.findings[0], accepted=word),))
    warning = failure(severity="warning", topic="volume", name="drift", files=(), examples=())
    alerts = build_alerts(warehouse, context(gates=(gate(over), gate(warning))))

    assert fired(alerts) == ["late_dispatch_rate.north.json", "gate_warning.north.json"]
    [alert] = [item for item in alerts if item.file_name == "gate_warning.north.json"]
    assert texts(alert)[0] == "Check: published over 1 failed check, Demo Shop"
    assert alert.text == "Published over 1 failed check; the numbers are published all the same."
    assert "accepted by kim on 2026-11-24: counted &lt;by&gt; hand" in alert.to_json()

    beside = failure(name="other", description="another check")
    [blocked] = build_alerts(None, context(gates=(gate(over), gate(beside))))
    assert blocked.file_name == "gate_blocked.north.json"
    assert "1 critical check failed" in texts(blocked)[1]


def test_what_was_not_judged_offers_no_way_past(context: ContextMaker) -> None:
    [alert] = build_alerts(None, context(gates=(gate(failure(is_errored=True)),)))
    assert "greenzone accept" not in alert.to_json()


def refused(file: str, shop_id: str | None = "north") -> dict[str, Any]:
    """The record of a refused file."""
    return {
        "shop_id": shop_id,
        "file": file,
        "status": "refused",
        "reason": "No contract has these headers.",
        "mend": "Export it again as CSV.",
        "is_present": True,
    }


def test_refused_files_say_why_and_how_to_mend_them(warehouse: Path, context: ContextMaker) -> None:
    records = [refused("b.csv"), refused("a.bin", ""), refused("c.csv", "south")]
    records.append({"shop_id": "north", "file": "ok.csv", "status": "loaded"})
    [alert] = build_alerts(warehouse, context(ingest_records=records))

    assert alert.file_name == "refused_files.north.json"
    assert alert.text == "2 files in landing were refused."
    assert texts(alert)[2] == (
        "`a.bin`: No contract has these headers. Export it again as CSV.\n"
        "`b.csv`: No contract has these headers. Export it again as CSV."
    )


def test_a_refused_file_that_is_gone_or_mended_is_said_no_more(
    warehouse: Path, context: ContextMaker
) -> None:
    records = [refused("b.csv") | {"is_present": False}, refused("b.csv") | {"status": "loaded"}]
    assert build_alerts(warehouse, context(ingest_records=records)) == []


def test_each_shop_gets_its_own_file_and_list(warehouse: Path, context: ContextMaker) -> None:
    change(warehouse, rate("valid_tracking_rate", 90, "breach", WEEK.replace(NORTH, "where true")))
    alerts = build_alerts(warehouse, context(shops=(OTHER, SHOP)))

    assert fired(alerts) == ["valid_tracking_rate.north.json", "valid_tracking_rate.south.json"]
    assert "`reports/daily/2026-11-23/south/tracking_defects.csv`" in texts(alerts[1])[-1]
    assert "`reports/daily/2026-11-23/south.html#tracking`" in texts(alerts[1])[-1]
    [alone, _] = build_alerts(warehouse, context(shops=(OTHER, SHOP), report_shops=1))
    assert "`reports/daily/2026-11-23/tracking_defects.csv`" in texts(alone)[-1]


def test_files_hold_the_message_and_the_same_data_give_the_same_bytes(
    warehouse: Path, context: ContextMaker, tmp_path: Path
) -> None:
    change(warehouse, rate("valid_tracking_rate", 90, "breach"))
    day = context(gates=(gate(failure(severity="warning")),))
    first = write_alerts(build_alerts(warehouse, day), tmp_path / "one")
    second = write_alerts(build_alerts(warehouse, day), tmp_path / "two")

    assert [path.name for path in first] == [
        "gate_warning.north.json",
        "valid_tracking_rate.north.json",
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert set(json.loads(first[0].read_text(encoding="utf-8"))) == {"text", "blocks"}


def test_a_shop_id_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    alert = Alert("rule", "../../up", "check", {"text": "x", "blocks": []})
    with pytest.raises(ValueError, match="folder name"):
        write_alerts([alert], tmp_path / "out")
    assert list(tmp_path.rglob("*.json")) == []


def test_every_rule_has_a_runbook() -> None:
    runbook = (PROJECT_ROOT / "docs/runbooks/alerts.md").read_text(encoding="utf-8")
    headings = {line[3:] for line in runbook.splitlines() if line.startswith("## ")}
    ours = {rule.runbook for rule in load_rules()}
    assert ours | {rule.runbook for rule in load_pulse_rules().values()} == headings


@pytest.mark.parametrize("broken", [{"name": "x"}, {"severity": "loud"}, {"colour": "red"}])
def test_a_rule_that_is_none_is_refused(broken: dict[str, Any]) -> None:
    whole = broken if broken == {"name": "x"} else RULE | broken
    with pytest.raises(UsageError, match="Alert rule x"):
        read_rule(whole)
