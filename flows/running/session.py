"""What surrounds the stages of every run: the lock, the recovery, the record, the outcome."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows import ending, progress
from flows.errors import Blocked, StageError, describe
from flows.home import fingerprint, lock
from flows.home.files import empty_folder
from flows.home.layout import Home
from flows.home.publish import recover
from flows.home.runs import new_run_id
from flows.home.state import PublicationState
from flows.masking import remember_environment
from flows.running.run import Request, Run
from flows.running.trouble import explained
from flows.running.unchanged import unchanged_outcome


def home_of(path: str | Path | None) -> Home:
    """The home folder at `path`, else at `$GREENZONE_HOME`, else `./data`."""
    return Home(Path(path or os.environ.get("GREENZONE_HOME") or "data").expanduser().resolve())


def shops_of(text: str | None) -> tuple[str, ...]:
    """The shops that a comma-separated list names; empty for none."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


@contextmanager
def session(request: Request) -> Iterator[Run]:
    """One run from its lock to its end.

    Takes the lock, finishes what a dead run left, empties the scratch folders, and yields the run.
    An error is written into the run's record before it goes on. After the block, a run of which a
    gate held back a shop ends with `Blocked`, whose `outcome` is the run's.
    """
    home = request.home
    remember_environment()
    with lock.hold(home, new_run_id(), request.command, request.patience) as run_id:
        run = Run(request, run_id, progress.say)
        home.create()
        finished = recover(home)
        if finished:
            run.say(f"Finished the publication of run {finished}, which had been interrupted")
        empty_folder(home.work)
        run.landing, _ = fingerprint.of_landing(home)
        run.state = PublicationState.load(home)
        if request.command not in ("pulse", "rollback", "reproduce"):
            import_slow_libraries()
        try:
            with ending.heard():
                if request.command in ("daily", "weekly", "backfill"):
                    _ = run.published  # what cannot be read is said now, and not after the build
                yield run
        except BaseException as error:
            known = explained(error, home)
            _record_failure(run, known or error)
            if known is not None:
                raise known from error
            if isinstance(error, OSError):
                raise StageError(f"The run failed: {describe(error)}.", _mend(run)) from error
            raise
        finally:
            empty_folder(home.work)
        if run.blocked:
            raise GateBlocked(run)


class GateBlocked(Blocked):
    """At least one shop was held back; `outcome` says what the run did all the same."""

    def __init__(self, run: Run) -> None:
        held = "; ".join(f"{shop} by {', '.join(gates)}" for shop, gates in run.blocked.items())
        said = [str(path) for path in run.alerts if path.name.startswith("gate_blocked.")]
        super().__init__(
            f"Not published: shop {held}. Its last good publication stands.",
            f"What failed and why: {', '.join(said) or run.record_path}",
        )
        self.outcome = outcome(run)


def outcome(run: Run) -> dict[str, Any]:
    """What a command says about its run, as plain data."""
    if run.is_published:
        found = unchanged_outcome(run.home, run.state, run.request.command, run.days, run.shops)
        return {**found, "delivery": run.delivery}
    made = {
        "command": run.request.command,
        "run_id": run.run_id,
        "status": run.record.status,
        "days": [day.isoformat() for day in run.days],
        "shops": sorted(run.shops),
        "blocked": run.blocked,
        "reports": [str(path) for path in run.reports],
        "alerts": [str(path) for path in run.alerts],
        "warehouse": str(run.warehouse),
        "record": str(run.record_path) if run.record_path.exists() else None,
        "timings": run.record.timings,
        "delivery": run.delivery,
    }
    if run.record.changes:
        made["changes"] = run.record.changes
    if run.request.policy:
        made |= {
            "policy": run.request.policy,
            "comparison": str(run.warehouse.with_name("comparison.csv")),
            "warnings": run.warnings,
        }
    return made


def _record_failure(run: Run, error: BaseException) -> None:
    if run.publication.is_committed:
        # The publication holds, or the next run finishes it: its own record says so.
        return
    is_fault = isinstance(error, Exception)
    run.record.close("failed", describe(error) if is_fault else "Interrupted before it was done.")
    try:
        run.record.write(run.record_path)
    except OSError:
        # The disk that failed the run may refuse its record too; the error itself goes on.
        return


def _mend(run: Run) -> str:
    if run.publication.is_committed:
        return "What it made is safe: the next run finishes its publication."
    free = shutil.disk_usage(run.home.root).free / 1e9
    return f"That disk has {free:.1f} GB free. The last publication stands; run it again."


_warmed = threading.Event()


def import_slow_libraries() -> None:
    """Import what takes seconds in the background, while something else is waited for."""
    if _warmed.is_set():
        return
    _warmed.set()
    threading.Thread(target=_import, name="warm up", daemon=True).start()


def _import() -> None:
    try:
        from dbt.cli import main as _dbt  # noqa: F401

        from flows.quality import warm_up

        warm_up()
    except Exception:  # the stage that needs the library meets the same error and reports it
        return
