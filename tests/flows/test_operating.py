"""Services, units and automations, as far as they need no server of their own."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from flows.errors import LOCKED, Locked, UsageError
from flows.home import lock
from flows.home.files import write_json
from flows.home.layout import Home
from flows.orchestration import automations, services
from flows.orchestration.deployed import deployed
from flows.orchestration.prefect_home import (
    SERVER_FILE,
    prefect_folder,
    running_server,
    start_ticks,
)
from flows.orchestration.units import units
from flows.paths import PROJECT_ROOT

_TAKEN = "Something else listens on port"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", "GREENZONE_PREFECT_PORT", "GREENZONE_TIMEZONE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / 'a home, 100% "mine" $HOME')


def test_a_port_that_is_taken_is_said_whoever_has_it(home: Home) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(UsageError, match=_TAKEN),
    ):
        services.up(home, silent.getsockname()[1])
    assert running_server(home) is None
    assert services.down(home) == 0


def test_only_one_make_up_works_at_a_time(home: Home) -> None:
    folder = prefect_folder(home)
    folder.mkdir(parents=True)
    with (folder / "services.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Locked):
            services.up(home, 4200)


def test_what_a_restart_left_is_no_running_server(home: Home) -> None:
    # The machine was started anew: the process id is another program's now.
    prefect_folder(home).mkdir(parents=True)
    url = "http://127.0.0.1:4200/api"
    note = {"pid": os.getpid(), "url": url, "started": "1"}
    write_json(prefect_folder(home) / SERVER_FILE, note)
    assert running_server(home) is None
    assert services.down(home) == 0
    assert start_ticks(os.getpid()) is not None, "nobody was stopped"


def test_down_of_a_home_that_was_never_up_makes_nothing(home: Home) -> None:
    assert services.down(home) == 0
    assert not home.root.exists()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENZONE_PREFECT_PORT", port)
    with pytest.raises(UsageError, match="no port"):
        services.prefect_port()


def test_units_hold_the_paths_of_this_machine(home: Home, tmp_path: Path) -> None:
    made = units(home, {"GREENZONE_TIMEZONE": "Europe/London"})
    kinds = {name.rpartition(".")[2] for name in made}
    assert kinds == {"service", "timer"}
    for name, text in made.items():
        assert not re.search(r"@[a-z]+@", text), name
    server = made["greenzone-server.service"]
    assert 'a home, 100%% \\"mine\\" $HOME" "GREENZONE_PREFECT_PORT=4200"' in server
    assert f"WorkingDirectory={PROJECT_ROOT}" in server
    assert "OnCalendar=*-*-* 03:15:00 Europe/London" in made["greenzone-daily.timer"]
    assert "-m flows pulse --alert\n" in made["greenzone-pulse.service"]
    assert "SuccessExitStatus=4\nRestart=no\n" in made["greenzone-pulse.service"]
    for name in ("daily", "weekly"):
        # A report that a pulse or a person held off is tried again, and never taken for done.
        assert "SuccessExitStatus=\nRestart=on-failure\n" in made[f"greenzone-{name}.service"]
    (prevented,) = re.findall(r"RestartPreventExitStatus=(.*)", made["greenzone-daily.service"])
    assert str(LOCKED) not in prevented.split()
    assert "After=network.target greenzone-daily.service\n" in made["greenzone-weekly.service"]
    if shutil.which("systemd-analyze") is None:
        return
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", "--user", *(str(tmp_path / name) for name in made)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


def test_the_schedules_of_timers_and_deployments_agree(home: Home) -> None:
    made = units(home, {})
    document = yaml.safe_load((PROJECT_ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    crons = {d["name"]: d["schedules"][0]["cron"].split() for d in document["deployments"]}
    assert set(crons) == {"daily", "weekly", "backfill", "pulse"}
    for name in ("daily", "weekly", "pulse"):
        minute, hour = crons[name][:2]
        shown = f"{'*' if hour == '*' else f'{int(hour):02d}'}:{minute}:00"
        assert shown in made[f"greenzone-{name}.timer"]
    queues = {d["name"]: d["work_pool"]["work_queue_name"] for d in document["deployments"]}
    assert set(queues.values()) == set(automations.QUEUES)
    assert [name for name, queue in queues.items() if queue == "pulse"] == ["pulse"]


def test_units_of_a_zone_that_is_none(home: Home) -> None:
    with pytest.raises(UsageError, match="no time zone"):
        units(home, {"GREENZONE_TIMEZONE": "Mars/Olympus"})


def test_every_automation_is_one_that_the_server_takes() -> None:
    from prefect.server.events.schemas.automations import AutomationCore

    for block_id in (None, "00000000-0000-0000-0000-000000000001"):
        made = [AutomationCore.model_validate(item) for item in automations.automations(block_id)]
        assert len({item.name for item in made}) == 4
        kinds = {action.type for item in made for action in item.actions}
        assert kinds == {"call-webhook" if block_id else "do-nothing"}


def test_what_a_gate_holds_back_is_told_by_its_own_alert_alone() -> None:
    from prefect.server.events.schemas.events import Resource, ResourceSpecification

    match = automations.automations(None)[0]["trigger"]["match"]
    wanted = ResourceSpecification.model_validate(match)

    def fires(message: str) -> bool:
        labels: dict[str, Any] = {
            "prefect.resource.id": "prefect.flow-run.1",
            "prefect.state-message": message,
        }
        return wanted.matches(Resource.model_validate(labels))

    assert fires("Flow run encountered an exception: StageError: The disk is full.")
    assert fires("Flow run process exited with non-zero status code 1.")
    assert not fires("Flow run encountered an exception: GateBlocked: Not published: shop a.")


def test_a_gate_that_holds_back_a_review_or_a_backfill_is_told() -> None:
    # Only the daily run delivers alerts.
    told: dict[str, bool] = {}
    for made in automations.automations(None):
        trigger = made["trigger"]
        if "prefect.flow-run.Failed" not in trigger["expect"] or trigger["posture"] == "Proactive":
            continue
        for deployment in trigger["match_related"]["prefect.resource.name"]:
            assert deployment not in told, "a failed run is told by one automation"
            told[deployment] = "prefect.state-message" not in trigger["match"]
    assert told == {"daily": False, "weekly": True, "backfill": True, "pulse": True}


def test_a_server_that_does_not_answer_is_said(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    found = deployed(f"http://127.0.0.1:{port}/api")
    assert "does not answer" in found["error"]


_HOLD = """
import sys, time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from flows.home import lock
from flows.home.layout import Home

