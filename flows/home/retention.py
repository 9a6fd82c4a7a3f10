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
from flows.home.files import files_under, read_json
from flows.home.layout import Home
from flows.home.limits import (
    ALERTS_DAYS,
    LANDING_DAYS,
    LOGS_DAYS,
    QUARANTINE_DAYS,
    RUNS_DAYS,
    Limits,
)
from flows.home.publications import kept_publications
from flows.home.runs import read_record
from flows.home.state import PublicationState

_DAY = 86_400
_GOING = ".going"


def apply_limits(
    home: Home,
    limits: Limits,
    read: Callable[[], Iterator[Path]],
    say: Callable[[str], None],
) -> None:
    """Remove exports, folders of quarantine, logs, run records and alerts beyond the limits.

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
    records = _old_records(home, now - limits.runs_days * _DAY)
    _say(say, _remove(records, say), "run records", limits.runs_days, RUNS_DAYS)
    alerts = _old_alerts(home, now - limits.alerts_days * _DAY)
    _say(say, _remove(alerts, say), "alerts", limits.alerts_days, ALERTS_DAYS)
    _remove_empty(home.alerts)


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


def _old_records(home: Home, than: float) -> Iterator[Path]:
    """Records that neither a publication nor a snapshot outside of the home folder rests on."""
    needed = {kept.run_id for kept in kept_publications(home)}
    for state in _states(home):
        needed.update(filter(None, (state.run_id, *(s.run_id for s in state.shops.values()))))
    for path in _older(sorted(home.runs.glob("*.json")), than):
        # Its record is what a snapshot is found by when a buyer in it is to be forgotten.
        if path.stem not in needed and not _is_of_a_snapshot(home, path):
            # What a backfill changed goes before its record, by which alone it is found.
            changes = path.with_suffix(".changes.csv")
            if changes.exists():
                yield changes
            yield path


def _is_of_a_snapshot(home: Home, record: Path) -> bool:
    arguments = (read_record(home, record.stem) or {}).get("arguments") or {}
    return bool(arguments.get("out")) and Path(arguments["out"]).exists()


def _old_alerts(home: Home, than: float) -> Iterator[Path]:
    """Alerts but for those of a shop's newest day, and those that are open or were over last."""
    days = {shop.newest for state in _states(home) for shop in state.shops.values()}
    for known in (read_json(home.alert_state) or {"shops": {}})["shops"].values():
        days.update(
            alert["as_of_on"] for key in ("open", "resolved") for alert in known[key].values()
        )
    for path in _older(files_under(home.alerts), than):
        if path.relative_to(home.alerts).parts[0] not in days:
            yield path


def _states(home: Home) -> Iterator[PublicationState]:
    """What is published, and what each publication that is kept had published."""
    yield PublicationState.load(home)
    for kept in kept_publications(home):
        yield kept.state()


def _remove_empty(folder: Path) -> None:
    """Remove the folders below one in which nothing is left."""
    for parent, _, _ in os.walk(folder, topdown=False):
        if Path(parent) != folder:
            with contextlib.suppress(OSError):
                Path(parent).rmdir()


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
