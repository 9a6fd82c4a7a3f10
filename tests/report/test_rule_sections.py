"""The sections of the rule book: what each shows, and what it says where it has nothing to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows.report.charts.time import _spread
from flows.report.context import Shop
from flows.report.policy import assumed_metrics, dispatch_event, strict_metrics, unverified
from tests.report.conftest import DEMO, Rendered, context, daily
from tests.report.marts_fixture import DAY, FORMULA, HOSTILE, add_shop, create, run
from tests.report.pages import Page
from tests.report.reading import facts, section, table, text
from tests.report.rules_fixture import add_rules, create_rules
from tests.report.test_daily import read_csv, text_of

HANOI = Shop("demo", "Demo Shop", "VN", "Asia/Ho_Chi_Minh", "VND", True)


def make(folder: Path, *changes: str, shop: Shop = DEMO, **orders: int) -> Rendered:
    """A report of the hand-made marts after some changes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "w.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", day=DAY, **orders)
        create_rules(connection)
        add_rules(connection, "demo")
        for change in changes:
            run(connection, change)
    return daily(folder / "out", path, context(shop))


def test_the_first_screen_has_few_sentences_and_five_tasks(demo: Rendered) -> None:
    shown = section(demo, "next")
    assert shown.count("<p>") == 5
    said = text(shown)
    assert "1,440 a day must leave until Thu Nov 26 to stay within 4%" in said
    assert "Seller-fault cancellation returns to 2.5% after 160 orders" in said
    assert "187 of 1,000, in the orange zone; 48 hours ago it was in the green one." in said
    assert "Two rates got worse within 48 hours: late dispatch and valid tracking." in said
    assert section(demo, "today").count("<li>") == 5


def test_an_older_warehouse_has_the_tasks_it_had(older: Rendered) -> None:
    assert [task["act"] for task in facts(older)["tasks"]] == [
        "Ship 12 overdue orders",
        "Ship 31 orders",
        "Correct 19 tracking numbers",
        "Prepare 45 orders",
        "Ask carriers for 10 missing scans",
    ]


def test_the_rules_that_judged_are_named(demo: Rendered) -> None:
    said = text(section(demo, "rates"))
    assert "Judged by policy US-2026-04-01 over the ISO week" in said
    assert "the carrier's first scan dispatches an order." in said


def test_how_long_until_a_line_breaks(demo: Rendered) -> None:
    shown = section(demo, "ahead")
    rates = table(shown, "ahead-t1")
    assert [row[0] for row in rates] == [
        "Late dispatch",
        "Valid tracking",
        "On-time delivery",
        "Seller-fault cancellation",
    ]
    assert rates[0][2:] == ["3.8%", "+0.1", "–", "Wed Nov 25", "–"]
    assert rates[3][-1] == "160"
    assert [row[4] for row in table(shown, "ahead-t2")] == ["1,440", "1,350"]
    said = text(shown)
    assert "If no open order leaves, late dispatch passes 4.0% on Wed Nov 25." in said
    assert "At its present pace valid tracking falls below 95.0% in 3 days." in said
    assert "On-time delivery has too few orders to look ahead." in said


def test_there_are_seven_indicators(demo: Rendered) -> None:
    rows = table(section(demo, "indicators"), "indicators-t1")
    assert len(rows) == 7
    assert rows[0] == [
        "Late dispatch",
        "3.8%",
        "38 of 1,000",
        "3.0%",
        "+0.8 points, worse",
        "Warehouse NJ-1: 30",
    ]
    assert [row[-1] for row in rows[1:3]] == ["No carrier scan: 29", "Out of stock: 61"]
    assert rows[4][-1] == f"{HOSTILE}: 25"
    assert rows[5][1:] == [
        "1.2 per 100",
        "12 of 1,000",
        "0.9 per 100",
        "+0.3 per 100, worse",
        "Shipping status: 7",
    ]
    assert rows[6][1:] == ["–", "–", "–", "–", "Needs reference/support_tickets."]
    said = text(section(demo, "indicators"))
    assert "80 of 155 orders (51.6%) point to the timing of carrier scans, 15 to stock" in said
    assert "Four of seven indicators got worse in a week" in said
    assert "Tickets are known to Fri Nov 20." in said
    assert "Complaints about tracking" not in said


def test_account_health_shows_what_moved_the_points(demo: Rendered) -> None:
    shown = section(demo, "health")
    steps = table(shown, "health-t1")
    assert [row[-1] for row in steps] == ["−20", "+15", "−8"]
    assert shown.count("<svg") == 2
    assert "Points now 187." in shown
    said = text(shown)
    assert "37 points are left before the milestone of 150." in said
    assert "At the present rate it is back in the green zone in 26 days." in said
    assert "1 of 2 promotions of the next 30 days is at risk: Black Friday" in said
    assert "The platform last said 180, 7 less than the ledger adds up to." in said
    assert len(read_csv(demo.folder / "account_health.csv")) == 41


