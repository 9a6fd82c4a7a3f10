"""A Prefect server, a worker and the deployments on one machine: `make up`, `make down`.

Everything that they keep is in the home folder's `.prefect`: database, process ids, logs. `serve`
and `work` are the same two services in the foreground, for systemd.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import GreenzoneError, Locked, StageError, UsageError
from flows.home.files import make_folder, write_json
from flows.home.layout import Home
from flows.masking import without_secrets
from flows.orchestration.automations import POOL
from flows.orchestration.deployed import ask, is_worker_alive
from flows.orchestration.prefect_home import (
    SERVER_FILE,
    WORKER_FILE,
    prefect_folder,
    running_pid,
    running_server,
    start_ticks,
    started_for,
)
from flows.orchestration.temporary_server import is_healthy
from flows.paths import PROJECT_ROOT
from flows.running.session import home_of

DEFAULT_TIMEZONE = "America/Los_Angeles"
_DEFAULT_PORT = 4200
_SERVER_SECONDS = 120
_WORKER_SECONDS = 90
_HANGING_SECONDS = 20
_STOP_SECONDS = 15


def up(home: Home, port: int) -> str:
    """Start server and worker, apply deployments and automations; the server's address.

    What runs already is left alone, what does not answer any more is started anew. Raises
    `StageError` with the log's path when a part does not come up; what was started is then stopped
    again. Raises `UsageError` where the port is taken, `Locked` while another `make up` works.
    """
    with _alone(home):
        started: list[str] = []
        try:
            url = _running(home)
            if url is None:
                started.append(SERVER_FILE)
                url = _start_server(home, port)
            environment = _environment(home, url)
            deploy(home, environment)
            if not _has_worker(home, url):
                started.append(WORKER_FILE)
                _start_worker(home, environment, url)
        except BaseException:
            for name in reversed(started):
                _end(home, name)
            raise
    return url


def down(home: Home) -> int:
    """Stop what `up` started for this home folder; how many processes were stopped."""
    if not prefect_folder(home).is_dir():
        return 0
    with _alone(home):
        return sum(_end(home, name) for name in (WORKER_FILE, SERVER_FILE))


def deploy(home: Home, environment: dict[str, str]) -> None:
    """Create pool, deployments, limits and automations; a second time changes nothing."""
    pool = ["work-pool", "create", "--type", "process", "--overwrite", POOL]
    _run(home, environment, "prefect", *pool)
    _run(home, environment, "prefect", "--no-prompt", "deploy", "--all")
    _run(home, environment, "flows.orchestration.automations")


def serve(home: Home, port: int) -> None:
    """Become the server, in the foreground; does not return."""
    _prepare(home)
    url = f"http://127.0.0.1:{port}/api"
    _check_port(port)
    # The process id stays the same: whoever looks for a running server finds this one.
    _note(home, SERVER_FILE, os.getpid(), url)
    _become(_server_arguments(port), without_secrets(_environment(home, url)))


def work(home: Home, port: int) -> None:
    """Wait for the server, apply the deployments and become the worker; does not return."""
    _prepare(home)
    url = os.environ.get("PREFECT_API_URL") or f"http://127.0.0.1:{port}/api"
    deadline = time.monotonic() + _SERVER_SECONDS
    while not is_healthy(url):
        if time.monotonic() > deadline:
            raise StageError(f"No Prefect server answers at {url}.", "Start it first.")
        time.sleep(0.5)
    environment = _environment(home, url)
    deploy(home, environment)
    _note(home, WORKER_FILE, os.getpid(), url)
    _become(_WORKER, environment)


_WORKER = ["worker", "start", "--type", "process", "--pool", POOL, "--name", POOL]


def _server_arguments(port: int) -> list[str]:
    return ["server", "start", "--host", "127.0.0.1", "--port", str(port)]


def _become(arguments: list[str], environment: dict[str, str]) -> None:
    os.chdir(PROJECT_ROOT)
    command = [sys.executable, "-m", "prefect", *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Only one `make up` or `make down` of a home folder at a time."""
    _prepare(home)
    with (prefect_folder(home) / "services.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(
                "The services of this home folder are being started or stopped.",
                "Wait for it to end.",
            ) from None
        yield


def _prepare(home: Home) -> None:
    make_folder(prefect_folder(home), 0o700)


def _running(home: Home) -> str | None:
    """The address of the server that runs and answers; one that hangs is stopped."""
    url = running_server(home)
    if url is None:
        return None
    deadline = time.monotonic() + _HANGING_SECONDS
    while not is_healthy(url):
        if time.monotonic() > deadline:
            _end(home, SERVER_FILE)
            return None
        time.sleep(0.5)
    return url


