"""Earlier publications, kept whole so that people can go back to them.

Each lies in `warehouse/private/publications/<run_id>/`: the warehouse, its state
(`publication.json`) and the alerts, as they were when that run had published. Its reports are the
editions of the report folders. A publication is kept by the journal that makes it, so the present
one is always among them; the files are hard links, which take no room until it is replaced.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from flows.home.files import (
    files_under,
    make_folder,
    read_json,
    sync_file,
    sync_folder,
    write_json,
)
from flows.home.layout import Home
from flows.home.runs import read_record
from flows.home.state import PublicationState

EDITIONS = "editions"
ALERTS = "alerts.json"


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
        """Its alerts in one file: path under `alerts/` → text."""
        return self.folder / ALERTS

    @property
    def open_alerts_file(self) -> Path:
        """Which of its alerts were open, as `alerts.json` beside the present warehouse."""
        return self.folder / "open_alerts.json"

    def state(self) -> PublicationState:
        """What was published; empty where that cannot be read any more."""
        try:
            return PublicationState.read(self.state_file)
        except (ValueError, KeyError, TypeError):
            return PublicationState()

    def alerts(self) -> dict[str, str]:
        """Every alert that stood then: path under `alerts/` → the file's text."""
        return dict(read_json(self.alerts_file) or {})


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
    write_json(unfinished.alerts_file, present_alerts(home))
    if home.alert_state.exists():
        link_or_copy(home.alert_state, unfinished.open_alerts_file)
    sync_folder(unfinished.folder)
    os.rename(unfinished.folder, kept.folder)
    sync_folder(home.publications)


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


def editions_beyond_the_limit(
    home: Home, report: Path, replaced: str, limit: int, gone: Collection[Kept] = ()
) -> list[Path]:
    """The oldest editions of a report that are too many once that of `replaced` is among them.

    limit: how many are kept beside the newest. What a kept publication shows stays beyond it; gone:
    publications that are not kept any longer.
    """
    name = report.relative_to(home.reports).as_posix()
    kept = [kept for kept in kept_publications(home) if kept not in gone]
    needed = {kept.state().edition_run(name) for kept in kept}
    known = {path.name for path in (report / EDITIONS).glob("[!.]*")} | {replaced}
    old = sorted(known)[: max(0, len(known) - limit)]
    return [report / EDITIONS / run_id for run_id in old if run_id not in needed]


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or where the file system has none a copy that is on the disk."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target)
        sync_file(target)