def test_violation_points_of_many_reasons_and_late_uploads(tmp_path: Path) -> None:
    made = make(
        tmp_path,
        "insert into marts.account_health_waterfall select 'demo', date '2026-11-23', "
        "'reason ' || i, 'violation', 1, 1 from range(20) as r(i)",
        "update marts.account_health_daily set points_kind = 'violation_points', score = 14, "
        "zone = null, milestone = 12, milestone_consequence = 'No campaigns.', "
        "next_milestone = 24, points_to_next_milestone = 10",
        "update marts.promotions_at_risk set is_at_risk = null, reason = 'not_by_score'",
        "update marts.tracking_defects set tracking_defect = 'late_upload' "
        "where tracking_defect <> 'no_scan'",
    )
    assert "tracking number" not in section(made, "today"), "what came late cannot be corrected"
    shown = section(made, "health")
    said = text(shown)
    assert (
        "The shop has 14 violation points. 10 points are left before the milestone of 24." in said
    )
    assert "The milestone of 12 is reached: no campaigns." in said
    assert "at risk:" not in said and "Not decided by a score" in said
    assert "17 smaller steps +17" in shown, "a picture has few steps"
    assert len(table(shown, "health-t1")) == 15
    assert "The first 15 of 23 reasons" in shown


def test_open_orders_say_what_they_wait_for(demo: Rendered) -> None:
    shown = section(demo, "ship-first")
    waiting = table(shown, "ship-first-t1")
    assert waiting[0] == ["Picking", "7", "17", "26", "50"]
    assert sum(int(row[-1]) for row in waiting) == 88
    orders = table(shown, "ship-first-t2")
    assert [row[3] for row in orders[:12]] == ["3 days"] * 4 + ["2 days"] * 4 + ["1 day"] * 4
    chances = {row[3] for row in orders[12:]}
    assert "–" in chances
    assert "78% (n 210)" in chances
    assert "over 99% (n 210)" in chances
    assert not any("n 19" in chance for chance in chances)


def test_prepared_parcels_without_a_scan_have_a_list(demo: Rendered) -> None:
    shown = section(demo, "ship-first")
    parcels = table(shown, "ship-first-t3")
    assert "13 prepared parcels have no carrier scan yet." in text(shown)
    assert len(parcels) == len(read_csv(demo.folder / "prepared_unscanned.csv")) == 13
    assert parcels[0][2] == "2 days 12 h"
    assert HOSTILE in [row[4] for row in parcels]


def test_the_lists_of_open_orders_have_their_clocks(demo: Rendered, older: Rendered) -> None:
    row = read_csv(demo.folder / "due_tomorrow.csv")[0]
    assert row["auto_cancel_at"] == "2026-11-29T23:59:59-08:00"
    assert row["waiting_for"] == "picking"
    assert row["is_available"] == "true"
    assert row["is_quality_checked"] == ""
    assert float(row["time_left_hours"]) == pytest.approx(24, abs=0.01)
    assert "waiting_for" not in read_csv(older.folder / "due_tomorrow.csv")[0]


def test_causes_add_up_and_lead_to_the_lists(demo: Rendered) -> None:
    shown = section(demo, "causes")
    causes = table(shown, "causes-t1")
    assert causes[0] == ["Late carrier scan", "80", "51.6%"]
    assert sum(int(row[1]) for row in causes) == 155
    worst = table(shown, "causes-t2")
    assert worst[0] == ["USPS", "Carrier", "91", "1,000", "9.1%", "Late carrier scan"]
    assert "Tiny" not in [row[0] for row in worst], "19 orders are too few"
    assert "(unknown)" not in [row[0] for row in worst]
    assert len(read_csv(demo.folder / "late_segments.csv")) == 16
    assert {FORMULA, HOSTILE} <= {row[0] for row in worst}
    assert 'href="late_causes.csv"' in shown
    assert 'href="appeal_pack.csv">Appeal pack, 26 (CSV)' in shown
    late = read_csv(demo.folder / "late_causes.csv")
    assert len(late) == 155
    assert late[0]["tendered_at"] == "2026-11-19T20:59:59-08:00"


def test_tracking_is_told_apart(demo: Rendered) -> None:
    rows = table(section(demo, "tracking"), "tracking-t2")
    assert rows[0] == ["USPS", "Carrier", "29", "929", "No carrier scan"]
    assert [row[1] for row in rows] == ["Carrier", "Label source", "Warehouse"]
    assert len(read_csv(demo.folder / "tracking_by.csv")) == 7


