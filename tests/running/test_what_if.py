"""Past days under other rules, on a shop small enough to count by hand.

Thirty orders of Wednesday 2026-01-14, Pacific time; Monday the 19th is a holiday. In force for them
is US-2026-01-12: the carrier's first scan within four business days, by Wednesday the 21st.

| orders | tracking uploaded | first scan  |
|--------|-------------------|-------------|
| 1..24  | Thu Jan 15        | Thu Jan 15  |
| 25..27 | Thu Jan 15        | Tue Jan 20  |
| 28..29 | Tue Jan 20        | Tue Jan 20  |
| 30     | Thu Jan 15        | Thu Jan 22  |
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.calendar import days_between
from flows.errors import UsageError
from flows.home.files import read_json
from flows.home.layout import Home
from flows.running import unchanged
from flows.running.run import Request
from tests.end_to_end.conftest import tree
from tests.oracle.mini import Mini
from tests.report.pages import Page
from tests.running.conftest import publish_day, what_if

pytestmark = pytest.mark.slow

DAYS = days_between(date(2026, 1, 12), date(2026, 1, 25))
SHOP = "us"
Counts = dict[str, tuple[int, int, str]]


def _write_orders(home: Home) -> None:
    shop = Mini(home.landing / SHOP)
    shop.feed_covers()
    for number in range(1, 31):
        uploaded = 20 if number in (28, 29) else 15
        scanned = 15 if number <= 24 else 20 if number <= 29 else 22
        shop.order(
            str(number),
            "2026-01-14 10:00",
            status="Shipped",
            rts=f"2026-01-{uploaded} 09:00",
            shipped=f"2026-01-{scanned} 18:00",
            number=f"PARCEL{number:02}",
        )
        shop.event(f"PARCEL{number:02}", f"2026-01-{scanned}T18:00:00", "accepted")
    shop.exports()


def _public(home: Home) -> dict[str, str]:
    """Everything but the records of runs, the lake and what-ifs; dbt's own cache aside."""
    found = tree(home.reports, home.warehouse, home.alerts)
    cache = str(home.private / "what_if" / "dbt")
    return {path: sha for path, sha in found.items() if not path.startswith(cache)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The shop, published as of Sunday 2026-01-25, with a backfill that was interrupted."""
    made = Home(tmp_path_factory.mktemp("what_if"))
    _write_orders(made)
    publish_day(made, DAYS[-1])
    waiting = made.private / "rendered" / "abc" / "2026-01-20"
    waiting.mkdir(parents=True)
    (waiting / "index.html").write_text("finished before the interruption")
    return made


@pytest.fixture(scope="module")
def before(home: Home) -> dict[str, str]:
    return _public(home)


@pytest.fixture(scope="module")
def upload_rule(home: Home, before: dict[str, str]) -> dict[str, Any]:
    return what_if(home, "US-2020", DAYS)


@pytest.fixture(scope="module")
def scan_rule(home: Home, before: dict[str, str]) -> dict[str, Any]:
    return what_if(home, "US-2026-04-01", DAYS)


def _comparison(outcome: dict[str, Any]) -> list[dict[str, str]]:
    with Path(outcome["comparison"]).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _late(outcome: dict[str, Any], day: str, window: str, basis: str = "platform") -> Counts:
    """Late, counted and status of a day's late dispatch rate: published and what-if."""
    (row,) = (
        row
        for row in _comparison(outcome)
        if row["metric"] == "late_dispatch_rate"
        and (row["as_of_on"], row["window_name"], row["basis"]) == (day, window, basis)
    )
    return {
        side: (
            int(row[f"{side}_numerator"]),
            int(row[f"{side}_denominator"]),
            row[f"{side}_status"],
        )
        for side in ("published", "what_if")
    }


def test_the_upload_dispatched_before_2026(upload_rule: dict[str, Any]) -> None:
    # Two business days to the upload, by Friday the 16th: orders 28 and 29 are late, 30 is not.
    assert _late(upload_rule, "2026-01-25", "rolling_30d") == {
        "published": (1, 30, "approaching"),
        "what_if": (2, 30, "breach"),
    }
    # 28 of them are dispatched in the week of the 12th, by 24 scans only.
    assert _late(upload_rule, "2026-01-18", "week") == {
        "published": (0, 24, "insufficient_volume"),
        "what_if": (0, 28, "ok"),
    }


def test_the_scan_must_come_within_two_business_days_again(scan_rule: dict[str, Any]) -> None:
    # By Friday the 16th: 25 to 30 are late; their fifth is past the line of April.
    assert _late(scan_rule, "2026-01-25", "rolling_30d") == {
        "published": (1, 30, "approaching"),
        "what_if": (6, 30, "enforcement"),
    }
    # At the end of the 18th they are all due and open under the one rule, under the other not yet.
    assert _late(scan_rule, "2026-01-18", "rolling_30d", "due") == {
        "published": (0, 0, "no_data"),
        "what_if": (6, 30, "enforcement"),
    }


def test_what_does_not_depend_on_the_clock_is_the_same(scan_rule: dict[str, Any]) -> None:
    others = [row for row in _comparison(scan_rule) if row["metric"].startswith("seller_fault")]
    assert {row["is_changed"] for row in others} == {"false"}
    assert {row["what_if_policy_version"] for row in others} == {"US-2026-04-01"}
    assert {row["published_policy_version"] for row in others} == {"US-2026-01-12"}


def test_the_publication_does_not_move(
    home: Home,
    before: dict[str, str],
    upload_rule: dict[str, Any],
    scan_rule: dict[str, Any],
) -> None:
    assert _public(home) == before
    assert sorted(path.name for path in (home.root / "what_if").iterdir()) == [
        "US-2020",
        "US-2026-04-01",
    ]
    record = read_json(Path(scan_rule["record"])) or {}
    assert (record["status"], record["arguments"]["policy"]) == ("built", "US-2026-04-01")
    assert all(path.startswith(("what_if/", "runs/")) for path in record["published"])
    assert scan_rule["alerts"] == [] and scan_rule["warnings"] == []


def test_the_marts_hold_the_days_that_were_asked_for(upload_rule: dict[str, Any]) -> None:
    with duckdb.connect(upload_rule["warehouse"], read_only=True) as connection:
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() order by 1"
        ).fetchall()
        days = connection.execute(
            "select min(as_of_on), max(as_of_on), count(distinct as_of_on) from marts.kpi_daily"
        ).fetchone()
        orders = connection.execute(
            "select count(*), count_if(is_late_dispatch), any_value(policy_version) "
            "from marts.orders"
        ).fetchone()
    assert schemas == [("marts",)]
    # No rate is known before the first order.
    assert days == (date(2026, 1, 14), DAYS[-1], 12)
    assert orders == (30, 2, "US-2020")


