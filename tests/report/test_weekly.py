"""The weekly review."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from flows.report.sentences.promises import UNREPORTED
from flows.report.weekly import render_weekly
from tests.report.conftest import DEMO, SUNDAY, Rendered, context, weekly
from tests.report.marts_fixture import DAY, add_shop, create
from tests.report.pages import Page
from tests.report.reading import section, text
from tests.report.test_daily import read_csv


def test_week_stands_against_the_four_before(week: Rendered) -> None:
    html = week.html()
    assert "Week 2026-W47, to Nov 22, 2026" in html
    table = html.split('id="line-t1"', 1)[1].split("</table>", 1)[0]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
    assert [re.sub("<.*?>", "", head) for head in heads] == [
        "Rate",
        "Status",
        "Target",
        "Oct 25",
        "Nov 1",
        "Nov 8",
        "Nov 15",
        "Nov 22",
        "Change",
    ]
    assert html.count('class="w260"') == 4
    said = " ".join(Page(html).text)
    assert "Seller-fault cancellation rose 0.6 points to 2.9%, the highest of five weeks." in said


def test_an_unjudged_week_has_no_rate_and_no_change(week: Rendered) -> None:
    table = week.html().split('id="line-t1"', 1)[1].split("</table>", 1)[0]
    last = next(row for row in table.split("</tr>") if "On-time delivery" in row)
    assert last.endswith('<td class="n">–</td><td class="n">–</td>')


def test_decisions_are_asked_of_an_owner(week: Rendered) -> None:
    html = week.html()
    assert "Decide how to bring seller-fault cancellation back to target, and by when." in html
    assert "Owner: inventory lead." in html


def test_json_holds_weeks_and_decisions(week: Rendered) -> None:
    data = json.loads((week.folder / "report.json").read_text(encoding="utf-8"))
    (shop,) = data["shops"]
    assert data["kind"] == "weekly"
    assert len(shop["weeks"]) == 4 * 5
    assert len(shop["decisions"]) == 5


def test_a_week_ends_on_a_sunday(week: Rendered, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Sunday"):
        render_weekly(week.warehouse, tmp_path, context(DEMO, day=DAY))


def test_each_change_is_taken_apart_in_parts_that_add_up(week: Rendered) -> None:
    html = section(week, "drivers")
    assert "What drove it?" in html
    said = text(html)
    assert "Late dispatch rose 1.0 points, by warehouse: NJ-1 +1.2, LA-2 −0.5, mix +0.3." in said
    assert "Valid tracking held at 97.0%." in said
    assert "On-time delivery cannot be compared" in said
    assert html.count("<figure") >= 1
    assert "rate_drivers.csv" in html


def test_a_dimension_in_which_all_moved_alike_is_not_named(week: Rendered) -> None:
    data = json.loads((week.folder / "report.json").read_text(encoding="utf-8"))
    found = {change["metric"]: change for change in data["shops"][0]["rate_drivers"]}
    late = found["late_dispatch_rate"]
    assert late["explained_by"][0] == "warehouse"
    tenths = [part["tenths"] for part in late["dimensions"]["warehouse"]["parts"]]
    assert sum(tenths) == 10
    assert late["dimensions"]["warehouse"]["total"] == 3
    assert found["valid_tracking_rate"]["explained_by"] == []
    assert found["on_time_delivery_rate"]["dimensions"]["carrier"]["parts"] == []


def test_many_segments_are_five_and_the_others(week: Rendered) -> None:
    data = json.loads((week.folder / "report.json").read_text(encoding="utf-8"))
    found = {change["metric"]: change for change in data["shops"][0]["rate_drivers"]}
    parts = found["seller_fault_cancellation_rate"]["dimensions"]["sku"]["parts"]
    assert [part["label"] for part in parts][-2:] == ["others", "mix"]
    assert len(parts) == 7
    assert sum(part["tenths"] for part in parts) == 6


def test_promises_are_held_against_what_was_done(week: Rendered) -> None:
    html = section(week, "promises")
    assert "450 of 510 shipments left by the promised day (88.2%); least at NJ-1, 88.0%." in html
    assert "LA-2 has no promise to be held against: add <code>order_cutoff</code>" in html
    assert "Inventory accuracy is not known" in html
    assert "3 business days (assumed)" in html
    assert UNREPORTED in html
    rows = read_csv(week.folder / "promises.csv")
    assert len(rows) == 5


def test_coverage_stands_against_four_weeks_ago(week: Rendered) -> None:
    html = section(week, "coverage")
    assert "since Oct 25" in html
    assert "Share of orders within two days, four weeks ago and now" in html


def test_what_an_older_warehouse_lacks_is_said(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", day=SUNDAY)
    made = weekly(tmp_path / "out", path, context(DEMO, day=SUNDAY))
    assert "Not compared: the weeks are not held by warehouse" in section(made, "drivers")
    assert 'id="promises"' not in made.html()
    assert "The coverage of Oct 25 is not held" in section(made, "coverage")
