"""Kills real commands, and looks at what they leave: shared by the tests of crashes."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from flows.commands.status import status_of
from flows.home.files import files_under, read_json
from flows.home.layout import Home
from flows.home.state import PublicationState
from tests.end_to_end.conftest import marts

# The real command, killed without a word at its n-th change below the home folder.
DIES_AT_CHANGE = """
import os, signal, sys
from pathlib import Path
from tests.home.watching import watching
left = [int(sys.argv.pop(1))]
def count(change):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
from flows.cli import main
with watching(Path(sys.argv.pop(1)), count):
    main()
"""

_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
# The day of the runs and its neighbours: no made-up shop has orders then.
_DAYS = [datetime.now(UTC) + timedelta(days=offset) for offset in (-1, 0, 1)]
_MOMENT = re.compile(
    "(" + "|".join(f"{day:%Y-%m-%d}" for day in _DAYS) + r")[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?"
)
_WORDS = re.compile(
    "(" + "|".join(f"{day:%b} {day.day}" for day in _DAYS) + r"), (\d{4}, )?\d\d:\d\d"
)
# Which run and when: what two runs of the same data may differ by.
_OF_A_RUN = ("run_id", "previous_run_id", "published_at", "restated_at", "made_at")
_OF_A_READING = ("run_id", "lake_paths", "stamp")


def killed_at(home: Home, change: int, *arguments: str) -> bool:
    """Run a command that is killed at a change of the home folder; whether it was."""
    done = subprocess.run(
        [
            *(sys.executable, "-c", DIES_AT_CHANGE, str(change), str(home.root)),
            *(*arguments, "--home", str(home.root)),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode in (-9, 0), done.stderr
    return done.returncode == -9


def killed_after(home: Home, seconds: float, *arguments: str) -> bool:
    """Run a command that is killed after some time; whether it was, and had not ended."""
    command = [sys.executable, "-m", "flows", *arguments, "--home", str(home.root)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
        assert process.stderr is not None
        assert process.returncode == 0, process.stderr.read()
    return False


def children_of(home: Home) -> list[int]:
    """Processes that work for a home folder: the temporary server is told of it by a variable."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("PREFECT_HOME") == str(home.root / ".prefect"):
                found.append(process.pid)
        except psutil.Error:
            continue
    return [pid for pid in found if pid != os.getpid()]


def no_child_is_left(home: Home, seconds: float = 10) -> bool:
    """Whether what a run started is gone soon after it."""
    deadline = time.monotonic() + seconds
    while children_of(home):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def content(home: Home) -> dict[str, Any]:
    """Everything that two runs of the same data must agree on, without run ids and moments."""
    ledger = read_json(home.ledger) or {"files": []}
    refused = []
    for path in sorted(home.quarantine.glob("*/refused_rows.csv")):
        with path.open(newline="", encoding="utf-8") as handle:
            refused += [str(sorted(row.items())) for row in csv.DictReader(handle)]
    files = {
        f"{path.relative_to(home.root)}": _plain(path.read_bytes().decode())
        for folder in (home.reports, home.alerts)
        for path in files_under(folder)
        if "editions" not in path.parts
    }
    return {
        "ledger": [
            {key: value for key, value in record.items() if key not in _OF_A_READING}
            for record in ledger["files"]
        ],
        "refused rows": sorted(refused),
        **files,
        **published_marts(home),
    }


def published_marts(home: Home) -> dict[str, Any]:
    """Every row of every published mart but for runs and moments; empty before the first run."""
    if not home.published.exists():
        return {}
    return marts(home.published, without=lambda column: column in _OF_A_RUN)


def check_after_death(home: Home, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Hold what a killed run left against the marts of before and of an undisturbed run."""
    found = published_marts(home)
    assert found in (old, new), "a warehouse that is neither the old nor the new one"
    shown = status_of(home)
    has_journal = (home.staging / "journal.json").exists()
    assert shown["is_interrupted"] is (has_journal and shown["lock"] is None)
    for record in home.runs.glob("*.json"):
        assert json.loads(record.read_text())["status"] in ("published", "failed")
    if has_journal:
        return
    state = PublicationState.load(home)
    for shop in state.shops.values():
        assert (home.runs / f"{shop.run_id}.json").exists()
    for name, edition in state.editions.items():
        page = (home.reports / name / "index.html").read_text(encoding="utf-8")
        assert edition["run_id"] in page, f"{name} is not of the run that the state names"
    assert bool(state.shops) is bool(found)


def check_nothing_is_left(home: Home) -> None:
    """After a run that was let through: no scratch, no garbage, nothing unfinished."""
    assert not list(home.staging.iterdir())
    assert not list(home.work.iterdir())
    assert not [path for path in home.root.rglob(".*.tmp*") if ".prefect" not in path.parts]
    assert not list(home.quarantine.glob(".*"))
    ledger = read_json(home.ledger) or {}
    live = {path for record in ledger["files"] for path in record["lake_paths"]}
    assert {str(p.relative_to(home.lake)) for p in home.lake.rglob("*.parquet")} == live


def _plain(text: str) -> str:
    return _WORDS.sub("MOMENT", _MOMENT.sub("MOMENT", _RUN.sub("RUN", text)))


def differing(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """The parts of two contents that differ."""
    return sorted(p for p in {*found, *wanted} if found.get(p) != wanted.get(p))


def copy_of(home: Home, target: Path) -> Home:
    """A copy of a home folder, over whatever is at `target`."""
    subprocess.run(["rm", "-rf", str(target)], check=True)
    subprocess.run(["cp", "-a", str(home.root), str(target)], check=True)
    return Home(target)
