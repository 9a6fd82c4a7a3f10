"""A real Prefect server and worker: a schedule fires by itself, people are told, all is stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.home import lock
from flows.home.layout import Home
from flows.orchestration.automations import POOL
from flows.orchestration.deployed import deployed
from flows.orchestration.prefect_home import WORKER_FILE, prefect_folder, running_pid
from flows.orchestration.services import down, up
from tests.alerts.webhook_server import WebhookServer, webhook_server
from tests.end_to_end.conftest import DAY, greenzone

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookServer]:
    """A webhook on this machine, in the environment that `make up` hands to the worker."""
    with webhook_server() as listening:
        monkeypatch.setenv("GREENZONE_SLACK_WEBHOOK", listening.address)
        yield listening


@pytest.fixture
def server(copied_home: Home, slack: WebhookServer) -> Iterator[tuple[Home, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = up(copied_home, port)
    yield copied_home, url
    assert down(copied_home) == 2


def _ask(url: str, path: str, content: object = None) -> Any:
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


def _until(home: Home, seconds: float, condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, (home.root / ".prefect" / "worker.log").read_text()
        time.sleep(1)


def _was_done(url: str, name: str) -> bool:
    return any(i["last_done_at"] for i in deployed(url)["deployments"] if i["name"] == name)


_GOING = ("SCHEDULED", "PENDING", "RUNNING")


def _state(url: str, run: str) -> tuple[str, str]:
    state = _ask(url, f"flow_runs/{run}")["state"]
    return state["type"], state["name"]


def test_a_schedule_fires_by_itself_and_people_are_told(
    server: tuple[Home, str], slack: WebhookServer
) -> None:
    home, url = server
    assert _ask(url, f"work_pools/{POOL}")["type"] == "process"
    limits = {queue["name"]: queue for queue in _ask(url, f"work_pools/{POOL}/queues/filter", {})}
    assert {name: queue["concurrency_limit"] for name, queue in limits.items()} == {
        "default": 1,
        "pulse": 1,
    }
    known = {found["name"]: found for found in _ask(url, "deployments/filter", {})}
    assert set(known) == {"daily", "weekly", "backfill", "pulse"}
    assert all(found["schedules"] for found in known.values())

    # A pulse that meets another run is skipped, and is no failure.
    with lock.hold(home, "r", "backfill"):
        look = _ask(url, f"deployments/{known['pulse']['id']}/create_flow_run", {})
        _until(home, 120, lambda: _state(url, look["id"])[0] not in _GOING)
    assert _state(url, look["id"]) == ("COMPLETED", "Skipped")

    # A schedule of one time a minute: nobody starts the run.
    every_minute = {
        "active": True,
        "schedule": {"interval": 60, "anchor_date": datetime.now(UTC).isoformat()},
        "parameters": {"date": "2026-04-11"},
    }
    _ask(url, f"deployments/{known['daily']['id']}/schedules", [every_minute])
    # Meanwhile a run that cannot be meant: what fails is told by the server itself.
    wrong = {"parameters": {"week": "nonsense"}}
    failed = _ask(url, f"deployments/{known['weekly']['id']}/create_flow_run", wrong)
    page = home.reports / "daily" / "2026-04-11" / "index.html"
    _until(home, 400, page.is_file)
    _until(home, 60, lambda: _state(url, failed["id"])[0] == "FAILED")
    _until(home, 60, lambda: any("weekly run ended as Failed" in text for text in slack.texts))
    _until(home, 60, lambda: any("run ended as" not in text for text in slack.texts))
    assert all("nonsense" not in json.dumps(message) for _, message in slack.requests)

    artifacts = {found["key"] for found in _ask(url, "artifacts/filter", {})}
    assert {"daily-report", "daily-gates"} <= artifacts
    # The page stands before its flow run has ended.
    _until(home, 120, lambda: _was_done(url, "daily"))
    shown = greenzone(home, "status", "--json").json["services"]
    assert (shown["is_worker_alive"], shown["automations"]) == (True, 4)
    by_name = {item["name"]: item for item in shown["deployments"]}
    assert by_name["daily"]["last_done_at"]
    assert all(item["next_at"] for item in by_name.values())
    assert by_name["weekly"]["last_bad_state"] == "Failed"


def test_up_twice_and_down_twice_are_harmless(server: tuple[Home, str]) -> None:
    home, url = server
    port = int(url.split(":")[2].split("/")[0])
    worker = running_pid(prefect_folder(home) / WORKER_FILE)
    assert worker is not None
    assert up(home, port) == url
    assert running_pid(prefect_folder(home) / WORKER_FILE) == worker
    assert len(_ask(url, "automations/filter", {})) == 4
    # Half up: the worker died. It alone is started again.
    os.killpg(worker, signal.SIGKILL)
    assert up(home, port) == url
    assert running_pid(prefect_folder(home) / WORKER_FILE) not in (None, worker)
    assert deployed(url)["is_worker_alive"]
    shown = greenzone(home, "status").out
    assert DAY in shown
    assert "failed runs are told" in shown
    # A command that a person gives is seen by the same server.
    before = _completed(url)
    assert greenzone(home, "daily", "--date", "2026-04-10").code == 0
    assert _completed(url) == before + 1
    environment = {**os.environ, "GREENZONE_HOME": str(home.root)}
    help_text = subprocess.run(
        [sys.executable, "-m", "flows.orchestration.services", "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "up" in help_text
