"""A gate that cannot judge lets nothing through: the run ends as blocked, and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows import errors, quality
from flows.home.files import read_json
from flows.home.layout import Home
from flows.quality import Expectation, Gate, TableSuite, gate1
from flows.running.session import GateBlocked
from flows.simulate import simulate
from tests.running.conftest import publish_day

DAY = date(2026, 3, 10)
# Even a question that would only have warned.
BROKEN = Expectation(
    name="cannot_be_asked",
    table="inputs.files",
    severity="warning",
    description="A question about a column that is not there",
    fails_when="no_such_column > 0",
)


def test_a_gate_that_errs_blocks_every_shop_and_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_an_error(*given: object) -> Gate:
        gate = gate1()
        return replace(gate, suites=(*gate.suites, TableSuite("inputs.files", (BROKEN,))))

    simulate(tmp_path, "shop", date(2026, 3, 1), DAY, 3, 1, ("calm",))
    home = Home(tmp_path)
    monkeypatch.setattr(quality, "gate1", with_an_error)
    with pytest.raises(GateBlocked) as caught:
        publish_day(home, DAY)

    assert caught.value.exit_code == errors.BLOCKED == 3
    assert caught.value.outcome["blocked"] == {"shop": ["gate 1"]}
    assert not home.published.exists()
    assert not list(home.reports.rglob("*.html"))
    [record] = [read_json(path) for path in home.runs.glob("*.json")]
    assert record is not None and record["status"] == "blocked"
    [failed] = [
        item
        for gate in record["gates"]
        for item in gate["expectations"]
        if item["name"] == BROKEN.name
    ]
    assert failed["is_errored"] and failed["severity"] == "critical"
    assert failed["observed"] == "could not be judged (BinderException)"
    [alert] = home.alerts.rglob("gate_blocked.shop.json")
    assert "could not be judged" in alert.read_text(encoding="utf-8")
