"""One writer at a time: refusal names the holder, a dead holder holds nobody back."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows import progress
from flows.errors import LOCKED, Locked
from flows.home.layout import Home
from flows.home.lock import hold, holder

_HOLD = """
import sys, time
from pathlib import Path
from flows.home.layout import Home
from flows.home.lock import hold
with hold(Home(Path(sys.argv[1])), "run-1", "daily"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def _other_process(home: Home) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(home.root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_and_told_who_holds_the_lock(home: Home) -> None:
    process = _other_process(home)
    try:
        with pytest.raises(Locked) as refused, hold(home, "run-2", "daily"):
            pytest.fail("two processes hold the lock")
        assert refused.value.exit_code == LOCKED
        for part in ("run-1", "daily", str(process.pid), "since 20"):
            assert part in refused.value.message
    finally:
        process.kill()
        process.wait()


def test_a_killed_holder_frees_the_lock(home: Home) -> None:
    process = _other_process(home)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert holder(home) is None
    with hold(home, "run-2", "weekly"):
        assert json.loads(home.lock_file.read_text())["run_id"] == "run-2"


def test_the_lock_may_be_taken_again_within_the_process(home: Home) -> None:
    with hold(home, "outer", "daily") as first, hold(home, "inner", "daily") as second:
        assert (first, second) == ("outer", "outer")
    with hold(home, "later", "daily") as third:
        assert third == "later"


def test_looking_at_the_lock_names_the_holder_and_holds_nobody_back(home: Home) -> None:
    assert holder(home) is None
    process = _other_process(home)
    try:
        found = holder(home)
        assert found is not None
        assert (found.pid, found.run_id, found.command) == (process.pid, "run-1", "daily")
    finally:
        process.kill()
        process.wait()


def test_a_lock_file_that_somebody_deleted_lets_nobody_in(home: Home) -> None:
    process = _other_process(home)
    try:
        home.lock_file.unlink()
        found = holder(home)
        assert found is not None and found.pid in (process.pid, 0)
        with pytest.raises(Locked), hold(home, "run-2", "daily"):
            pytest.fail("two processes hold the lock")
    finally:
        process.kill()
        process.wait()
    with hold(home, "run-3", "daily"):
        assert holder(home) is not None


def test_of_many_that_start_at_once_one_holds_the_lock(home: Home) -> None:
    several = [
        subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(home.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        deadline = time.monotonic() + 60
        while sum(process.poll() is not None for process in several) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        (left,) = (process for process in several if process.poll() is None)
        found = holder(home)
        assert found is not None and found.pid == left.pid
    finally:
        for process in several:
            process.kill()
            process.wait()


def test_a_folder_that_may_only_be_read_can_be_looked_at(home: Home) -> None:
    home.lock_file.touch()
    home.lock_file.chmod(0o444)
    assert holder(home) is None


def test_a_look_in_the_moment_of_the_start_only_delays(home: Home) -> None:
    looks = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, os, sys, time\n"
            "d = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)\n"
            "fcntl.flock(d, fcntl.LOCK_SH)\n"
            "print('looking', flush=True)\n"
            "time.sleep(0.2)\n",
            str(home.lock_file),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert looks.stdout is not None
    looks.stdout.readline()
    started = time.monotonic()
    with hold(home, "run-1", "daily"):
        assert time.monotonic() - started < 2
    looks.wait()


_END_SLOWLY = """
import json, os, sys, time, fcntl
d = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(d, fcntl.LOCK_EX)
who = {"pid": os.getpid(), "run_id": "look-1", "command": "pulse", "since": "2026-11-22T10:00:00"}
os.write(d, json.dumps(who).encode())
print("held", flush=True)
time.sleep(0.9)
os.ftruncate(d, 0)
time.sleep(0.9)
"""


def test_a_pulse_that_took_its_name_away_is_still_waited_for(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(progress, "say", said.append)
    process = subprocess.Popen(
        [sys.executable, "-c", _END_SLOWLY, str(home.lock_file)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    with hold(home, "run-2", "daily"):
        pass
    process.wait()
    assert len(said) == 1, "a wait is said, and once"
    assert said[0].startswith("Waiting, 15 minutes at most")
    assert "run look-1 (pulse)" in said[0]


def test_whoever_is_patient_waits_for_another_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(progress, "say", said.append)
    process = _other_process(home)
    try:
        with pytest.raises(Locked), hold(home, "run-2", "daily", patience=0.8):
            pytest.fail("two processes hold the lock")
        assert len(said) == 1
        assert "run run-1 (daily)" in said[0]
        threading.Timer(0.8, process.kill).start()
        with hold(home, "run-3", "daily", patience=60):
            assert holder(home) is not None
    finally:
        process.kill()
        process.wait()