def test_the_page_says_it_in_words(scan_rule: dict[str, Any], upload_rule: dict[str, Any]) -> None:
    (path,) = upload_rule["reports"]
    markup = Path(path).read_text(encoding="utf-8")
    page = " ".join(" ".join(Page(markup).text).split())
    assert "Under US-2020, 1 of 8 judgements would have been different." in page
    assert (
        "Late dispatch would have been on target at 0.0% (0 of 28) instead of too few to judge "
        "(0 of 24) in the week to Sun Jan 18."
    ) in page
    assert "The same: valid tracking, seller-fault cancellation, on-time delivery." in page
    assert "regular dispatch business days" in page.lower()
    assert 'href="comparison.csv"' in markup and "http://" not in markup


def test_another_markets_version_is_warned_of(home: Home, before: dict[str, str]) -> None:
    outcome = what_if(home, "GB-2024-11-04", DAYS[-2:])
    (warning,) = outcome["warnings"]
    assert warning == "GB-2024-11-04 is a rule of GB: us is judged by the rules of US."
    assert warning in Path(outcome["reports"][0]).read_text(encoding="utf-8")
    assert _late(outcome, "2026-01-25", "rolling_30d")["what_if"][:2] == (2, 30)
    assert _public(home) == before


def test_the_same_again_gives_the_same(home: Home, upload_rule: dict[str, Any]) -> None:
    numbers = Path(upload_rule["comparison"]).read_bytes()
    again = what_if(home, "US-2020", DAYS)
    assert again["run_id"] != upload_rule["run_id"]
    assert Path(again["comparison"]).read_bytes() == numbers


def test_an_unknown_version_names_the_known(home: Home) -> None:
    with pytest.raises(UsageError, match=r"'US-2019'.*Known: US-2020, US-2026-01-12"):
        what_if(home, "US-2019", DAYS)
    with pytest.raises(UsageError, match="''"):
        what_if(home, "", DAYS)


def test_days_that_are_not_given_are_four_full_weeks() -> None:
    days = unchanged.default_what_if_days(["America/Los_Angeles", "Europe/London"])
    assert len(days) == 28
    assert (days[0].isoweekday(), days[-1].isoweekday()) == (1, 7)


def test_a_what_if_is_never_taken_for_what_is_published(home: Home) -> None:
    assert unchanged.published_outcome(Request("backfill", home, DAYS, policy="US-2020")) is None
