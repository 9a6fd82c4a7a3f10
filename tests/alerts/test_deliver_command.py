"""`greenzone deliver` as people call it, after a run that died while it published."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.home.files import write_json
from flows.home.layout import Home
from flows.home.publish import Publication
from flows.home.runs import RunRecord
from flows.home.state import PublicationState
from flows.masking import WEBHOOK_VARIABLE


class _Death(BaseException):
    """Stands in for the end of the process."""


def _die(_: object) -> None:
    raise _Death


def test_what_a_dead_run_left_is_finished_before_anything_is_sent(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    publication = Publication(home, "r1")
    state = PublicationState.path(home)
    write_json(publication.path(home.alert_state), {})
    PublicationState(run_id="r1").write(publication.path(state))
    RunRecord("r1", "daily", {}).write(publication.path(home.runs / "r1.json"))
    for path in (home.alert_state, state):
        publication.replace_file(path)
    with pytest.raises(_Death):
        publication.commit(before_step=_die)
    assert not home.alert_state.exists()

    done = subprocess.run(
        [sys.executable, "-m", "flows", "deliver", "--json", "--home", str(home.root)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {WEBHOOK_VARIABLE: "http://127.0.0.1:9/services/T/B/x"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sent"] == []
    assert home.alert_state.exists() and PublicationState.load(home).run_id == "r1"
    assert not list(home.staging.iterdir())
