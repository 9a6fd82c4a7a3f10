"""A real Prefect server and worker: deploy, trigger, see it complete."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from flows.home.layout import Home
from flows.orchestration.services import POOL, down, up
from tests.end_to_end.conftest import DAY, greenzone

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]


@pytest.fixture
def server(copied_home: Home) -> Iterator[tuple[Home, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = up(copied_home, port)
    yield copied_home, url
    assert down(copied_home) == 2


def _ask(url: str, path: str, content: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        f"{url}/{path}",
        data=None if content is None else json.dumps(content).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _completed(url: str) -> int:
    """How many flow runs the server has seen complete; scheduled ones come and go."""
    completed = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    return len(_ask(url, "flow_runs/filter", completed))


def test_a_deployed_run_completes_in_the_worker(server: tuple[Home, str]) -> None:
    home, url = server
    pool = _ask(url, f"work_pools/{POOL}")
    assert (pool["type"], pool["concurrency_limit"]) == ("process", 1)
    deployments = _ask(url, "deployments/filter", {})
    assert {found["name"] for found in deployments} == {"daily", "weekly", "backfill"}
    assert all(found["schedules"] for found in deployments)
    (daily,) = [found for found in deployments if found["name"] == "daily"]
    run = _ask(
        url, f"deployments/{daily['id']}/create_flow_run", {"parameters": {"date": "2026-04-11"}}
    )
    deadline = time.monotonic() + 300
    while True:
        state = _ask(url, f"flow_runs/{run['id']}")["state"]["type"]
        if state in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            break
        assert time.monotonic() < deadline, (home.root / ".prefect" / "worker.log").read_text()
        time.sleep(1)
    assert state == "COMPLETED", (home.root / ".prefect" / "worker.log").read_text()
    assert (home.reports / "daily" / "2026-04-11" / "index.html").is_file()
    artifacts = {found["key"] for found in _ask(url, "artifacts/filter", {})}
    assert {"daily-report", "daily-gates"} <= artifacts
    # A command that a person gives meanwhile is seen by the same server.
    before = _completed(url)
    assert greenzone(home, "daily", "--date", "2026-04-10").code == 0
    assert _completed(url) == before + 1


def test_up_twice_and_down_twice_are_harmless(server: tuple[Home, str]) -> None:
    home, url = server
    port = int(url.split(":")[2].split("/")[0])
    assert up(home, port) == url
    assert DAY in greenzone(home, "status").out
    environment = {**os.environ, "GREENZONE_HOME": str(home.root)}
    help_text = subprocess.run(
        [sys.executable, "-m", "flows.orchestration.services", "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "up" in help_text
