"""The lock of a home folder: one writer at a time, readers never need it.

The lock is the kernel's (`flock`), so it frees itself when its holder dies, however it dies. The
file's content only tells people who holds it. It is never deleted: a lock on a deleted file would
hold nobody back.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import Locked
from flows.home.layout import Home

# A look at the lock (`holder`) takes it for an instant; a run that starts in that instant waits.
_PATIENCE_SECONDS = 0.5

_held: dict[Path, str] = {}


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: process, run, command and since when (UTC, ISO 8601)."""

    pid: int
    run_id: str
    command: str
    since: str


@contextmanager
def hold(home: Home, run_id: str, command: str) -> Iterator[str]:
    """Hold the home folder for the block; yields the id of the run that holds it.

    Within one process the lock may be taken again: the block is then part of the outer run.

    Raises `Locked`, naming the holder and since when, if another process holds it.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    path = home.lock_file.resolve()
    if path in _held:
        yield _held[path]
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, path)
        who = Holder(os.getpid(), run_id, command, datetime.now(UTC).isoformat(timespec="seconds"))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, (json.dumps(asdict(who)) + "\n").encode(), 0)
        _held[path] = run_id
        try:
            yield run_id
        finally:
            del _held[path]
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(home: Home) -> Holder | None:
    """Who holds the home folder now, or None. Looks only; holds nobody back."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(home.lock_file)
    else:
        return None
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                who = _read(path)
                raise Locked(
                    f"Another run holds {path.parent}: run {who.run_id} ({who.command}), "
                    f"process {who.pid}, since {who.since}.",
                    "Wait for it to end; nothing has to be cleaned up.",
                ) from None
            time.sleep(0.05)
        else:
            return


def _read(path: Path) -> Holder:
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        # The holder has the lock and has not written its name yet.
        return Holder(0, "unknown", "unknown", "a moment ago")