def test_cancellations_have_daily_rates_and_products(demo: Rendered) -> None:
    shown = section(demo, "cancellations")
    said = text(shown)
    assert "Out-of-stock cancellation is 0.8% (8 of 1,000) in the last 7 days." in said
    assert "Unshipped orders are 8.8% (88 of 1,000) in the last 7 days." in said
    assert "2 SKUs have reached the lines of a product-level rule" in said
    products = table(shown, "cancellations-t3")
    assert [row[0] for row in products] == ["SKU-104", FORMULA]
    assert len(read_csv(demo.folder / "product_cancellations.csv")) == 4


def test_numbers_that_changed_are_shown_with_why(demo: Rendered) -> None:
    shown = section(demo, "trust")
    assert "1 published number of 1 day has changed since, the newest of Fri Nov 20." in text(shown)
    assert table(shown, "trust-t1") == [
        [
            "Fri Nov 20",
            "Late dispatch",
            "2.0% (20 of 980)",
            "3.1% (31 of 1,000)",
            "New files",
            f"tracking/2026-11-22.csv, {HOSTILE}",
        ]
    ]
    assert len(read_csv(demo.folder / "restatements.csv")) == 3


def test_the_json_has_the_same_facts(demo: Rendered) -> None:
    shop = facts(demo)
    page = text_of(demo.html())
    assert shop["policy"]["policy_version"] == "US-2026-04-01"
    for said in (*shop["policy"]["sentences"], *shop["rate_outlook_sentences"]):
        assert said.replace("`", "") in page
    assert len(shop["seven_indicators"]) == 7
    for diagnosis in shop["diagnoses"]:
        assert diagnosis["sentence"] in page
    assert shop["late_appeals"] == 26
    assert sum(row["late_orders"] for row in shop["late_causes"]) == 155
    assert shop["prepared_unscanned"]["total"] == 13
    assert shop["account_health"]["score"] == 187
    assert sum(row["points"] for row in shop["account_health_waterfall"]) == 2 * 187
    assert [line["needed_per_day"] for line in shop["handling_capacity"]] == [1440, 1350]
    assert shop["restated_sentence"] in page
    assert shop["restatements"]["rows"][0]["as_of_on"] == "2026-11-20"


def test_an_older_warehouse_has_a_page_without_the_rule_book(older: Rendered) -> None:
    html = older.html()
    for anchor in ("ahead", "indicators", "health", "causes"):
        assert f'id="{anchor}"' not in html
    said = text(section(older, "trust"))
    assert "This publication is of an older release and lacks 16 tables of the rule book" in said
    shop = facts(older)
    assert shop["account_health"] is None
    assert shop["seven_indicators"] == []
    assert not (older.folder / "prepared_unscanned.csv").exists()
    assert "Regular order of Fri Nov 20" in section(older, "ship-first")


def test_a_shop_without_the_feeds_has_one_line_each(several: Rendered) -> None:
    health = section(several, "health", "east.html")
    assert "Add <code>reference/account_health</code>." in health
    assert health.count("<p") == 1
    assert "<details" not in health and "<table" not in health
    causes = section(several, "causes", "east.html")
    assert "No order that was due in the last 30 days was late." in causes
    assert "<table" not in causes
    html = several.html("east.html")
    assert 'id="ahead"' not in html
    assert 'id="indicators"' not in html
    assert "older release" not in html
    assert "No published number of the last five weeks has changed since." in html


def test_a_shop_judged_by_due_date_over_seven_days(tmp_path: Path) -> None:
    made = make(
        tmp_path,
        "update marts.kpi_daily set is_evaluated = window_name = 'rolling_7d' and basis = "
        "case when metric = 'late_dispatch_rate' then 'due' else 'platform' end, "
        "policy_version = 'VN-2020'",
        "update marts.kpi_daily set numerator = 40, denominator = 1000, value = 0.04, status = "
        "'breach', headroom = -1 where basis = 'due' and window_name = 'rolling_7d' "
        "and as_of_on = date '2026-11-23'",
        shop=HANOI,
    )
    html = made.html()
    assert "Late dispatch is 4.0% (40 of 1,000), not below 4.0%: 1 order too many." in html
    assert "With them late dispatch" not in text_of(html)
    assert "The four rates in the last 7 days, the worst first." in html
    assert '<th scope="col" class="n spare">30 days</th>' in html
    assert "below 4.0%" in section(made, "rates")
    assert "Judged by policy <code>VN-2020</code> over the last 7 days" in html
    bases = table(section(made, "dispatch"), "dispatch-t1")
    assert bases[0][0] == "As the platform counts, in the last 7 days"
    assert bases[3][0] == "By day of dispatch, in the last 7 days"
    judged = [row for row in facts(made)["rates"] if row["is_judged"]]
    assert {(row["basis"], row["window_name"]) for row in judged} == {
        ("due", "rolling_7d"),
        ("platform", "rolling_7d"),
    }
    assert len(judged) == 4


