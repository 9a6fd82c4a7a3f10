"""Kills this process at the n-th change of the file system, in children that it forks for it.

Run as a program, because a process that has used Polars or DuckDB must not be forked for more than
plain Python. Prints what it found as JSON: `kills`, and `problems`, which must be empty.

`reading HOME`: HOME/landing is read, and read again, by children that die at every n-th change.
`publishing HOME DAY`: a daily run of DAY is published twice; each publication dies at many changes,
and so does its recovery.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flows.home.files import files_under
from flows.home.layout import Home
from flows.home.publish import recover
from tests.home.watching import Change, watching

Tree = dict[str, str]


def main() -> None:
    """Do what the arguments say and print what came of it."""
    mode, home = sys.argv[1], Home(Path(sys.argv[2]))
    found = reading(home) if mode == "reading" else publishing(home, sys.argv[3])
    print(json.dumps(found))


def forked(home: Home, work: Callable[[], object], die_at: int | None = None) -> bool:
    """Do something in a child that is killed at its `die_at`-th change; whether it lived."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        left = [die_at or 0]

        def count(_: Change) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        code = 1
        try:
            with watching(home.root, count):
                work()
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    if status:
        raise AssertionError(f"the child that dies at {die_at} failed by itself")
    return True


def reading(home: Home) -> dict[str, Any]:
    """Kill the reading of landing at every fourth change, and the reading after it once more."""
    import flows.ingest  # noqa: F401  (once, instead of in every child)

    problems: list[str] = []
    kills = 0
    forked(home, lambda: _read(home, "run-0"))
    wanted = _what_was_read(home)
    at = 1
    while True:
        for entry in home.root.iterdir():
            if entry != home.landing:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        dying, again = at, 1 + at * 7 % 60
        if forked(home, lambda: _read(home, "run-1"), dying):
            return {"kills": kills, "problems": problems}
        kills += 1
        kills += not forked(home, lambda: _read(home, "run-2"), again)
        forked(home, lambda: _read(home, "run-3"))
        found = _what_was_read(home)
        problems += [f"{at}: {part}" for part in wanted if found[part] != wanted[part]]
        at += 4


def _read(home: Home, run_id: str) -> None:
    from flows.home.files import empty_folder
    from flows.ingest import ingest

    home.create()
    recover(home)
    empty_folder(home.work)
    ingest(home, run_id)


def _what_was_read(home: Home) -> dict[str, Any]:
    """Live rows, counts, refused rows of all runs, and what is left over; by names of parts."""
    ledger = json.loads(home.ledger.read_text())
    refused = []
    for path in sorted(home.quarantine.glob("*/refused_rows.csv")):
        with path.open(newline="") as handle:
            refused += [sorted(row.items()) for row in csv.DictReader(handle)]
    live = {path for record in ledger["files"] for path in record["lake_paths"]}
    return {
        "files": [
            {key: value for key, value in record.items() if key not in _OF_A_READING}
            for record in ledger["files"]
        ],
        "rows": sorted(_hash(home.lake / path) for path in live),
        "refused rows": sorted(refused),
        "garbage in the lake": {str(p.relative_to(home.lake)) for p in home.lake.rglob("*.parquet")}
        == live,
        "left over": [
            str(path)
            for pattern in ("*.tmp", "*.part")
            for path in [*home.root.rglob(f".{pattern}"), *home.root.rglob(pattern)]
        ],
    }


_OF_A_READING = ("run_id", "lake_paths", "stamp")


def publishing(home: Home, day: str) -> dict[str, Any]:
    """Publish a day twice, the second time over the first; kill both at many of their changes."""
    from flows import stages
    from flows.home.runs import new_run_id
    from flows.home.state import PublicationState
    from flows.running import publishing as publishing_
    from flows.running import session as sessions
    from flows.running.run import Request, Run

    # No thread may run when this process is forked, and no child may ask Polars for anything.
    sessions._warmed.set()
    policies_of = publishing_._policies
    request = Request("daily", home, (date.fromisoformat(day),))
    problems: list[str] = []
    kills = 0
    with sessions.session(request) as first:
        stages.read_landing(first)
        stages.judge_input(first)
        stages.build(first)
        stages.judge_marts(first)
        for number in (1, 2):
            run = first if number == 1 else Run(request, new_run_id(), first.say)
            for name in ("days", "shops", "known_shops", "files", "fingerprints", "scope", "gates"):
                setattr(run, name, getattr(first, name))
            run.ledger = first.ledger
            run.state = PublicationState.load(home)
            stages.merge(run)
            stages.render_daily(run, run.days[0])
            stages.write_alerts(run)
            policies = policies_of(run)
            publishing_._policies = lambda _, known=policies: known  # type: ignore[misc]
            kills += _kill_publication(home, run, 29 if number == 1 else 11, problems)
            stages.publish(run)
    return {"kills": kills, "problems": problems}


def _kill_publication(home: Home, run: Any, step: int, problems: list[str]) -> int:
    from flows import stages
    from flows.commands.status import status_of

    kept = home.root.with_name("kept")
    _link_all(home.root, kept)
    old = _public(home)
    forked(home, lambda: stages.publish(run))
    new = _public(home)
    kills, at = 0, 1 - step
    while True:
        at += step
        _link_all(kept, home.root)
        if forked(home, lambda: stages.publish(run), at):
            _link_all(kept, home.root)
            return kills
        kills += 1
        found = _public(home)
        has_journal = (home.staging / "journal.json").exists()
        is_recorded = run.record_path.exists()
        if is_recorded and found != new:
            problems.append(f"{at}: there is a record, and not all that it speaks of")
        if not has_journal and found not in (old, new):
            problems.append(f"{at}: half a publication without a journal: {_differing(found, new)}")
        if any(hash_ not in (old.get(p), new.get(p)) for p, hash_ in found.items()):
            problems.append(f"{at}: a file that is neither old nor new")
        if any(p in old and p in new and p not in found for p in old):
            problems.append(f"{at}: a file is gone for a moment")
        if kills % 20 == 0:
            status_of(home)
        kills += not forked(home, lambda: recover(home), 1 + at * 5 % 40)
        recover(home)
        found = _public(home)
        if found != (new if has_journal or is_recorded else old):
            problems.append(f"{at}: after recovery: {_differing(found, new)}")
        if list(home.staging.iterdir()) or list(home.root.rglob(".*.tmp")):
            problems.append(f"{at}: something is left over")


def _public(home: Home) -> Tree:
    """What a reader sees and what says what is published; of a run's record, that it is there."""
    found = {
        str(path.relative_to(home.root)): _hash(path)
        for folder in (home.reports, home.alerts)
        for path in files_under(folder)
        # An edition that is being put aside has no name yet.
        if ".tmp" not in str(path)
    }
    for path in (home.published, home.private / "publication.json"):
        if path.exists():
            found[path.name] = _hash(path)
    return found | {path.name: "" for path in home.runs.glob("*.json")}


def _differing(found: Tree, wanted: Tree) -> list[str]:
    return sorted(p for p in {*found, *wanted} if found.get(p) != wanted.get(p))[:5]


def _link_all(source: Path, target: Path) -> None:
    """Make what a publication touches in `target` what it is in `source`, as hard links."""
    for name in ("reports", "alerts", "runs", ".staging", "warehouse"):
        shutil.rmtree(target / name, ignore_errors=True)
        shutil.copytree(source / name, target / name, copy_function=os.link)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
