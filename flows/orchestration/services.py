"""A Prefect server, a worker and the three deployments on one machine: `make up`, `make down`.

Everything that they keep is in the home folder's `.prefect`: database, process ids, logs.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flows.errors import GreenzoneError, StageError, UsageError
from flows.home.files import write_json
from flows.home.layout import Home
from flows.masking import without_secrets
from flows.orchestration.prefect_home import (
    SERVER_FILE,
    prefect_folder,
    running_pid,
    running_server,
    start_ticks,
)
from flows.orchestration.temporary_server import is_healthy
from flows.paths import PROJECT_ROOT
from flows.running.session import home_of

POOL = "greenzone"
DEFAULT_TIMEZONE = "America/Los_Angeles"
_DEFAULT_PORT = 4200
_SERVER_SECONDS = 120
_STOP_SECONDS = 15
_WORKER_FILE = "worker.json"


def up(home: Home, port: int) -> str:
    """Start server and worker, set the pool's limit, apply the deployments; the server's address.

    What runs already is left alone. Raises `StageError` with the log's path when a part does not
    come up; what was started is then stopped again.
    """
    folder = prefect_folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = running_server(home)
    try:
        if url is None:
            url = _start_server(home, port)
        environment = _environment(home, url)
        _prefect(environment, home, "work-pool", "create", "--type", "process", "--overwrite", POOL)
        _prefect(environment, home, "work-pool", "set-concurrency-limit", POOL, "1")
        _prefect(environment, home, "--no-prompt", "deploy", "--all")
        if running_pid(folder / _WORKER_FILE) is None:
            _start(home, _WORKER_FILE, ["worker", "start", "--pool", POOL], environment, url)
    except GreenzoneError:
        down(home)
        raise
    return url


def down(home: Home) -> int:
    """Stop what `up` started for this home folder; how many processes were stopped."""
    stopped = 0
    for name in (_WORKER_FILE, SERVER_FILE):
        path = prefect_folder(home) / name
        pid = running_pid(path)
        if pid is not None:
            _stop(pid)
            stopped += 1
        path.unlink(missing_ok=True)
    return stopped


def _start_server(home: Home, port: int) -> str:
    url = f"http://127.0.0.1:{port}/api"
    if is_healthy(url):
        raise UsageError(
            f"Something else listens on port {port}.",
            "Stop it, or choose another port with GREENZONE_PREFECT_PORT.",
        )
    arguments = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    environment = without_secrets(_environment(home, url))
    process = _start(home, SERVER_FILE, arguments, environment, url)
    deadline = time.monotonic() + _SERVER_SECONDS
    while not is_healthy(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StageError("The Prefect server did not start.", f"See {_log(home, SERVER_FILE)}.")
        time.sleep(0.3)
    return url


def _start(
    home: Home, name: str, arguments: list[str], environment: dict[str, str], url: str
) -> subprocess.Popen[bytes]:
    log = _log(home, name)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", *arguments],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    write_json(
        prefect_folder(home) / name,
        {"pid": process.pid, "url": url, "started": start_ticks(process.pid)},
    )
    return process


def _prefect(environment: dict[str, str], home: Home, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *arguments],
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
        raise StageError(f"prefect {' '.join(arguments)} failed.", f"See {log}.")


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


def _stop(pid: int) -> None:
    """End a process and its group: politely, then not."""
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


def main() -> None:
    """`python -m flows.orchestration.services up|down`."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.orchestration.services", description=__doc__
    )
    parser.add_argument("action", choices=("up", "down"))
    parser.add_argument("--home", help="the home folder (default: $GREENZONE_HOME, else ./data)")
    options = parser.parse_args()
    home = home_of(options.home)
    try:
        if options.action == "down":
            print(f"Stopped {down(home)} processes.")
            return
        print("Starting the Prefect server, the worker and the deployments ...", flush=True)
        url = up(home, int(os.environ.get("GREENZONE_PREFECT_PORT") or _DEFAULT_PORT))
    except GreenzoneError as error:
        print(f"greenzone: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    print(f"  server       {url.removesuffix('/api')}")
    print(f"  deployments  daily, weekly, backfill in work pool {POOL}, one run at a time")
    print(f"  logs         {prefect_folder(home)}")
    print("Stop them with `make down`.")


if __name__ == "__main__":
    main()
