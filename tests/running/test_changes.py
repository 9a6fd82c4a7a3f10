"""What a backfill made of published numbers is read back from the ledger, worst first."""

from __future__ import annotations

import codecs
import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.home.layout import Home
from flows.home.state import PublicationState, ShopState
from flows.report.marts.day import HISTORY_DAYS
from flows.report.marts.rules import HEALTH_DAYS
from flows.running import changes
from flows.running.run import Request, Run
from flows.warehouse.digest import REACH_DAYS, day_digest
from flows.warehouse.scope import Scope

RUN, BEFORE = "20260412T010000Z-aaaaaa", "20260411T010000Z-bbbbbb"
DAYS = (date(2026, 4, 9), date(2026, 4, 10))
LATE, TRACKING = "late_dispatch_rate", "valid_tracking_rate"


def _number(
    day: date, metric: str, was: float, now: float, status: str, run: str = RUN
) -> tuple[object, ...]:
    """A row of the ledger, of a hundred orders each time."""
    key = ("it's", day, metric, "platform", "week", run)
    before, after = (round(was * 100), 100, was, "ok"), (round(now * 100), 100, now, status)
    return (*key, *before, *after, "files", "=late.csv")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A backfill of two days of one shop, of which the first is published."""
    made = Run(Request("backfill", Home(tmp_path / "home").create(), DAYS), RUN, lambda _: None)
    made.scope = Scope(DAYS, {"it's": DAYS}, frozenset())
    made.state = PublicationState({"it's": ShopState("2026-04-09", {"2026-04-09": "x"}, BEFORE)})
    with duckdb.connect(str(made.build)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.kpi_daily (shop_id varchar, as_of_on date, metric varchar, "
            "basis varchar, window_name varchar, status varchar, is_evaluated boolean)"
        )
        connection.execute(
            "create table marts.kpi_restatements (shop_id varchar, as_of_on date, metric varchar, "
            "basis varchar, window_name varchar, run_id varchar, was_numerator bigint, "
            "was_denominator bigint, was_value double, was_status varchar, is_numerator bigint, "
            "is_denominator bigint, is_value double, is_status varchar, cause varchar, "
            "files varchar)"
        )
        connection.execute("create table marts.orders as select 'it''s' as shop_id, 1 as order_id")
        for day in DAYS:
            for metric in (LATE, TRACKING):
                connection.execute(
                    "insert into marts.kpi_daily values (?, ?, ?, 'platform', 'week', 'ok', ?)",
                    ["it's", day, metric, metric == LATE],
                )
        connection.executemany(
            f"insert into marts.kpi_restatements values ({', '.join('?' * 16)})",
            [
                _number(DAYS[0], LATE, 0.02, 0.03, "ok"),
                _number(DAYS[1], LATE, 0.03, 0.04, "breach"),
                _number(DAYS[1], TRACKING, 0.9, 0.5, "ok"),
                _number(DAYS[0], LATE, 0.01, 0.02, "ok", BEFORE),
            ],
        )
    return made


def test_the_numbers_of_this_run_are_listed_those_of_another_status_first(run: Run) -> None:
    changes.write(run)
    found = run.record.changes
    assert (found["numbers"], found["days"], found["judged_numbers"]) == (3, 2, 2)
    assert found["status_changes"] == 1
    assert found["first_published"] == ["2026-04-10"]
    assert [row["is_status"] for row in found["largest"]] == ["breach", "ok"]
    assert found["file"] == str(run.home.runs / f"{RUN}.changes.csv")
    assert run.publication.steps[-1] == {"do": "replace", "path": f"runs/{RUN}.changes.csv"}
    assert run.publication.path(Path(found["file"])).read_bytes().startswith(codecs.BOM_UTF8)
    with run.publication.path(Path(found["file"])).open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["metric"] for row in rows] == [LATE, LATE, TRACKING]
    assert rows[0]["files"] == "'=late.csv", "foreign text that a spreadsheet would run"


def test_a_day_that_one_shop_had_published_is_not_published_for_the_first_time(run: Run) -> None:
    run.scope = Scope(DAYS, {"it's": DAYS, "new": DAYS}, frozenset())
    changes.write(run)
    assert run.record.changes["first_published"] == ["2026-04-10"]


def test_without_a_change_there_is_no_file(run: Run) -> None:
    run.run_id = "20260413T010000Z-cccccc"
    changes.write(run)
    assert run.record.changes["file"] is None
    assert not run.publication.steps
    assert changes.lines(run.record.changes)[-1] == "No number that was published changed."


@pytest.mark.parametrize(
    ("statement", "is_other"),
    [
        ("insert into marts.orders values ('it''s', 2)", True),
        ("update marts.kpi_daily set status = 'breach' where as_of_on = '2026-04-09'", True),
        ("update marts.kpi_daily set as_of_on = '2026-04-11' where as_of_on > '2026-04-10'", False),
        ("insert into marts.kpi_restatements select * from marts.kpi_restatements", False),
        ("insert into marts.later values ('it''s', '2026-04-09', 5)", False),
        ("insert into marts.later values ('it''s', '2026-04-10', 5)", True),
        ("insert into marts.account_health_daily values ('it''s', '2025-10-13', 5)", True),
        ("insert into marts.account_health_daily values ('it''s', '2026-04-11', 5)", False),
    ],
)
def test_a_days_content_is_its_numbers(run: Run, statement: str, is_other: bool) -> None:
    with duckdb.connect(str(run.build)) as connection:
        for table in ("later", "account_health_daily"):
            connection.execute(
                f"create table marts.{table} (shop_id varchar, as_of_on date, n int)"
            )
    before = day_digest(run.build, DAYS[1], run.home.work)
    with duckdb.connect(str(run.build)) as connection:
        connection.execute(statement)
    assert (day_digest(run.build, DAYS[1], run.home.work) != before) is is_other


def test_a_days_content_reaches_as_far_back_as_its_report_looks() -> None:
    assert REACH_DAYS["account_health_daily"] >= HEALTH_DAYS
    assert REACH_DAYS["kpi_daily"] >= HISTORY_DAYS