with lock.hold(Home(Path(sys.argv[1])), "r1", sys.argv[2]):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def _held(home: Home, command: str, seconds: float) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", _HOLD, str(home.root), command, str(seconds)]
    holder = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_run_waits_for_a_pulse_and_a_pulse_for_nobody(home: Home) -> None:
    with _held(home, "pulse", 1.5), lock.hold(home, "r2", "daily"):
        assert lock.holder(home) is not None
    for held, wanted in (("pulse", "pulse"), ("daily", "pulse"), ("daily", "weekly")):
        with _held(home, held, 2), pytest.raises(Locked), lock.hold(home, "r3", wanted):
            pass


@pytest.mark.parametrize("command", ["daily", "weekly", "backfill"])
@pytest.mark.parametrize(("deployment_id", "hours"), [("d1", 4), (None, 0)])
def test_a_run_of_a_deployment_waits_and_one_in_a_terminal_does_not(
    home: Home, monkeypatch: pytest.MonkeyPatch, command: str, deployment_id: str | None, hours: int
) -> None:
    from prefect.context import FlowRunContext

    asked: list[float] = []

    def hold(home: Home, run_id: str, command: str, patience: float = 0.0) -> Any:
        asked.append(patience)
        raise Locked("Another run holds it.", "Wait for it to end.")

    context = SimpleNamespace(flow_run=SimpleNamespace(deployment_id=deployment_id))
    monkeypatch.setattr(FlowRunContext, "get", lambda: context)
    monkeypatch.setattr(lock, "hold", hold)
    flow = getattr(import_module(f"flows.{command}"), command)
    with pytest.raises(Locked):
        flow.fn(home=str(home.root))
    assert asked == [hours * 3600.0]
