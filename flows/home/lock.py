"""The lock of a home folder: one writer at a time, readers never need it.

The lock is the kernel's (`flock`), so it frees itself when its holder dies, however it dies. The
file's content only tells people who holds it. It is never deleted, and since people delete what
looks like a lock that somebody forgot, the home folder itself is locked with it.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows import progress
from flows.errors import Locked, UsageError
from flows.home.layout import Home

# A look at the lock (`holder`) takes it for an instant; a run that starts in that instant waits.
_PATIENCE_SECONDS = 0.5

# A look between two runs ends after seconds, or after the minutes of a build: it is waited for, so
# that a schedule never loses a run to it.
_LOOK = "pulse"
_LOOK_SECONDS = 900.0

SCHEDULED_SECONDS = 4 * 3600.0
"""How long a scheduled run waits for whatever holds the home folder; its flow may take 8 hours."""

_held: dict[Path, str] = {}


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: process, run, command and since when (UTC, ISO 8601)."""

    pid: int
    run_id: str
    command: str
    since: str


@contextmanager
def hold(home: Home, run_id: str, command: str, patience: float = 0.0) -> Iterator[str]:
    """Hold the home folder for the block; yields the id of the run that holds it.

    Within one process the lock may be taken again: the block is then part of the outer run.

    patience: seconds to wait for another process that holds it. A pulse is waited for anyway,
    except by another one; that a wait began is said. Raises `Locked`, naming the holder and since
    when, if it is still held then; `UsageError` if this user may not write there.
    """
    path = home.lock_file.resolve()
    if path in _held:
        yield _held[path]
        return
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError as error:
        raise UsageError(
            f"{home.root} cannot be written to by this user.",
            "Give the user the right to write there, or name another folder with --home.",
        ) from error
    try:
        for locked in (descriptor, folder):
            _acquire(locked, path, command, patience)
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
        os.close(folder)


def holder(home: Home) -> Holder | None:
    """Who holds the home folder now, or None. Looks only; holds nobody back."""
    if _is_held(home.lock_file) or _is_held(home.root):
        return _read(home.lock_file)
    return None


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system that locks what is open for writing alone
        return False
    else:
        return False
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, command: str, patience: float) -> None:
    started = time.monotonic()
    patience = max(patience, _PATIENCE_SECONDS)
    is_said = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = _read(path)
            if who.command == _LOOK and command != _LOOK:
                # For good: a look that ends takes its name away before it lets go of the lock.
                patience = max(patience, _LOOK_SECONDS)
            waited = time.monotonic() - started
            named = f"run {who.run_id} ({who.command}), process {who.pid}, since {who.since}"
            if waited > patience:
                raise Locked(
                    f"Another run holds {path.parent}: {named}.",
                    "Wait for it to end; nothing has to be cleaned up.",
                ) from None
            if waited > _PATIENCE_SECONDS and not is_said:
                is_said = True
                minutes = f"{patience / 60:.0f} minutes"
                progress.say(f"Waiting, {minutes} at most, for what holds the folder: {named}")
            time.sleep(0.05 if waited < _LOOK_SECONDS else 1.0)
        except OSError:
            # Some network file systems lock no folders; the file is locked by then.
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise
            return
        else:
            return


def _read(path: Path) -> Holder:
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return _nameless(path.parent)


def _nameless(folder: Path) -> Holder:
    """A holder that has not written its name yet, or whose file was deleted: what the kernel knows.

    The kernel lists locks by the number of what is locked, on Linux alone.
    """
    try:
        number = f":{folder.stat().st_ino} "
        locks = Path("/proc/locks").read_text(encoding="ascii").splitlines()
        pid = next(int(line.split()[4]) for line in locks if "FLOCK" in line and number in line)
        started = datetime.fromtimestamp(Path(f"/proc/{pid}").stat().st_mtime, UTC)
    except (OSError, ValueError, IndexError, StopIteration):
        return Holder(0, "unknown", "unknown", "a moment ago")
    return Holder(pid, "unknown", "unknown", started.isoformat(timespec="seconds"))
