"""The sections of returns: what is due, what comes back, what it costs, who loses money."""

from __future__ import annotations

from pathlib import Path

from tests.report.conftest import DEMO, SUNDAY, Rendered, context, weekly
from tests.report.marts_fixture import FORMULA, HOSTILE, add_shop, create, run
from tests.report.reading import facts, section, table, text
from tests.report.subjects_fixture import add_subjects
from tests.report.test_daily import read_csv
from tests.report.test_subject_sections import make


def test_returns_that_need_an_answer(demo: Rendered) -> None:
    shown = section(demo, "returns-due")
    assert (
        "1 return is past its deadline; 2 more are due soon, the first by Tue Nov 24, 10:00 PT."
        in text(shown)
    )
    rows = table(shown, "returns-due-t1")
    assert [row[:2] for row in rows] == [
        ["4035001", "Answer the request"],
        ["4035002", "Answer the request"],
        ["4035003", "Refund the buyer"],
    ]
    assert rows[0][3] == "14 h late"
    assert rows[1][3] == "10 h"
    assert rows[0][-2:] == [HOSTILE, "$20"]
    said = text(shown)
    assert "2 of 5 returns were approved at once" in said
    assert "1 return was refunded and never received, 1 came back with units missing" in said
    assert "2 returns are in dispute, 1 of them because nobody answered in time" in said
    assert table(shown, "returns-due-f1-t1")[0] == [
        "Requested",
        "0 to 3 days",
        "2",
        "Sat Nov 21",
        "$45",
    ]
    listed = read_csv(demo.folder / "returns_due.csv")
    assert len(listed) == 3
    assert "order_key" not in listed[0]
    assert listed[0]["due_at"] == "2026-11-23T10:00:00-08:00"
    assert listed[1]["seller_sku"] == f"'{FORMULA}"


def test_the_tasks_of_the_day_name_returns_and_stock(tmp_path: Path) -> None:
    made = make(
        tmp_path,
        "delete from marts.orders where is_open",
        "delete from marts.open_orders",
        "delete from marts.late_dispatch_appeals",
        "delete from marts.tracking_defects",
    )
    assert [task["act"] for task in facts(made)["tasks"]][:3] == [
        "Answer or refund 3 returns",
        "Restock 1 SKU",
        "Claim the payout of 1 order",
    ]
    assert 'href="returns_due.csv"' in section(made, "today")


def test_returns_are_told_apart(demo: Rendered) -> None:
    shown = section(demo, "returns")
    said = text(shown)
    assert "The most frequent reason of 30 days: not as described, 120 returns (30.0%)." in said
    assert f"1 return reason is in no group: {HOSTILE}." in said
    assert table(shown, "returns-f1-t1")[1][:3] == ["Not as described", "120", "30.0%"]
    assert table(shown, "returns-f2-t1") == [
        ["Red, XL", "200", "76", "38.0%", "31.6%", "44.9%", "Provisional"]
    ], "few units are not compared"
    assert table(shown, "returns-f3-t1")[0][0] == FORMULA


def test_margin_traps(demo: Rendered, week: Rendered) -> None:
    shown = section(demo, "traps")
    assert "1 SKU, 1 creator and 1 buyer lose money through returns; first: SKU-104" in text(shown)
    rows = table(shown, "traps-t1")
    assert rows[0] == [
        "SKU-104",
        "SKU",
        "300",
        "100",
        "33.3%",
        "8.0%",
        "$741",
        "Assumed",
        "High volume and high return rate",
    ]
    assert len(read_csv(demo.folder / "margin_traps.csv")) == 3
    assert "traps-f1" not in shown
    assert not (demo.folder / "returns_review.csv").exists()
    review = section(week, "traps")
    assert [row[0] for row in table(review, "traps-f1-t1")] == ["SKU-104", FORMULA, "Autumn"]
    assert table(review, "traps-f1-t1")[0][8] == "Rising"
    assert table(review, "traps-f2-t1") == [
        [HOSTILE, "Mon Nov 9", "500", "60", "12.0%", "8.0%", "11.6%"]
    ]
    assert table(review, "traps-f3-t1")[0][0] == "9f2c4d1e8a7b6c509f2c4d1e8a7b6c50"
    assert len(read_csv(week.folder / "returns_review.csv")) == 3


def test_what_returns_cost(week: Rendered) -> None:
    shown = section(week, "returns-cost")
    said = text(shown)
    assert "Returns cost $12,578 (assumed) in 90 days, refunds apart: $9.75 a return" in said
    assert "Most of it is return shipping, $6,450." in said
    rows = table(shown, "returns-cost-t1")
    assert rows[0] == ["Refund", "1,290", "$45,150", "Given", "$35.00", "15.0%"]
    assert rows[-1] == ["All but refunds", "1,290", "$12,578", "Assumed", "$9.75", "4.2%"]
    assert "1 SKU leaves nothing after returns: SKU-104." in said
    assert table(shown, "returns-cost-f1-t1")[0][0] == "SKU-104"
    assert "Some of the costs are assumed." in said
    assert shown.count("<figure") == 1
    assert len(read_csv(week.folder / "unit_economics.csv")) == 3


def test_costs_that_are_not_known_have_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", day=SUNDAY)
        add_subjects(connection, "demo", day=SUNDAY)
        run(
            connection,
            "update marts.unit_economics set unit_cost = null, "
            "contribution_before_returns = null, contribution_after_returns = null;\n"
            "update marts.return_costs set amount = null, per_return = null, "
            "share_of_sales = null, is_assumed = null where component <> 'refund'",
        )
    shown = section(weekly(tmp_path / "out", path, context(DEMO, day=SUNDAY)), "returns-cost")
    said = text(shown)
    assert "What returns cost was not judged: there are no costs in this currency." in said
    assert "What an order leaves was not judged" in said
    assert "<figure" not in shown
    assert table(shown, "returns-cost-t1")[1][2:] == ["–", "–", "–", "–"]


def test_grades_and_routes_of_returns(week: Rendered) -> None:
    shown = section(week, "grades")
    assert "Units of grade A that were not sent to resale lost $340 (assumed)" in text(shown)
    assert "2 received returns took another route than their grade's." in text(shown)
    assert table(shown, "grades-t1")[0] == [
        "A", "90", "Resale", "80", "0", "0", "10", "Resale", "$340", "Assumed",
    ]  # fmt: skip
    assert len(read_csv(week.folder / "misrouted_returns.csv")) == 2


def test_suppliers_and_what_is_ready_to_be_scaled(week: Rendered) -> None:
    shown = section(week, "suppliers")
    assert f"Of 2 suppliers, Acme ranks first and {HOSTILE} last." in text(shown)
    assert table(shown, "suppliers-t1")[0][-3:] == ["$14.20", "Assumed", "4 of 4"]
    assert table(shown, "suppliers-f1-t1") == [
        ["SKU-104", "Beauty", "200", "91.0%", "Not ready"],
        ["SKU-105", "Beauty", "300", "99.0%", "Ready"],
    ]
