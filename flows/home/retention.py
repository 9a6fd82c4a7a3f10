"""What has been kept long enough goes, at the end of a run that published.

Everything here may be repeated: a run that is killed in the middle leaves the rest to the next.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flows.errors import describe
from flows.home.files import files_under
from flows.home.layout import Home
from flows.home.limits import LANDING_DAYS, LOGS_DAYS, QUARANTINE_DAYS, Limits

_DAY = 86_400
_GOING = ".going"


def apply_limits(
    home: Home,
    limits: Limits,
    read: Callable[[], Iterator[Path]],
    say: Callable[[str], None],
) -> None:
    """Remove exports, folders of quarantine and logs that are older than the limits.

    read: the exports in landing whose rows are in the lake as they lie there now; no other is
    removed. It is asked only where landing has a limit. What cannot be removed is said and left:
    the publication stands.
    """
    now = time.time()
    if limits.landing_days is not None:
        exports = _older(read(), now - limits.landing_days * _DAY)
        _say(say, _remove(exports, say), "exports", limits.landing_days, LANDING_DAYS)
    folders = _old_folders(home.quarantine, now - limits.quarantine_days * _DAY)
    _say(
        say, _remove(folders, say), "folders of quarantine", limits.quarantine_days, QUARANTINE_DAYS
    )
    logs = _older(files_under(home.logs), now - limits.logs_days * _DAY)
    _say(say, _remove(logs, say), "logs", limits.logs_days, LOGS_DAYS)


def _older(paths: Iterable[Path], than: float) -> Iterator[Path]:
    return (path for path in paths if max(_changed([path]), default=than) < than)


def _old_folders(quarantine: Path, than: float) -> Iterator[Path]:
    """The folders of runs in which nothing changed since; those that a dead run began to remove."""
    if not quarantine.is_dir():
        return
    for folder in sorted(quarantine.iterdir()):
        if not folder.is_dir() or folder.is_symlink():
            continue
        if folder.name.endswith(_GOING):
            yield folder
        elif not folder.name.startswith("."):
            changed = list(_changed(files_under(folder)))
            if max(changed or _changed([folder]), default=than) < than:
                yield folder


def _changed(paths: Iterable[Path]) -> Iterator[float]:
    """When each path changed last; nothing of one that is gone or that nobody may look at."""
    for path in paths:
        with contextlib.suppress(OSError):
            yield path.lstat().st_mtime


def _remove(paths: Iterator[Path], say: Callable[[str], None]) -> int:
    count = 0
    for path in paths:
        try:
            if path.is_dir() and not path.is_symlink():
                # A folder that is half removed has a name of its own, and looks new otherwise.
                going = path.with_name(
                    f".{path.name.removeprefix('.').removesuffix(_GOING)}{_GOING}"
                )
                if going != path:
                    os.rename(path, going)
                shutil.rmtree(going)
            else:
                path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            say(f"Warning: {path} has been kept long enough and stays: {describe(error)}")
            continue
        count += 1
    return count


def _say(say: Callable[[str], None], count: int, what: str, days: int, variable: str) -> None:
    if count:
        say(f"Removed {what} older than {days} days ({variable}): {count:,}")
