"""What a backfill would do is said from what lies there, and nothing is touched to say it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.calendar import days_between
from flows.errors import UsageError
from flows.home.files import files_under
from flows.home.fingerprint import of_project, versions
from flows.home.interventions import add_intervention
from flows.home.layout import Home
from flows.home.state import PublicationState, ShopState
from flows.ingest import ingest, read_ledger, resolve_shops
from flows.running.dry_run import dry_run, lines
from flows.running.reading import fingerprints
from flows.running.run import Request, Run
from flows.simulate import simulate

LAST = date(2026, 4, 11)
DAYS = days_between(LAST - timedelta(days=2), LAST)
RUN = "20260412T010000Z-aaaaaa"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A shop whose last two days are published by a run that read everything."""
    home = Home(tmp_path_factory.mktemp("dry") / "home").create()
    simulate(home.root, "dry", LAST - timedelta(days=5), LAST, 3, 4, truth=False)
    ingest(home, RUN)
    records = read_ledger(home).records
    shops = resolve_shops(home)
    made_from = fingerprints(shops, records)
    days = {day.isoformat(): made_from["dry"] for day in DAYS[1:]}
    state = PublicationState({"dry": ShopState(LAST.isoformat(), days, RUN)}, run_id=RUN)
    for day in days:
        state.editions[f"daily/{day}"] = {"run_id": RUN, "shops": made_from, "content": "x"}
        page = home.reports / "daily" / day / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("a page")
    state.write(PublicationState.path(home))
    run = Run(Request("daily", home), RUN, lambda _: None)
    record = run.record
    record.inputs = [
        {"shop_id": r.shop_id, "file": r.file, "sha256": r.sha256, "status": r.status}
        for r in records
    ]
    record.fingerprints, record.versions = of_project(), versions()
    record.days = list(days)
    record.timings = {"ingest": 10.0, "build": 40.0, "report": 4.0, "publish": 2.0}
    record.close("published")
    record.write(run.record_path)
    return home


@pytest.fixture
def home(made: Home, tmp_path: Path) -> Home:
    """A copy of it, time stamps and all but the inodes."""
    shutil.copytree(made.root, tmp_path / "home")
    return Home(tmp_path / "home")


def _look(home: Home) -> dict[str, Any]:
    before = {path: path.read_bytes() for path in files_under(home.root)}
    result = dry_run(Request("backfill", home, DAYS))
    assert {path: path.read_bytes() for path in files_under(home.root)} == before
    return result


def test_days_are_told_apart_by_what_would_be_done(home: Home) -> None:
    result = _look(home)
    assert [item["action"] for item in result["days"]] == ["write", "stays", "stays"]
    assert result["files"] == []
    # Three days of two seconds, after fifty for the build and before two for the publication.
    assert result["estimate_seconds"] == 58
    said = "\n".join(lines(result))
    assert "1 written for the first time: 2026-04-09" in said
    assert "2 left as they are: 2026-04-10 to 2026-04-11" in said
    assert "about 1 min" in said


def test_files_that_no_run_has_read_are_named(home: Home) -> None:
    orders = next(path for path in files_under(home.landing) if path.suffix == ".csv")
    shutil.copy(orders, orders.with_name("copied.csv"))
    (home.landing / "dry" / "more.csv").write_text("a,b\n1,2\n")
    result = _look(home)
    states = {Path(item["file"]).name: item["state"] for item in result["files"]}
    assert states["more.csv"] == "new"
    assert states["copied.csv"].startswith("the same bytes as ")
    assert [item["action"] for item in result["days"]] == ["write", "compare", "compare"]
    assert any("new, not read yet: dry/more.csv" in line for line in lines(result))


def test_what_was_withdrawn_since_is_named(home: Home) -> None:
    record = read_ledger(home).records[0]
    add_intervention(home, "withdraw", "dry", record.file, "wrong shop",
                     details={"sha256": [record.sha256], "archive_sha256": None,
                              "files": [record.file]})  # fmt: skip
    result = _look(home)
    assert {item["state"] for item in result["files"]} == {"withdrawn"}
    assert result["days"][1]["action"] == "compare"
    assert record.file in result["days"][1]["reasons"][0]


def test_files_that_a_later_run_read_are_the_reason(home: Home) -> None:
    (home.landing / "dry" / "more.csv").write_text("a,b\n1,2\n")
    ingest(home, "20260413T010000Z-bbbbbb")
    result = _look(home)
    assert result["files"] == []
    assert result["days"][2]["reasons"] == ["refused since: dry/more.csv"]


def test_another_program_writes_every_day_anew(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.running.dry_run.of_project", lambda: of_project() | {"seeds": "x"})
    monkeypatch.setattr(PublicationState, "is_current", lambda *_: False)
    result = _look(home)
    assert result["days"][2]["action"] == "write anew"
    assert result["days"][2]["reasons"] == ["rules or reference data changed"]


def test_a_home_without_exports_is_refused_as_by_the_backfill(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to read"):
        dry_run(Request("backfill", Home(tmp_path / "none"), DAYS))
    assert not (tmp_path / "none").exists()
