"""Publication: a list of renames, written down before the first is made.

Everything is first written to `home.staging` and forced to the disk. Then the journal is: an
ordered list of steps, each of which may be repeated without harm. From the moment that the journal
exists the publication will happen, whatever happens to this process: the next run finishes it
(`recover`). Without a journal, staging is rubbish and the last publication stands. The last step
renames the run record into `runs/`: a run that has a record there has published everything.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.home.files import (
    empty_folder,
    files_under,
    make_folder,
    read_json,
    sync_folder,
    sync_tree,
    write_json,
)
from flows.home.layout import Home
from flows.home.publications import EDITIONS, keep, link_or_copy, remove_unlisted_alerts

Step = dict[str, Any]


@dataclass
class Publication:
    """What one run is about to publish; paths in steps are relative to the home folder."""

    home: Home
    run_id: str
    steps: list[Step] = field(default_factory=list)
    # From here on the publication happens, whatever happens to the run.
    is_committed: bool = False

    @property
    def staged(self) -> Path:
        """The folder under staging that mirrors the home folder."""
        return self.home.staging / self.run_id

    def path(self, target: Path) -> Path:
        """Where to write a file so that it is published as `target`; makes its folder."""
        staged = self.staged / target.relative_to(self.home.root)
        staged.parent.mkdir(parents=True, exist_ok=True)
        return staged

    def folder(self, target: Path) -> Path:
        """A staged folder whose files are published under `target`."""
        staged = self.staged / target.relative_to(self.home.root)
        staged.mkdir(parents=True, exist_ok=True)
        return staged

    def replace_edition(self, target: Path, previous_run: str | None) -> None:
        """Publish the staged folder of `target` as its newest edition.

        The files of the edition now there move to `editions/<previous_run>` as hard links before
        they are replaced; those that the new edition lacks are removed.
        """
        staged = self.staged / target.relative_to(self.home.root)
        new = {path.relative_to(staged).as_posix() for path in files_under(staged)}
        old = {
            name
            for path in files_under(target)
            if not (name := path.relative_to(target).as_posix()).startswith(f"{EDITIONS}/")
        }
        where = target.relative_to(self.home.root).as_posix()
        if old and previous_run:
            self.steps.append(
                {"do": "archive", "folder": where, "edition": previous_run, "files": sorted(old)}
            )
        # The page that links the others comes last.
        for name in sorted(new, key=lambda name: (name == "index.html", name)):
            self._replace(f"{where}/{name}")
        self.steps.extend({"do": "remove", "path": f"{where}/{name}"} for name in sorted(old - new))

    @property
    def archived(self) -> list[tuple[Path, str]]:
        """The report folders that get a new edition, each with the run of the one replaced."""
        return [
            (self.home.root / step["folder"], step["edition"])
            for step in self.steps
            if step["do"] == "archive"
        ]

    def replace_file(self, target: Path) -> None:
        """Publish one staged file over `target`."""
        self._replace(target.relative_to(self.home.root).as_posix())

    def remove_file(self, target: Path) -> None:
        """Take a published file away."""
        self.steps.append({"do": "remove", "path": target.relative_to(self.home.root).as_posix()})

    def keep_before(self, run_id: str) -> None:
        """Keep what is published now, as the publication of `run_id`, before anything changes."""
        self.steps.insert(0, {"do": "keep", "run": run_id})

    def keep_after(self, run_id: str) -> None:
        """Keep what is published by the steps so far, as the publication of `run_id`."""
        self.steps.append({"do": "keep", "run": run_id})

    def drop_folder(self, folder: Path) -> None:
        """Remove a folder that nobody needs any more."""
        self.steps.append({"do": "drop", "path": folder.relative_to(self.home.root).as_posix()})

    def commit(self, before_step: Callable[[Step], None] | None = None) -> list[str]:
        """Publish: force staging to the disk, write the journal, do the steps.

        The run record must be staged as `runs/<run_id>.json` by now. Returns the paths that were
        written, relative to the home folder. `before_step` is called with each step before it is
        done, for tests that end the process there.
        """
        self.replace_file(self.home.runs / f"{self.run_id}.json")
        sync_tree(self.staged)
        write_json(_journal(self.home), {"run_id": self.run_id, "steps": self.steps})
        self.is_committed = True
        _finish(self.home, self.run_id, self.steps, before_step)
        return [step["path"] for step in self.steps if step["do"] == "replace"]

    def _replace(self, path: str) -> None:
        self.steps.append({"do": "replace", "path": path})


def recover(home: Home) -> str | None:
    """Finish the publication that a dead run left, or throw its unfinished staging away.

    To be called by the holder of the lock alone. Returns the id of the run whose publication was
    finished, or None.
    """
    remove_leftovers(home)
    journal = read_json(_journal(home))
    if journal is None:
        empty_folder(home.staging)
        return None
    _finish(home, journal["run_id"], journal["steps"], None)
    return str(journal["run_id"])


def remove_leftovers(home: Home) -> None:
    """Remove files that a dead run was still writing: nothing names them. For the lock's holder."""
    for folder in (home.root, home.lake, home.runs, home.pulse):
        for path in folder.glob(".*.tmp"):
            path.unlink()
    for path in list(home.private.rglob(".*.tmp*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in home.hash_key.parent.glob("*.part"):
        path.unlink(missing_ok=True)


def _journal(home: Home) -> Path:
    return home.staging / "journal.json"


def _finish(
    home: Home, run_id: str, steps: Iterable[Step], before_step: Callable[[Step], None] | None
) -> None:
    staged = home.staging / run_id
    touched: set[Path] = set()
    for step in steps:
        if before_step is not None:
            before_step(step)
        if step["do"] == "archive":
            folder = home.root / step["folder"]
            _archive(folder, step["edition"], step["files"])
            touched.add(folder)
        elif step["do"] == "keep":
            keep(home, step["run"])
        elif step["do"] == "drop":
            folder = home.root / step["path"]
            shutil.rmtree(folder, ignore_errors=True)
            touched.add(folder.parent)
            if folder.parent == home.publications:
                remove_unlisted_alerts(home)
        elif step["do"] == "replace":
            target = home.root / step["path"]
            if step["path"].startswith("runs/"):
                # The commit mark: nothing that it vouches for may be lost after it.
                _sync_all(touched)
            _replace(staged / step["path"], target)
            touched.add(target.parent)
        else:
            target = home.root / step["path"]
            target.unlink(missing_ok=True)
            if target.parent.is_dir():
                touched.add(target.parent)
    _sync_all(touched)
    _journal(home).unlink(missing_ok=True)
    sync_folder(home.staging)
    empty_folder(home.staging)


def _replace(staged: Path, target: Path) -> None:
    make_folder(target.parent)
    try:
        os.replace(staged, target)
    except FileNotFoundError:
        # Done before the process that wrote the journal ended.
        if not target.exists():
            raise


def _archive(folder: Path, edition: str, files: list[str]) -> None:
    """Keep the present files of `folder` as `editions/<edition>`, once."""
    kept = folder / EDITIONS / edition
    if kept.exists():
        return
    unfinished = folder / EDITIONS / f".{edition}.tmp"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    make_folder(unfinished)
    for name in files:
        source, link = folder / name, unfinished / name
        link.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            link_or_copy(source, link)
    # Before the first file is replaced: the edition could not be made again from what came after.
    sync_tree(unfinished)
    os.rename(unfinished, kept)
    sync_folder(kept.parent)


def _sync_all(folders: set[Path]) -> None:
    for folder in sorted(folders):
        if folder.is_dir():
            sync_folder(folder)
