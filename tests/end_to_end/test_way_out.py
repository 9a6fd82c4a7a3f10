"""Wrong files taken out and brought back, a false alarm published over: the marts and the words."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows import stages
from flows.home.layout import Home
from flows.running import reading
from flows.running.run import Request
from flows.running.session import GateBlocked, outcome, session
from flows.running.withdrawing import Order, restore, withdraw
from flows.simulate import simulate
from tests.arrangements import LEDGERS
from tests.end_to_end.conftest import Done, greenzone, marts
from tests.running.conftest import publish_day

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

SHOP, FIRST, LAST = "east", date(2026, 3, 30), date(2026, 4, 12)
FOREIGN = "from the agency.zip"


def _publish(request: Request) -> dict[str, Any]:
    """The stages that make the published warehouse, without gates and pages."""
    with session(request) as run:
        stages.read_landing(run)
        if run.is_published:
            return outcome(run)
        reading.prepare_build(run)
        stages.build(run)
        stages.merge(run)
        stages.publish(run)
        return outcome(run)


def _look(request: Request) -> dict[str, Any]:
    """What a publication would be made from."""
    with session(request) as run:
        stages.read_landing(run)
        return {"made_from": run.fingerprints[SHOP]}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _foreign_exports(scratch: Path, own: Path) -> list[Path]:
    """Every export of another shop, its declarations among them, that is not the same here."""
    simulate(scratch, "west", FIRST, LAST, 4, 77, truth=False)
    known = {path.read_bytes() for path in _files(own)}
    return [p for p in _files(scratch / "landing" / "west") if p.read_bytes() not in known]


def _numbers(home: Home) -> dict[str, list[Any]]:
    return {table: rows for table, rows in marts(home.published).items() if table not in LEDGERS}


def _different(found: dict[str, list[Any]], expected: dict[str, list[Any]]) -> list[str]:
    assert set(found) == set(expected)
    return [table for table in expected if found[table] != expected[table]]


def test_marts_are_those_of_a_home_that_never_had_the_files(tmp_path: Path) -> None:
    never, home = Home(tmp_path / "never"), Home(tmp_path / "home")
    for root in (never.root, home.root):
        simulate(root, SHOP, FIRST, LAST, 4, 5, truth=False)
    archive = home.landing / SHOP / FOREIGN
    with zipfile.ZipFile(archive, "w") as target:
        for path in _foreign_exports(tmp_path / "foreign", home.landing):
            target.write(path, path.name)
    day = Request("daily", never, (LAST,))
    _publish(day)
    _publish(Request("daily", home, (LAST,)))
    expected = _numbers(never)
    assert len(_different(_numbers(home), expected)) > 20

    archive.unlink()
    before = _look(Request("daily", home, (LAST,)))
    result = withdraw(Order(home, FOREIGN, "another shop's"), _publish, print)
    assert result["published"]["status"] == "published"
    assert not _different(_numbers(home), expected)
    causes = _ask(home, "select distinct cause, files from marts.kpi_restatements")
    assert {cause for cause, _ in causes} == {"decision"}
    assert all(FOREIGN in files for _, files in causes)
    assert _ask(home, "select action, subject, reason from marts.interventions") == [
        ("withdraw", FOREIGN, "another shop's")
    ]

    # What is published depends on nothing but what this stands for.
    result = restore(Order(home, f"{SHOP}/{FOREIGN}", "it was ours"), _look, print)
    assert result["published"] == before


def test_a_false_alarm_is_published_over_and_blocks_again_with_new_data(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    simulate(home.root, SHOP, FIRST, LAST, 4, 5, truth=False)
    # A shop that has not sold yet.
    for path in (home.landing / SHOP).rglob("*"):
        if path.is_file() and path.name not in ("warehouses.csv", "shops.csv"):
            path.unlink()
    with pytest.raises(GateBlocked):
        publish_day(home, LAST)
    (run_id,) = [path.stem for path in home.runs.glob("*.json")]
    shown = greenzone(home, "accept", run_id, "gate-2", "--reason", "it opens on Monday")
    assert shown.code == 2
    assert "order_feed_is_there" in shown.err
    done = greenzone(
        home, "accept", run_id, "gate-1", "--reason", "it opens on <b>Monday</b>", "--json"
    )
    assert done.code == 0, done.err
    _check_that_it_is_said(home, done)

    (home.landing / SHOP / "skus.csv").write_text(
        "seller_sku,title,category,unit_cost,currency,weight_kg,is_branded,launched_on\nA,,,,,,,\n"
    )
    with pytest.raises(GateBlocked):
        publish_day(home, LAST)
    (alert,) = (home.alerts / LAST.isoformat()).glob("gate_blocked.*.json")
    assert "holds no more" in alert.read_text()


def _check_that_it_is_said(home: Home, done: Done) -> None:
    published = done.json["published"]
    record = json.loads(Path(published["record"]).read_text())
    assert (record["status"], record["blocked"]) == ("published", {})
    (finding,) = [
        found
        for gate in record["gates"]
        for item in gate["expectations"]
        for found in item["findings"]
        if item["name"] == "order_feed_is_there"
    ]
    assert finding["accepted"]["reason"] == "it opens on <b>Monday</b>"
    assert finding["accepted"]["by"] == done.json["decision"]["by"]
    page = Path(published["reports"][0]).read_text()
    assert "published over 1 failed check" in page
    assert "Failed, accepted" in page
    assert "<b>Monday" not in page
    alert = (home.alerts / LAST.isoformat() / f"gate_warning.{SHOP}.json").read_text()
    assert "ublished over 1 failed check" in alert
    assert "&lt;b&gt;Monday" in alert
    assert not list((home.alerts / LAST.isoformat()).glob("gate_blocked.*"))


def _ask(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.published), read_only=True) as connection:
        return connection.execute(query).fetchall()
