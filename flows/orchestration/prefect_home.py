"""Prefect: where it lives, the tasks that the flows are made of, and what they record.

`configure` has to be called before Prefect is imported, which this module does only in functions
and in `flows.tasks`.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from flows.home.layout import Home
from flows.orchestration.temporary_server import TemporaryServer
from flows.running.session import import_slow_libraries

# Cut rather than parsed: what is no address may hold a password too.
_USER = re.compile(r"^(https?://)?(.*)@", re.DOTALL)

SERVER_FILE = "server.json"
WORKER_FILE = "worker.json"


def prefect_folder(home: Home) -> Path:
    """The folder of the Prefect that belongs to a home folder."""
    return home.root / ".prefect"


def configure(home: Home, log_level: str) -> None:
    """Point Prefect at the user's server, else at the home folder's own, else at a temporary one.

    A server that the user has configured (`PREFECT_API_URL`, or a profile that names one) is used
    as it is. Otherwise Prefect keeps its files in the home folder, away from the user's own.
    """
    os.environ["PREFECT_LOGGING_LEVEL"] = log_level
    os.environ["PREFECT_LOGGING_INTERNAL_LEVEL"] = log_level
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")
    if _has_own_server():
        return
    folder = prefect_folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PREFECT_HOME"] = str(folder)
    server = running_server(home)
    if server:
        os.environ["PREFECT_API_URL"] = server


def run_flow(home: Home, command: str, arguments: dict[str, Any], log_level: str) -> dict[str, Any]:
    """Run the flow of a command in this process, on a temporary server if there is no other."""
    configure(home, log_level)
    server = None
    if not _has_own_server():
        server = TemporaryServer(prefect_folder(home))
        os.environ["PREFECT_API_URL"] = server.url
    flow: Callable[..., dict[str, Any]] = getattr(import_module(f"flows.{command}"), command)
    if server:
        import_slow_libraries()
        server.wait()
    with without_heartbeat():
        return flow(**arguments)


@contextmanager
def with_api(home: Home, log_level: str) -> Iterator[None]:
    """A Prefect API for the block, without a flow: the one that runs, else a temporary one."""
    configure(home, log_level)
    server = None
    if not _has_own_server():
        server = TemporaryServer(prefect_folder(home))
        os.environ["PREFECT_API_URL"] = server.url
    try:
        if server:
            server.wait()
        yield
    finally:
        if server:
            server.stop()
            del os.environ["PREFECT_API_URL"]


def running_server(home: Home) -> str | None:
    """The address of the server that `make up` started for this home folder, if it runs."""
    if running_pid(prefect_folder(home) / SERVER_FILE) is None:
        return None
    return started_for(home, SERVER_FILE)


def started_for(home: Home, name: str) -> str | None:
    """The server's address that a service of this home folder was started for."""
    try:
        found = json.loads((prefect_folder(home) / name).read_text(encoding="utf-8"))
        return str(found["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def running_pid(path: Path) -> int | None:
    """The process of a pid file, if it is still the one that was started."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        pid = int(found["pid"])
        return pid if start_ticks(pid) == found["started"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def start_ticks(pid: int) -> str | None:
    """When a process started, in the kernel's ticks: tells a process from a later one's same id."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    after_name = stat.rpartition(")")[2].split()
    return None if after_name[0] == "Z" else after_name[19]


@contextmanager
def without_heartbeat() -> Iterator[None]:
    """No heartbeat thread, whose end costs each flow run a second; for runs that a person sees."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def server_of(home: Home) -> str | None:
    """The address of the server that runs of a home folder use: the user's own, else `make up`'s.

    None where each starts a temporary one. The address may hold a password: see `without_user`.
    """
    return setting("PREFECT_API_URL") or running_server(home)


def without_user(url: str) -> str:
    """An address without the name and password that it may hold: as it can be shown."""
    return _USER.sub(r"\1", url)


def user_of(url: str) -> str | None:
    """The name and password that an address holds, as `name:password`; None for none."""
    found = _USER.match(url)
    return unquote(found[2]) if found else None


def setting(name: str) -> str | None:
    """A setting of Prefect: of the environment, else of the user's active profile."""
    if os.environ.get(name):
        return os.environ[name]
    folder = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    try:
        profiles = tomllib.loads((folder / "profiles.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active")
    settings = profiles.get("profiles", {}).get(active, {})
    found = settings.get(name) if isinstance(settings, dict) else None
    return str(found) if found else None


def _has_own_server() -> bool:
    return setting("PREFECT_API_URL") is not None
