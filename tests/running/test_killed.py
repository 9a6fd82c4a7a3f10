"""A run that is killed at any of its changes to the disk: old or new, whole, and resumed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from flows.home.layout import Home
from flows.simulate import simulate
from tests.ingest.builders import drop, order, table

DAY = date(2026, 4, 12)

pytestmark = pytest.mark.timeout(1200)


def _killing(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.running.killing", *arguments],
        capture_output=True,
        text=True,
        timeout=1100,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


@pytest.fixture
def home() -> Iterator[Home]:
    """An empty home folder, in memory where there is room: disks are slow to be forced so often."""
    memory = Path("/dev/shm")
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    folder = Path(mkdtemp(dir=memory if has_room else None))
    yield Home(folder / "home")
    shutil.rmtree(folder)


def test_a_reading_that_is_killed_loses_no_row_and_refuses_none_twice(home: Home) -> None:
    for number in range(3):
        rows = [order(number), order(number + 10, quantity="many"), order(number + 20)]
        drop(home, f"{number}.csv", table(rows), shop=f"shop{number % 2}")
    drop(home, "other.csv", "a,b\n1,2\n", shop="shop0")
    found = _killing("reading", str(home.root))
    assert not found["problems"]
    assert found["kills"] >= 20


def test_a_publication_that_is_killed_is_old_or_new(home: Home) -> None:
    simulate(home.root, "demo", date(2026, 4, 8), DAY, 2, 5, truth=False)
    found = _killing("publishing", str(home.root), str(DAY))
    assert not found["problems"]
    assert found["kills"] >= 60


if sys.platform != "linux":
    pytest.skip("what a process does is followed through /proc", allow_module_level=True)
