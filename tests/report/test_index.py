"""The index of all reports: what it shows, how it is searched, and how large it gets."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta

import pytest

from flows.calendar import week_name
from flows.report.index.model import (
    Changes,
    Index,
    Report,
    Restated,
    ShopVerdict,
    WhatIf,
    made_at,
    summary,
)
from flows.report.index.page import render_index
from tests.report.marts_fixture import HOSTILE
from tests.report.pages import Page

RUN, OLD, OLDER = (f"2026112{day}T081500Z-3f9a1{day}" for day in (4, 3, 2))
LAST = date(2026, 11, 23)
STATUSES = ("ok", "ok", "approaching", "breach", "insufficient_volume", "enforcement", "no_data")
VERDICT = "One of four rates is in breach: seller-fault cancellation, 2.9%."


def reports(days: int) -> tuple[Report, ...]:
    """A daily report of each of the last days and a review of each of their full weeks."""
    found = []
    for back in range(days):
        day = LAST - timedelta(days=back)
        found.append(Report(f"daily/{day}", RUN, STATUSES[back % 7], f"{VERDICT} {back}"))
        if day.isoweekday() == 7:
            found.append(Report(f"weekly/{week_name(day)}", RUN, STATUSES[back % 7], VERDICT))
    return tuple(found)


def index(days: int = 40) -> Index:
    """An index in which one day was restated and another's numbers have changed since."""
    made = reports(days)
    first, second = (
        report for report in made if not report.is_weekly and report.label > "2026-11-21"
    )
    return Index(
        run_id=RUN,
        generated="2026-11-24T08:15:00+00:00",
        shops=("Demo Shop",),
        reports=made,
        days={date(2026, 10, 1): "breach", date(2026, 10, 2): "ok"},
        restated=(
            Restated(first, (OLD, OLDER), Changes(2, ("files", "rules")), Changes()),
            Restated(second, (), Changes(), Changes(1, ("decision",))),
        ),
        what_ifs=(WhatIf("US-2026-01-26", "Under US-2026-01-26, no rate would have changed."),),
    )


@pytest.fixture(scope="module")
def markup() -> str:
    """The page of forty days."""
    return render_index(index()).decode()


@pytest.fixture(scope="module")
def page(markup: str) -> Page:
    """The same, read."""
    return Page(markup)


def _row(markup: str, label: str) -> str:
    return markup.split(f'<tr id="{label}">', 1)[1].split("</tr>", 1)[0]


def test_every_report_is_linked_and_the_newest_comes_first(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert page.links[:3] == ["#main", "daily/2026-11-23/index.html", "weekly/2026-W47/index.html"]
    for report in reports(40):
        assert f"{report.name}/index.html" in page.links
    assert "../what_if/US-2026-01-26/index.html" in page.links


def test_a_day_is_said_by_shape_and_word(markup: str) -> None:
    # Nov 20 is three days back: in breach. A screen reader reads the word, all others see a shape.
    assert '<td class="k1"><a href="daily/2026-11-20/index.html">20<i>Breach</i></a></td>' in markup
    assert '<td class="k1">1<i>Breach</i></td>' in markup, "a day of October that has no report"
    assert "`" not in Page(markup).text
    assert "greenzone backfill --from 2026-10-01 --to 2026-10-02" in markup


def test_a_restated_day_says_why_and_links_its_earlier_editions(markup: str) -> None:
    row = _row(markup, "2026-11-23")
    assert "2 judged numbers changed (new files and changed rules)." in row
    for run in (OLD, OLDER):
        assert f"daily/2026-11-23/editions/{run}/index.html" in row
    assert row.index(OLD) < row.index(OLDER)
    assert '<td class="k5 r"><a href="daily/2026-11-23/index.html">' in markup
    stale = _row(markup, "2026-11-22")
    assert "1 judged number changed (files withdrawn or restored) since it was written" in stale
    assert "greenzone backfill --from 2026-11-22 --to 2026-11-22" in stale


def test_foreign_text_stays_text() -> None:
    made = index(3)
    hostile = Report("daily/2026-11-23", RUN, "breach", f"</script>{HOSTILE}", ((HOSTILE, "ok"),))
    named = {"daily/2026-11-23": (ShopVerdict(HOSTILE, "ok", HOSTILE), ShopVerdict("b", "", "x"))}
    shown = render_index(
        Index(RUN, "", (HOSTILE,), (hostile, *made.reports[1:]), named, what_ifs=made.what_ifs)
    ).decode()
    found = Page(shown)
    assert found.count("script") == 2
    assert not found.count("img")
    (data,) = (
        part.split("</script>", 1)[0]
        for part in shown.split('<script type="application/json" id="reports">')[1:]
    )
    assert json.loads(data)["days"][0][3] == f"</script>{HOSTILE}"


def test_three_years_of_days_stay_small_and_quick() -> None:
    made = reports(1100)
    restated = tuple(
        Restated(report, (OLD, OLDER) * 5, Changes(3, ("files",)), Changes()) for report in made
    )
    started = time.perf_counter()
    shown = render_index(Index(RUN, "", ("Demo",), made, restated=restated, what_ifs=()))
    assert time.perf_counter() - started < 1.5
    assert len(shown) < 300_000
    # The page of every restated report links its place here: its row, else its day or week.
    page = Page(shown.decode())
    assert {report.label for report in made} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert f"120 of {10 * len(made):,} other editions that are kept are linked" in shown.decode()
    assert sum("/editions/" in link for link in page.links) == 120
    assert "10 in <code>editions</code>" in shown.decode()
    assert f"60 of {len(made):,} reports, the newest first" in shown.decode()


def test_a_report_that_was_rolled_back_says_so_and_marks_what_came_later() -> None:
    made = reports(1)
    rolled = Restated(made[0], (OLDER,), Changes(), Changes(), ("20261125T081500Z-3f9a15",))
    shown = render_index(Index(RUN, "", ("Demo",), made, restated=(rolled,))).decode()
    row = _row(shown, "2026-11-23")
    assert "Rolled back: 1 later edition is kept." in row
    assert "Nov 25, 2026, 08:15 UTC (later)</a>" in row
    assert row.count("(later)") == 1
    only = Restated(made[0], (), Changes(), Changes(), (RUN,))
    shown = render_index(Index(RUN, "", (), made, restated=(only,))).decode()
    assert "1 report was rolled back. Each other" in shown
    assert "written anew" not in shown


def test_a_report_is_remembered_in_one_line() -> None:
    rates = [{"status": "ok", "is_judged": True}, {"status": "breach", "is_judged": False}]
    bad = [{"status": "approaching", "is_judged": True}]
    one = {"shop_id": "a", "name": "A", "verdict": VERDICT, "rates": rates}
    other = {"shop_id": "b", "name": "B", "verdict": VERDICT, "rates": bad}
    assert summary("daily/2026-11-23", RUN, {"shops": [one]}) == Report(
        "daily/2026-11-23", RUN, "ok", VERDICT
    )
    assert summary("daily/2026-11-23", RUN, {"shops": [one, other]}) == Report(
        "daily/2026-11-23",
        RUN,
        "approaching",
        "None of 2 shops has a rate in breach.",
        (("B", "approaching"),),
    )


def test_a_run_says_when_it_was_made() -> None:
    at = made_at(OLD)
    assert at is not None
    assert at.isoformat() == "2026-11-23T08:15:00+00:00"
    assert made_at("an odd id") is None
