"""A Prefect server for one run, where no other is configured.

Prefect starts one by itself when it is needed. This one starts earlier, while the libraries of the
run are imported, and it dies with the run even when the run is killed, which Prefect's does not.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from flows.errors import StageError
from flows.masking import without_secrets

_SECONDS = 120
_SET_PARENT_DEATH_SIGNAL = 1


class TemporaryServer:
    """A server process. `url` is its API's address; it is stopped when this process ends."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "temporary-server.log"
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}/api"
        self._process = self._start(port)
        # Registered before Prefect is imported, and so called after Prefect has said its last.
        atexit.register(self.stop)

    def wait(self) -> None:
        """Return when the server answers. Raises `StageError` if it does not."""
        deadline = time.monotonic() + _SECONDS
        while not is_healthy(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise StageError("The temporary Prefect server did not start.", f"See {self._log}.")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server, politely for a few seconds."""
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        spec = find_spec("prefect")
        assert spec is not None and spec.origin is not None
        application = ["--factory", "prefect.server.api.server:create_app"]
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "uvicorn"),
                    *("--app-dir", str(Path(spec.origin).parent.parent), *application),
                    *("--host", "127.0.0.1", "--port", str(port)),
                    *("--log-level", "error", "--lifespan", "on"),
                ],
                env={
                    **without_secrets(os.environ),
                    "PREFECT_UI_ENABLED": "0",
                    "PREFECT__SERVER_EPHEMERAL": "1",
                    "PREFECT__SERVER_FINAL": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in a terminal goes to the whole group: the run still has to tell the
                # server how it ended.
                start_new_session=True,
                # No thread runs yet, and the function only makes two system calls.
                preexec_fn=partial(_die_with, os.getpid()),  # noqa: PLW1509
            )


def is_healthy(url: str) -> bool:
    """Whether a Prefect API answers at the address."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the kernel was told
            os.kill(os.getpid(), signal.SIGKILL)
