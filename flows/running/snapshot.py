"""The full state of a past day, in a file of its own."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from flows import stages
from flows.errors import UsageError
from flows.home.files import sync_file, sync_folder
from flows.home.layout import Home
from flows.running.publishing import status_of
from flows.running.run import Request
from flows.running.session import outcome, session
from flows.warehouse.merge import write_published


def snapshot(home: Home, day: date, out: Path) -> dict[str, Any]:
    """Build one day of every shop and write its marts to `out`, which is replaced.

    Publishes nothing: reports, alerts and the published warehouse stay as they are. A gate that
    holds a shop back keeps it out of the file, too, and the command ends with `Blocked`.
    """
    target = database_target(home, out, "A snapshot")
    with session(Request("snapshot", home, (day,), out=target)) as run:
        stages.read_landing(run)
        stages.judge_input(run)
        stages.build(run)
        stages.judge_marts(run)
        unfinished = target.with_name(f".{target.name}.tmp")
        unfinished.unlink(missing_ok=True)
        try:
            if run.needs_scope.shops:
                write_published(run.build, None, unfinished, run.needs_scope, home.work)
                sync_file(unfinished)
                os.replace(unfinished, target)
                sync_folder(target.parent)
                stages.digest(run)
        finally:
            unfinished.unlink(missing_ok=True)
        stages.keep_record(run, status_of(run))
        return {**outcome(run), "out": str(target)}


def database_target(home: Home, out: Path, what: str) -> Path:
    """The file that `out` names, which may be written; `what` says in messages what would be.

    Raises `UsageError` for a folder, a place within the warehouse, or what is no DuckDB file.
    """
    target = out.expanduser().resolve()
    in_warehouse = target.is_relative_to(home.warehouse.resolve())
    if target.is_dir() or not target.parent.is_dir() or in_warehouse:
        raise UsageError(
            f"{what} cannot be written to {target}.",
            "Name a file, outside the warehouse, in a folder that exists.",
        )
    if target.exists() and not _is_database(target):
        raise UsageError(
            f"{target} exists and is no DuckDB file.",
            "Name another file, or remove this one: it would be replaced.",
        )
    return target


def _is_database(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as handle:
        return handle.read(12)[8:] == b"DUCK"