def test_rules_are_read_from_the_seeds() -> None:
    assert dispatch_event("US-2026-04-01") == "carrier_first_scan"
    assert strict_metrics("VN-2020") == ["late_dispatch_rate", "seller_fault_cancellation_rate"]
    assert strict_metrics("US-2026-04-01") == []
    assert "late_dispatch_rate" not in assumed_metrics("US-2026-04-01")
    assert dispatch_event("of another release") is None
    assert assumed_metrics("of another release") == strict_metrics("of another release") == []
    verified = unverified("US-2026-04-01", date(2026, 11, 23))
    assert (verified.rows, verified.oldest_on) == (0, None)
    late = unverified("US-2026-04-01", date(2027, 6, 1))
    assert late.rows > 10
    assert late.oldest_on == date(2026, 11, 21)
    assert unverified("of another release", date(2027, 6, 1)).rows == 0


def test_a_day_without_order_lists_keeps_what_has_a_day(warehouse: Path, tmp_path: Path) -> None:
    made = daily(tmp_path, warehouse, context(DEMO, has_order_lists=False))
    assert "greenzone snapshot" in section(made, "causes")
    assert "1,440 a day" not in made.html()
    assert "187 of 1,000" in made.html()
    for name in ("prepared_unscanned", "late_causes", "appeal_pack", "product_cancellations"):
        assert not (tmp_path / f"{name}.csv").exists()
    assert (tmp_path / "account_health.csv").exists()


def test_long_tables_are_capped_and_the_page_stays_small(tmp_path: Path) -> None:
    # More of everything than any list shows: the page of a shop of 10,000 orders a day.
    lists = ("packages", "return_rate_by_sku", "return_rate_by_creator", "late_dispatch_segments")
    more = [
        f"insert into marts.{mart} select m.* from (select * from marts.{mart}) m, range(400)"
        for mart in lists
    ]
    made = make(tmp_path, *more, overdue=4000, tomorrow=4000, later=2000)
    assert (made.folder / "index.html").stat().st_size < 1_500_000, "room for subjects and names"
    assert len(table(section(made, "tracking"), "tracking-t3")) == 1000
    assert len(table(section(made, "returns"), "returns-t1")) == 200
    shown = section(made, "ship-first")
    assert len(table(shown, "ship-first-t2")) == 1000
    assert len(table(shown, "ship-first-t3")) == 15
    assert "The first 15 of 1,429 prepared parcels without a scan" in shown
    assert len(read_csv(made.folder / "prepared_unscanned.csv")) == 1429


def test_of_the_data_checks_all_failed_ones_and_few_others_are_shown(
    older: Rendered, tmp_path: Path
) -> None:
    check = {"shop_id": "demo", "gate": "gate 1", "severity": "critical", "observed": ""}
    for failed, shown in ((3, 15), (20, 20)):
        gates = [check | {"expectation": f"check {n}", "passed": n >= failed} for n in range(60)]
        told = replace(older.context, gate_results=gates)
        made = daily(tmp_path / str(failed), older.warehouse, told)
        part = section(made, "trust")
        assert f"The first {shown} of 60 data checks, failed first; report.json holds all." in part
        assert len(facts(made)["gates"]) == 60


def test_nothing_foreign_becomes_markup(demo: Rendered) -> None:
    found = Page(demo.html())
    assert found.count("script") == 1
    for anchor in ("indicators", "health", "causes", "ship-first", "tracking", "trust"):
        assert "<script" not in section(demo, anchor)
        assert "&lt;script&gt;" in section(demo, anchor) or anchor == "tracking"


def test_labels_beside_a_line_keep_their_order_and_a_distance() -> None:
    lines = [(0.04, "target", "muted"), (0.10, "enforcement", "muted")]
    for value, places in (
        (0.20, [0.04, 0.10, 0.20]),
        (0.058, [0.04, 0.075, 0.11]),
        (0.01, [0.01, 0.045, 0.10]),
    ):
        spots = _spread([*lines, (value, "now", "ink")], 0.035)
        assert [place for place, _, _ in spots] == pytest.approx(places)
        assert sorted([0.04, 0.10, value]).index(value) == [w for _, w, _ in spots].index("now")
