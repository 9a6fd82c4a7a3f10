"""A real Prefect server and worker: a schedule fires by itself, people are told, all is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from flows.home import lock
from flows.home.layout import Home
from flows.orchestration.automations import POOL
from flows.orchestration.deployed import deployed
from flows.orchestration.prefect_home import WORKER_FILE, prefect_folder, running_pid
from flows.orchestration.services import up
from tests.alerts.webhook_server import WebhookServer
from tests.end_to_end.conftest import DAY, greenzone
from tests.end_to_end.serving import GOING, ask, completed, started, state_of, until, was_done

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]


def test_a_schedule_fires_by_itself_and_people_are_told(
    server: tuple[Home, str], slack: WebhookServer
) -> None:
    home, url = server
    assert ask(url, f"work_pools/{POOL}")["type"] == "process"
    limits = {queue["name"]: queue for queue in ask(url, f"work_pools/{POOL}/queues/filter", {})}
    assert {name: queue["concurrency_limit"] for name, queue in limits.items()} == {
        "default": 1,
        "pulse": 1,
    }
    known = {found["name"]: found for found in ask(url, "deployments/filter", {})}
    assert set(known) == {"daily", "weekly", "backfill", "pulse"}
    assert all(found["schedules"] for found in known.values())

    # A pulse that meets another run is skipped, and is no failure.
    with lock.hold(home, "r", "backfill"):
        look = started(url, "pulse", {})
        until(home, 120, lambda: state_of(url, look)[0] not in GOING)
    assert state_of(url, look) == ("COMPLETED", "Skipped")

    # A schedule of one time a minute: nobody starts the run.
    every_minute = {
        "active": True,
        "schedule": {"interval": 60, "anchor_date": datetime.now(UTC).isoformat()},
        "parameters": {"date": "2026-04-11"},
    }
    ask(url, f"deployments/{known['daily']['id']}/schedules", [every_minute])
    # Meanwhile a run that cannot be meant: what fails is told by the server itself.
    failed = started(url, "weekly", {"week": "nonsense"})
    page = home.reports / "daily" / "2026-04-11" / "index.html"
    until(home, 400, page.is_file)
    until(home, 60, lambda: state_of(url, failed)[0] == "FAILED")
    until(home, 60, lambda: any("weekly run ended as Failed" in text for text in slack.texts))
    until(home, 60, lambda: any("run ended as" not in text for text in slack.texts))
    assert all("nonsense" not in json.dumps(message) for _, message in slack.requests)

    # The page stands before its flow run has ended.
    until(home, 120, lambda: was_done(url, "daily"))
    artifacts = {found["key"] for found in ask(url, "artifacts/filter", {})}
    assert {"daily-report", "daily-gates"} <= artifacts
    shown = greenzone(home, "status", "--json").json["services"]
    assert (shown["is_worker_alive"], shown["automations"]) == (True, 4)
    by_name = {item["name"]: item for item in shown["deployments"]}
    assert by_name["daily"]["last_done_at"]
    assert all(item["next_at"] for item in by_name.values())
    assert by_name["weekly"]["last_bad_state"] == "Failed"


@pytest.mark.long
def test_a_deployed_run_waits_for_what_holds_the_folder(server: tuple[Home, str]) -> None:
    home, url = server
    with lock.hold(home, "r", "backfill"):
        run = started(url, "daily", {"date": "2026-04-11"})
        until(home, 120, lambda: state_of(url, run)[0] == "RUNNING")
        wanted = {"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC"}
        until(
            home,
            60,
            lambda: any("Waiting" in line["message"] for line in ask(url, "logs/filter", wanted)),
        )
        assert state_of(url, run)[0] == "RUNNING"
    until(home, 400, lambda: state_of(url, run)[0] == "COMPLETED")
    assert (home.reports / "daily" / "2026-04-11" / "index.html").is_file()


def test_up_twice_and_down_twice_are_harmless(server: tuple[Home, str]) -> None:
    home, url = server
    port = int(url.split(":")[2].split("/")[0])
    worker = running_pid(prefect_folder(home) / WORKER_FILE)
    assert worker is not None
    assert up(home, port) == url
    assert running_pid(prefect_folder(home) / WORKER_FILE) == worker
    assert len(ask(url, "automations/filter", {})) == 4
    # Half up: the worker died. It alone is started again.
    os.killpg(worker, signal.SIGKILL)
    assert up(home, port) == url
    assert running_pid(prefect_folder(home) / WORKER_FILE) not in (None, worker)
    assert deployed(url)["is_worker_alive"]
    shown = greenzone(home, "status").out
    assert DAY in shown
    assert "failed runs are told" in shown
    # A command that a person gives is seen by the same server.
    before = completed(url)
    assert greenzone(home, "daily", "--date", "2026-04-10").code == 0
    assert completed(url) == before + 1
    environment = {**os.environ, "GREENZONE_HOME": str(home.root)}
    help_text = subprocess.run(
        [sys.executable, "-m", "flows.orchestration.services", "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "up" in help_text
