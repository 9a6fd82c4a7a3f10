"""How far a backfill is goes to Prefect, whose failing never ends the backfill."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.home.layout import Home
from flows.orchestration import artifacts
from flows.running.run import Request, Run

DAYS = (date(2026, 4, 9), date(2026, 4, 10), date(2026, 4, 11))


@pytest.mark.parametrize(("ails", "asked"), [("create", 1), ("update", 2), ("", 4)])
def test_a_server_that_is_away_is_said_once_and_asked_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ails: str, asked: int
) -> None:
    said: list[str] = []
    calls: list[str] = []

    def call(kind: str) -> Any:
        def answer(*_: object, **__: object) -> str:
            calls.append(kind)
            if kind == ails:
                raise ConnectionError("the server is away")
            return "an id"

        return answer

    monkeypatch.setattr(artifacts, "create_progress_artifact", call("create"))
    monkeypatch.setattr(artifacts, "update_progress_artifact", call("update"))
    run = Run(Request("backfill", Home(tmp_path).create(), DAYS), "r", said.append)
    run.days = DAYS
    progress = artifacts.Progress(run)
    for day in DAYS:
        progress.step(day)
    assert len(calls) == asked
    assert sum(text.startswith("Warning: Prefect") for text in said) == bool(ails)
    assert said[-1] == "2026-04-11 done, 3 of 3 days"
