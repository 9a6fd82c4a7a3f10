"""Runs that people or the machine end, two runs at once, and commands while a run works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from flows.home.layout import Home
from flows.home.lock import hold, holder
from tests.end_to_end.conftest import DAY, greenzone, public
from tests.end_to_end.killing import no_child_is_left

pytestmark = pytest.mark.end_to_end

HOLDER = "20260412T000000Z-abcdef"
NEXT = "2026-04-11"
_WRITERS = (
    ("daily", "--date", DAY),
    ("weekly", "--week", "2026-W15"),
    ("backfill", "--from", NEXT, "--to", DAY),
    ("pulse",),
    ("snapshot", "--date", NEXT, "--out", "OUT"),
    ("withdraw", "FILE", "--reason", "wrong"),
    ("rollback", "--reason", "wrong"),
    ("reproduce", "RUN"),
    ("forget", "--buyer-hash", "0" * 32),
)


def test_every_writer_is_refused_and_told_who_holds_the_lock(
    published_home: Home, tmp_path: Path
) -> None:
    files = published_home.landing / "demo" / "seller_center"
    names = {
        "OUT": str(tmp_path / "out.duckdb"),
        "RUN": next(published_home.runs.glob("*.json")).stem,
        "FILE": str(next(path for path in files.iterdir() if path.name.startswith("All order"))),
    }
    before = public(published_home)
    with hold(published_home, HOLDER, "daily"):
        for command in _WRITERS:
            given = [names.get(word, word) for word in command]
            done = greenzone(published_home, *given, "--json")
            if command[0] == "rollback" and done.code == 2:
                continue  # there is one publication: nothing to go back to
            assert done.code == 4, (command, done.err)
            for part in (HOLDER, "daily", str(os.getpid()), "since 20"):
                assert part in done.json["error"], (command, done.json)
    assert public(published_home) == before


def test_a_lock_file_that_somebody_deleted_still_holds(published_home: Home) -> None:
    with hold(published_home, HOLDER, "daily"):
        published_home.lock_file.unlink()
        assert holder(published_home) is not None
        assert greenzone(published_home, "pulse").code == 4
    assert holder(published_home) is None


def test_of_two_runs_started_at_once_exactly_one_works(copied_home: Home) -> None:
    command = [sys.executable, "-m", "flows", "daily", "--date", NEXT, "--json"]
    both = [
        subprocess.Popen(
            [*command, "--home", str(copied_home.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=400) for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes == [0, 4], said
    refused = next(out for (out, _), process in zip(said, both, strict=True) if process.returncode)
    assert "since 20" in json.loads(refused)["error"]


@pytest.mark.parametrize(
    ("number", "word", "code"),
    [
        (signal.SIGTERM, "Building", 143),
        (signal.SIGINT, "Gate 2", 130),
        pytest.param(signal.SIGTERM, "Starting", 143, marks=pytest.mark.long),
        pytest.param(signal.SIGINT, "Building", 130, marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, "Writing the daily", 129, marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, "Writing the warehouse", 143, marks=pytest.mark.long),
    ],
)
def test_a_run_that_is_told_to_end_does_so_cleanly(
    copied_home: Home, number: signal.Signals, word: str, code: int
) -> None:
    before = public(copied_home)
    command = [sys.executable, "-m", "flows", "daily", "--date", NEXT]
    with subprocess.Popen(
        [*command, "--home", str(copied_home.root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        said = []
        if word == "Starting":
            time.sleep(1.5)
        else:
            for line in process.stderr:
                said.append(line)
                if word in line:
                    time.sleep(0.5)
                    break
        # As a terminal does it: to the whole group.
        os.killpg(process.pid, number)
        told = time.monotonic()
        said += process.stderr.readlines()
    assert process.returncode == code, "".join(said)[-2000:]
    assert time.monotonic() - told < 60
    # Libraries may have a last word of their own, and several lines of it.
    assert any("The last publication stands" in line for line in said), said[-5:]
    assert no_child_is_left(copied_home)
    assert holder(copied_home) is None
    private = str(copied_home.private)
    after = {path: hash_ for path, hash_ in public(copied_home).items() if path in before}
    assert {p: h for p, h in after.items() if not p.startswith(private)} == {
        p: h for p, h in before.items() if not p.startswith(private)
    }
    new = [p for p in copied_home.runs.glob("*.json") if str(p) not in before]
    if word != "Starting":
        (record,) = (json.loads(path.read_text()) for path in new)
        assert (record["status"], record["error"]) == ("failed", "Interrupted before it was done.")
        assert record["ended_at"]


@pytest.mark.long
def test_a_server_that_dies_does_not_undo_a_publication(copied_home: Home) -> None:
    command = [sys.executable, "-m", "flows", "daily", "--date", NEXT, "--json"]
    with subprocess.Popen(
        [*command, "--home", str(copied_home.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PREFECT_CLIENT_MAX_RETRIES": "1"},
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "Gate 2" in line:
                for child in psutil.Process(process.pid).children(recursive=True):
                    if "prefect.server.api.server:create_app" in child.cmdline():
                        child.kill()
                break
        said += process.stderr.readlines()
        outcome = json.loads(process.stdout.read())
    assert process.returncode == 0, "".join(said)[-3000:]
    assert outcome["status"] == "published" and outcome["days"] == [NEXT]
    assert json.loads(Path(outcome["record"]).read_text())["status"] == "published"
    assert any("Prefect did not take the end of the run" in line for line in said)