def _start_server(home: Home, port: int) -> str:
    url = f"http://127.0.0.1:{port}/api"
    _check_port(port)
    environment = without_secrets(_environment(home, url))
    process = _start(home, SERVER_FILE, _server_arguments(port), environment, url)
    deadline = time.monotonic() + _SERVER_SECONDS
    while not is_healthy(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StageError("The Prefect server did not start.", f"See {_log(home, SERVER_FILE)}.")
        time.sleep(0.3)
    return url


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        # As the server does: what an ended one leaves in TIME_WAIT does not take the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise UsageError(
                f"Something else listens on port {port}.",
                "Stop it, or choose another port with GREENZONE_PREFECT_PORT.",
            ) from None


def _has_worker(home: Home, url: str) -> bool:
    """Whether a worker runs for the server at the address; one for another address is stopped."""
    if running_pid(prefect_folder(home) / WORKER_FILE) is None:
        return False
    if started_for(home, WORKER_FILE) == url:
        return True
    _end(home, WORKER_FILE)
    return False


def _start_worker(home: Home, environment: dict[str, str], url: str) -> None:
    began = time.time()
    process = _start(home, WORKER_FILE, _WORKER, environment, url)
    deadline = time.monotonic() + _WORKER_SECONDS
    while not is_worker_alive(url, since=began):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StageError("The worker did not start.", f"See {_log(home, WORKER_FILE)}.")
        time.sleep(0.5)


def _start(
    home: Home, name: str, arguments: list[str], environment: dict[str, str], url: str
) -> subprocess.Popen[bytes]:
    with _log(home, name).open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", *arguments],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _note(home, name, process.pid, url)
    return process


def _note(home: Home, name: str, pid: int, url: str) -> None:
    content = {"pid": pid, "url": url, "started": start_ticks(pid)}
    write_json(prefect_folder(home) / name, content)


def _run(home: Home, environment: dict[str, str], module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT_ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        log = _log(home, "deploy.json")
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        raise StageError(f"{module} {' '.join(arguments)} failed.", f"See {log}.")


def _environment(home: Home, url: str) -> dict[str, str]:
    return {
        **os.environ,
        "PREFECT_HOME": str(prefect_folder(home)),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GREENZONE_HOME": str(home.root),
        "GREENZONE_PROJECT": str(PROJECT_ROOT),
        "GREENZONE_TIMEZONE": os.environ.get("GREENZONE_TIMEZONE") or DEFAULT_TIMEZONE,
    }


def _end(home: Home, name: str) -> bool:
    """Stop a service and its group: politely, then not; whether it ran."""
    path = prefect_folder(home) / name
    pid = running_pid(path)
    if pid is not None:
        _stop(pid)
    path.unlink(missing_ok=True)
    return pid is not None


def _stop(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if start_ticks(pid) is None:
                return
            time.sleep(0.1)


def _log(home: Home, name: str) -> Path:
    return prefect_folder(home) / f"{Path(name).stem}.log"


def prefect_port() -> int:
    """The port of the server. Raises `UsageError` where the environment names none."""
    text = os.environ.get("GREENZONE_PREFECT_PORT") or str(_DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise UsageError(
            f"GREENZONE_PREFECT_PORT is {text!r}, no port.", "Give a number from 1 to 65535."
        )
    return int(text)


def main() -> None:
    """`python -m flows.orchestration.services up|down|serve|work`."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.orchestration.services", description=__doc__
    )
    parser.add_argument("action", choices=("up", "down", "serve", "work"))
    parser.add_argument("--home", help="the home folder (default: $GREENZONE_HOME, else ./data)")
    options = parser.parse_args()
    home = home_of(options.home)
    try:
        if options.action == "down":
            print(f"Stopped {down(home)} processes.")
        elif options.action == "serve":
            serve(home, prefect_port())
        elif options.action == "work":
            work(home, prefect_port())
        else:
            print("Starting the Prefect server, the worker and the deployments ...", flush=True)
            _say_up(home, up(home, prefect_port()))
    except GreenzoneError as error:
        print(f"greenzone: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _say_up(home: Home, url: str) -> None:
    names = ", ".join(sorted(found["name"] for found in ask(url, "deployments/filter", {})))
    print(f"  server       {url.removesuffix('/api')}")
    print(f"  deployments  {names} in work pool {POOL}")
    print(f"  logs         {prefect_folder(home)}")
    print("`greenzone status` says what runs next. Stop them with `make down`.")


if __name__ == "__main__":
    main()
