"""Snapshots and what-ifs of which a gate holds a shop back: accepted, and for them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows import quality, stages
from flows.home.files import read_json
from flows.home.layout import Home
from flows.quality import Expectation, Gate, TableSuite
from flows.running import snapshot as snapshots
from flows.running.accepting import accept
from flows.running.publishing import status_of
from flows.running.run import Request
from flows.running.session import GateBlocked, session
from flows.simulate import simulate

DAY = date(2026, 3, 10)
FALSE_ALARM = Expectation(
    name="false_alarm",
    table="inputs.files",
    severity="critical",
    description="No shop called one has files",
    fails_when="shop_id = 'one'",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Two shops, of which gate 1 holds back one; what follows the gate is not built."""

    def written(build: Path, previous: None, target: Path, *_: Any) -> None:
        target.write_bytes(bytes(8) + b"DUCK")

    for shop in ("one", "two"):
        simulate(tmp_path, shop, date(2026, 3, 1), DAY, 3, 1, ("calm",))
    gate = Gate("gate 1", "inputs", (TableSuite("inputs.files", (FALSE_ALARM,)),))
    monkeypatch.setattr(quality, "gate1", lambda *_: replace(gate))
    for stage in ("build", "judge_marts", "digest"):
        monkeypatch.setattr(stages, stage, lambda _: None)
    monkeypatch.setattr(snapshots, "write_published", written)
    return Home(tmp_path)


def _snapshot(home: Home) -> dict[str, Any]:
    """The record of a snapshot that is held back."""
    with pytest.raises(GateBlocked) as caught:
        snapshots.snapshot(home, DAY, home.root / "then.duckdb")
    return read_json(Path(caught.value.outcome["record"])) or {}


def _judged(request: Request) -> tuple[dict[str, list[str]], str]:
    """What gate 1 holds back of a run, and the status that it would end with."""
    found: list[Any] = []
    try:
        with session(request) as run:
            stages.read_landing(run)
            stages.judge_input(run)
            found += [run.blocked, status_of(run)]
    except GateBlocked:
        assert found[0]
    return found[0], found[1]


def test_a_blocked_snapshot_is_accepted_and_no_other_run_rests_on_it(home: Home) -> None:
    record = _snapshot(home)
    assert record["status"] == "partly_blocked"

    def again(request: Request) -> dict[str, Any]:
        assert request.days and request.out
        return snapshots.snapshot(request.home, request.days[0], request.out)

    done = accept(home, record["run_id"], "false_alarm", "a test", None, again, print)
    assert (done["published"]["status"], done["published"]["blocked"]) == ("built", {})

    held = ({"one": ["gate 1"]}, "partly_blocked")
    assert _judged(Request("backfill", home, (DAY,), policy="US-2020")) == held
    assert _judged(Request("daily", home, (DAY,))) == held
