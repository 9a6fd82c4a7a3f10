"""Earlier publications, kept whole so that people can go back to them.

Each lies in `warehouse/private/publications/<run_id>/`: the warehouse, its state
(`publication.json`) and the list of its alerts, as they were when that run had published. The texts
of alerts lie once each in `publications/.alerts/`, under their SHA-256; its reports are the
editions of the report folders. A publication is kept by the journal that makes it, so the present
one is always among them; the files are hard links, which take no room until it is replaced.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from flows.errors import UsageError
from flows.home.files import (
    files_under,
    make_folder,
    read_json,
    sync_file,
    sync_folder,
    write_json,
)
from flows.home.layout import Home
from flows.home.limits import Limits
from flows.home.runs import read_record
from flows.home.state import PublicationState

EDITIONS = "editions"
ALERTS = "alerts.json"
ALERT_TEXTS = ".alerts"


@dataclass(frozen=True)
class Kept:
    """A publication that is kept, by the run that made it."""

    folder: Path

    @property
    def run_id(self) -> str:
        """The run that made it."""
        return self.folder.name

    @property
    def warehouse(self) -> Path:
        """Its published warehouse."""
        return self.folder / "greenzone.duckdb"

    @property
    def state_file(self) -> Path:
        """Its state, as `publication.json` of the present one."""
        return self.folder / "publication.json"

    @property
    def alerts_file(self) -> Path:
        """Which alerts it had: path under `alerts/` → SHA-256 of the text."""
        return self.folder / ALERTS

    @property
    def open_alerts_file(self) -> Path:
        """Which of its alerts were open, as `alerts.json` beside the present warehouse."""
        return self.folder / "open_alerts.json"

    def state(self) -> PublicationState:
        """What was published; empty where that cannot be read any more."""
        try:
            return PublicationState.read(self.state_file)
        except UsageError:
            return PublicationState()

    def listed_alerts(self) -> dict[str, str]:
        """Every alert that stood then: path under `alerts/` → SHA-256 of the file's text.

        Raises `ValueError` for a list that cannot be read.
        """
        listed = read_json(self.alerts_file)
        if not isinstance(listed, dict):
            raise ValueError(f"{self.alerts_file} is no list of alerts")
        return listed

    def alerts(self) -> dict[str, str]:
        """Every alert that stood then: path under `alerts/` → the file's text.

        Raises `OSError` or `ValueError` where the list or a text cannot be read.
        """
        return {
            name: _alert_text(self.folder.parent, sha256).read_text("utf-8", "replace")
            for name, sha256 in self.listed_alerts().items()
        }


def kept_publications(home: Home) -> tuple[Kept, ...]:
    """The publications that are kept, oldest first."""
    if not home.publications.is_dir():
        return ()
    return tuple(
        Kept(folder)
        for folder in sorted(home.publications.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
    )


def kept_publication(home: Home, run_id: str) -> Kept:
    """The place of a run's publication; nothing need be there."""
    return Kept(home.publications / run_id)


def keep(home: Home, run_id: str) -> None:
    """Keep the present publication as that of `run_id`, once.

    Does nothing where it is kept already, or where what is published is not that run's (any more).
    """
    kept = kept_publication(home, run_id)
    if kept.folder.exists() or not home.published.exists():
        return
    if PublicationState.load(home).run_id != run_id:
        return
    unfinished = Kept(home.publications / f".{run_id}.tmp")
    shutil.rmtree(unfinished.folder, ignore_errors=True)
    make_folder(unfinished.folder, 0o700)
    link_or_copy(home.published, unfinished.warehouse)
    link_or_copy(PublicationState.path(home), unfinished.state_file)
    write_json(unfinished.alerts_file, _keep_alerts(home))
    if home.alert_state.exists():
        link_or_copy(home.alert_state, unfinished.open_alerts_file)
    sync_folder(unfinished.folder)
    os.rename(unfinished.folder, kept.folder)
    sync_folder(home.publications)


def _alert_text(publications: Path, sha256: str) -> Path:
    return publications / ALERT_TEXTS / f"{sha256}.json"


