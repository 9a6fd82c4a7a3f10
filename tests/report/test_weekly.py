"""The weekly review."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from flows.report.weekly import render_weekly
from tests.report.conftest import DEMO, Rendered, context
from tests.report.marts_fixture import DAY
from tests.report.pages import Page


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
