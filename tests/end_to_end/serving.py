"""A real Prefect server and worker for a test, a webhook on this machine, and questions to them."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest

from flows.home.layout import Home
from flows.orchestration.deployed import deployed
from flows.orchestration.services import down, up
from tests.alerts.webhook_server import WebhookServer, webhook_server

GOING = ("SCHEDULED", "PENDING", "RUNNING")


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookServer]:
    """A webhook on this machine, in the environment that `make up` hands to the worker."""
    with webhook_server() as listening:
        monkeypatch.setenv("GREENZONE_SLACK_WEBHOOK", listening.address)
        yield listening


@pytest.fixture
def server(copied_home: Home, slack: WebhookServer) -> Iterator[tuple[Home, str]]:
    """A home folder whose server and worker run, and the address of the server's API."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = up(copied_home, port)
    yield copied_home, url
    assert down(copied_home) == 2


def ask(url: str, path: str, content: object = None) -> Any:
    """A request to the API: POST with content, GET without; the answer's JSON.

    A server whose database is busy answers 503, and means: ask again.
    """
    request = urllib.request.Request(
        f"{url}/{path}",
        data=None if content is None else json.dumps(content).encode(),
        headers={"Content-Type": "application/json"},
    )
    for is_last in (False, False, False, True):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or is_last:
                raise
            time.sleep(2)
    raise AssertionError("not reached")


def started(url: str, name: str, parameters: dict[str, Any]) -> str:
    """Ask for a run of a deployment; the id of the flow run."""
    found = ask(url, "deployments/filter", {"deployments": {"name": {"any_": [name]}}})
    path = f"deployments/{found[0]['id']}/create_flow_run"
    return str(ask(url, path, {"parameters": parameters})["id"])


def completed(url: str) -> int:
    """How many flow runs the server has seen complete; scheduled ones come and go."""
    wanted = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    return len(ask(url, "flow_runs/filter", wanted))


def until(home: Home, seconds: float, condition: Callable[[], object]) -> None:
    """Wait for a condition; after so many seconds fail with the worker's log."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, (home.root / ".prefect" / "worker.log").read_text()
        time.sleep(1)


def was_done(url: str, name: str) -> bool:
    """Whether a run of the deployment has completed."""
    return any(i["last_done_at"] for i in deployed(url)["deployments"] if i["name"] == name)


def state_of(url: str, run: str) -> tuple[str, str]:
    """Type and name of a flow run's state."""
    state = ask(url, f"flow_runs/{run}")["state"]
    return state["type"], state["name"]
