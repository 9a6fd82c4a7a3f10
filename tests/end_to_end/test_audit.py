"""Earlier runs made again from the lake alone, and publications gone back to, by real commands."""

from __future__ import annotations

import csv
import hashlib
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows import stages
from flows.home.files import write_json
from flows.home.interventions import add_intervention
from flows.home.layout import Home
from flows.home.publications import kept_publication
from flows.home.runs import read_record
from flows.running import reading
from flows.running.reproduce import reproduce
from flows.running.run import Request
from flows.running.session import outcome, session
from flows.running.snapshot import snapshot
from flows.simulate import simulate
from flows.warehouse.merge import LEDGERS
from tests.end_to_end.conftest import greenzone, marts, public

pytestmark = pytest.mark.end_to_end

FIRST, LAST = date(2026, 4, 6), date(2026, 4, 12)
EARLIER = (date(2026, 4, 8), date(2026, 4, 9))


def run_command(home: Home, request: Request) -> dict[str, Any]:
    """A run in this process, without Prefect and without the gates, which change no row."""
    with session(request) as run:
        stages.read_landing(run)
        assert not run.is_published
        reading.prepare_build(run)
        stages.build(run)
        if request.policy:
            stages.compare(run)
        else:
            stages.merge(run)
            render = stages.render_weekly if request.command == "weekly" else stages.render_daily
            for day in run.days:
                render(run, day)
            if request.command != "backfill":
                stages.write_alerts(run)
        stages.publish(run)
        return outcome(run)


def _change_unit_costs(home: Home) -> None:
    """A new declaration in the place of the old one: other costs of every SKU."""
    path = home.landing / "demo" / "reference" / "skus.csv"
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "unit_cost": "3.21"} for row in rows)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str, str]:
    """Two daily runs, a declaration replaced between them, and nothing left in landing."""
    home = Home(tmp_path_factory.mktemp("home"))
    simulate(home.root, "demo", FIRST, LAST, 3, 5, truth=False)
    first = run_command(home, Request("daily", home, (LAST - timedelta(1),)))["run_id"]
    _change_unit_costs(home)
    second = run_command(home, Request("daily", home, (LAST,)))["run_id"]
    shutil.rmtree(home.landing)
    return home, first, second


def test_a_record_says_all_that_a_run_was_made_from(audited: tuple[Home, str, str]) -> None:
    home, first, second = audited
    for run_id in (first, second):
        record = read_record(home, run_id) or {}
        assert record["reproducible"] is True and record["not_reproducible_because"] is None
        assert record["policy_versions"] and record["scope"]["as_of"]["demo"]
        assert all((home.lake / p).is_file() for f in record["inputs"] for p in f["lake_paths"])
        with duckdb.connect(str(kept_publication(home, run_id).warehouse), read_only=True) as db:
            for mart, content in record["marts"].items():
                counted = db.execute(f"select count(*) from marts.{mart}").fetchone()
                assert counted == (content["rows"],), mart


def test_the_first_run_is_made_again_from_the_lake_alone(
    audited: tuple[Home, str, str], tmp_path: Path
) -> None:
    home, first, _ = audited
    before = public(home)
    out = tmp_path / "again.duckdb"
    done = greenzone(home, "reproduce", first, "--out", str(out), "--json")
    assert done.code == 0, done.err
    assert done.json["is_same"] and done.json["marts"]["orders"]["rows_recorded"] > 10
    again, then = marts(out), marts(kept_publication(home, first).warehouse)
    assert {mart: again[mart] for mart in again if mart not in LEDGERS} == {
        mart: then[mart] for mart in then if mart not in LEDGERS
    }
    assert public(home) == before


def test_back_to_the_first_and_forward_again(audited: tuple[Home, str, str]) -> None:
    home, first, second = audited
    newest = marts(home.published)
    done = greenzone(home, "rollback", "--reason", "costs of another shop", "--json")
    assert done.code == 0, done.err
    assert (done.json["from"], done.json["to"]) == (second, first)
    assert marts(home.published) == marts(kept_publication(home, first).warehouse) != newest
    assert not (home.reports / "daily" / LAST.isoformat() / "index.html").exists()
    shown = greenzone(home, "status", "--json").json
    assert {kept["run_id"]: kept["is_present"] for kept in shown["publications"]} == {
        first: True,
        second: False,
    }
    assert shown["disk"]["lake"] > 0
    assert greenzone(home, "rollback", second, "--reason", "they were right").code == 0
    assert marts(home.published) == newest
    assert (home.reports / "daily" / LAST.isoformat() / "index.html").exists()


@pytest.mark.long
def test_a_mart_that_was_another_is_named(audited: tuple[Home, str, str]) -> None:
    home, _, second = audited
    path = home.runs / f"{second}.json"
    record = read_record(home, second) or {}
    written = record["marts"]["kpi_daily"]
    write_json(path, {**record, "marts": {**record["marts"], "kpi_daily": {**written, "rows": 1}}})
    try:
        done = greenzone(home, "reproduce", second)
    finally:
        write_json(path, record)
    assert done.code == 1, done.err
    assert "1 of " in done.out and "different  kpi_daily: 1 rows, now " in done.out
    assert done.out.count("different") == 1


@pytest.mark.long
def test_every_kind_of_run_is_made_again(tmp_path: Path) -> None:
    """A backfill of earlier days, a week, a what-if, a snapshot, one shop of two.

    In the last one a declaration is replaced, and a file that the others read is withdrawn.
    """
    home = Home(tmp_path)
    for seed, shop in ((5, "demo"), (6, "other")):
        simulate(home.root, shop, FIRST, LAST, 3, seed, truth=False)
    runs = [
        run_command(home, request)["run_id"]
        for request in (
            Request("daily", home, (LAST,)),
            Request("backfill", home, EARLIER),
            Request("weekly", home, (LAST,)),
            Request("backfill", home, EARLIER, policy="US-2020"),
        )
    ]
    runs.append(snapshot(home, EARLIER[0], tmp_path / "snapshot.duckdb")["run_id"])
    _change_unit_costs(home)
    (events,) = (home.landing / "demo" / "carriers").iterdir()
    sha256 = hashlib.sha256(events.read_bytes()).hexdigest()
    add_intervention(
        home, "withdraw", "demo", events.name, "another shop's", details={"sha256": [sha256]}
    )
    runs.append(run_command(home, Request("daily", home, (LAST,), ("demo",)))["run_id"])
    record = read_record(home, runs[-1]) or {}
    assert [f["file"] for f in record["inputs"] if f["status"] == "withdrawn"] == [
        f"carriers/{events.name}"
    ]
    shutil.rmtree(home.landing)
    for run_id in runs:
        found = reproduce(home, run_id, None, anyway=False)
        assert found["is_same"], (run_id, found["marts"])
        assert found["marts"]["kpi_daily"]["rows_recorded"] > 0
