"""Each automation on a real server: what it tells, and that it does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from flows.home.layout import Home
from flows.orchestration import automations
from flows.orchestration.prefect_home import WORKER_FILE, prefect_folder, running_pid
from flows.orchestration.services import up
from tests.alerts.webhook_server import WebhookServer
from tests.end_to_end.conftest import DAY
from tests.end_to_end.serving import ask, started, state_of, until

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]

_SOON = timedelta(seconds=15)


def _told(slack: WebhookServer, words: str) -> Callable[[], bool]:
    return lambda: any(words in text for text in slack.texts)


def _has_failed(url: str, run: str) -> bool:
    return state_of(url, run)[0] == "FAILED"


def test_each_automation_tells(
    server: tuple[Home, str], slack: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, url = server
    # Two hours and six pulses are long; nothing else differs from what `make up` applies.
    monkeypatch.setattr(automations, "LATE", _SOON)
    monkeypatch.setattr(automations, "_PULSES", 2)
    monkeypatch.setenv("PREFECT_API_URL", url)
    assert automations.apply()

    # The process of a run is killed, as by a machine without memory.
    killed = started(url, "daily", {"date": DAY})
    until(home, 120, lambda: state_of(url, killed)[0] == "RUNNING")
    pid = ask(url, f"flow_runs/{killed}")["infrastructure_pid"].rpartition(":")[2]
    os.kill(int(pid), signal.SIGKILL)
    until(home, 120, lambda: state_of(url, killed)[0] == "CRASHED")
    until(home, 60, _told(slack, "The daily run ended as Crashed"))

    backfill = started(url, "backfill", {"first": "nonsense", "last": DAY})
    until(home, 120, partial(_has_failed, url, backfill))
    until(home, 60, _told(slack, "The backfill run ended as Failed"))

    for _ in range(2):
        assert not _told(slack, "2 pulses failed within a day")()
        look = started(url, "pulse", {"shop": "nobody"})
        until(home, 120, partial(_has_failed, url, look))
    until(home, 60, _told(slack, "2 pulses failed within a day"))

    worker = running_pid(prefect_folder(home) / WORKER_FILE)
    assert worker is not None
    os.killpg(worker, signal.SIGKILL)
    late = started(url, "weekly", {})
    until(home, 120, lambda: state_of(url, late)[1] == "Late")
    until(home, 120, _told(slack, "The weekly run has not begun"))
    # The run that waits begins with the next worker.
    port = int(url.split(":")[2].split("/")[0])
    assert up(home, port) == url
    until(home, 400, lambda: state_of(url, late)[0] == "COMPLETED")