def _keep_alerts(home: Home) -> dict[str, str]:
    """Keep every text that is not kept yet: path under `alerts/` → SHA-256 of its text."""
    texts = home.publications / ALERT_TEXTS
    make_folder(texts, 0o700)
    # An alert is never written to in place: a second name of a kept text has that text.
    kept: dict[tuple[int, int], str] = {}
    for path in texts.glob("*.json"):
        stat = path.stat()
        kept[stat.st_dev, stat.st_ino] = path.stem
    listed = {}
    for path in files_under(home.alerts):
        if path.suffix != ".json":
            continue
        stat = path.stat()
        sha256 = kept.get((stat.st_dev, stat.st_ino))
        if sha256 is None:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            text = _alert_text(home.publications, sha256)
            if not text.exists():
                unfinished = texts / f".{sha256}.tmp"
                unfinished.unlink(missing_ok=True)
                link_or_copy(path, unfinished)
                os.rename(unfinished, text)
        listed[path.relative_to(home.alerts).as_posix()] = sha256
    sync_folder(texts)
    return listed


def remove_unlisted_alerts(home: Home) -> None:
    """Remove the kept texts of alerts that no kept publication lists, once all can be read."""
    texts = home.publications / ALERT_TEXTS
    try:
        listed = {
            sha256 for kept in kept_publications(home) for sha256 in kept.listed_alerts().values()
        }
    except ValueError:
        # Whose texts they are is not known any more: they stay.
        return
    for path in files_under(texts):
        if path.stem not in listed:
            path.unlink()


def present_alerts(home: Home) -> dict[str, str]:
    """The alerts that lie in `alerts/`: path under it → text."""
    return {
        path.relative_to(home.alerts).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in files_under(home.alerts)
        if path.suffix == ".json"
    }


def lineage(home: Home, run_id: str | None) -> list[str]:
    """The run of a publication, of the one that it came after, and so on, as far as is known."""
    line: list[str] = []
    while run_id is not None and run_id not in line:
        line.append(run_id)
        run_id = kept_publication(home, run_id).state().before
    return line


def beyond_the_limit(home: Home, present: str, before: str | None, limit: int) -> list[Kept]:
    """The kept publications that are too many once `present` is what is published.

    Those that people rolled away go first, then the oldest. before: the run whose publication it
    replaces, which goes last. limit: how many are kept beside the present one.
    """
    oldest_first = reversed(lineage(home, before))
    place = {run_id: number for number, run_id in enumerate(oldest_first, start=1)}
    others = [kept for kept in kept_publications(home) if kept.run_id != present]
    others.sort(key=lambda kept: (place.get(kept.run_id, 0), kept.run_id))
    return others[: max(0, len(others) - limit)]


def needed_of_the_lake(home: Home) -> set[str]:
    """The Parquet files, relative to the lake, that the kept publications were made from."""
    runs: set[str] = set()
    for kept in kept_publications(home):
        runs.add(kept.run_id)
        runs.update(shop.run_id for shop in kept.state().shops.values() if shop.run_id)
    return {
        path
        for run_id in sorted(runs)
        for file in (read_record(home, run_id) or {}).get("inputs", ())
        for path in file.get("lake_paths", ())
    }


def editions_of(report: Path, replaced: str | None = None) -> set[str]:
    """The runs whose editions lie in a report's folder; `replaced`: one that will lie there."""
    found = {path.name for path in (report / EDITIONS).glob("[!.]*")}
    return found | {replaced} if replaced else found


class Remaining:
    """What of the publications and editions remains once a run's publication is made.

    present: that run. before: the one whose publication it replaces. limits: how many publications
    and editions are kept. To be made once a run, as the states of all that is kept are read.
    """

    def __init__(self, home: Home, present: str, before: str | None, limits: Limits) -> None:
        self._home = home
        self._limit = limits.editions
        self.dropped = beyond_the_limit(home, present, before, limits.publications)
        self._shown = [
            {name: str(edition["run_id"]) for name, edition in kept.state().editions.items()}
            for kept in kept_publications(home)
            if kept not in self.dropped
        ]

    def editions(self, report: Path, replaced: str) -> tuple[list[str], list[Path]]:
        """Of a report whose edition of the run `replaced` joins the others: what stays, what goes.

        The runs of those that stay, newest first, and the folders of the oldest, which are too many
        beside the newest. What a kept publication shows stays beyond the limit.
        """
        name = report.relative_to(self._home.reports).as_posix()
        needed = {shown.get(name) for shown in self._shown}
        known = sorted(editions_of(report, replaced))
        old = known[: max(0, len(known) - self._limit)]
        gone = {run for run in old if run not in needed}
        stay = [run for run in reversed(known) if run not in gone]
        return stay, [report / EDITIONS / run for run in sorted(gone)]


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or where the file system has none a copy that is on the disk."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target)
        sync_file(target)
