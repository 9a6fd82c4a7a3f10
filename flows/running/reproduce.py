"""The marts of an earlier run made again, from its record and the lake alone, and compared."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.errors import UsageError
from flows.home.fingerprint import commit, of_project, versions
from flows.home.layout import Home
from flows.home.runs import read_record
from flows.running.reading import LiveFiles
from flows.running.run import Request
from flows.running.session import session
from flows.running.snapshot import database_target
from flows.warehouse import dbt_run
from flows.warehouse.digest import Digests, digests
from flows.warehouse.inputs import BuildShop, LakeTable, prepare
from flows.warehouse.merge import write_own_rows
from flows.warehouse.scope import Scope

Record = Mapping[str, Any]

_PARTS = {
    "code": "the code",
    "contracts": "the contracts",
    "seeds": "the rules",
    "models": "the models",
}


def reproduce(home: Home, run: str, out: Path | None, anyway: bool) -> dict[str, Any]:
    """Build what a run wrote once more, in scratch, and compare it mart by mart.

    run: the id of a run, or a part of it that no other has. out: a DuckDB file for the rebuilt
    rows. anyway: compare although code, rules or libraries are others now, or the lake was changed
    since. Landing is not read and nothing that is published changes. Raises `UsageError` where the
    run cannot be made again, and says what is missing.
    """
    record = record_of(home, run)
    target = None if out is None else database_target(home, out, "The marts")
    warnings = [*_check_record(record), *_other_project(record)]
    if warnings and not anyway:
        raise UsageError(" ".join(warnings), "Or compare all the same, with --anyway.")
    _check_lake(home, record)
    with session(Request("reproduce", home)) as made:
        for warning in warnings:
            made.warn(warning)
        _check_lake(home, record)
        scope = Scope.from_json(record["scope"])
        is_what_if = record["arguments"].get("policy") is not None
        days = sum(map(len, scope.as_of.values()))
        made.say(f"Building what run {record['run_id']} wrote: {days} as-of days, from the lake")
        build = home.work / "reproduced.duckdb"
        _prepare(home, record, scope, build)
        dbt_run.build(build, home.work / "dbt", home.work)
        made.say("Comparing the marts")
        rebuilt = digests(build, scope, home.work, is_what_if=is_what_if)
        if target is not None:
            _write_out(build, target, scope, home.work, is_what_if)
    marts = compared(record["marts"], rebuilt)
    return {
        "command": "reproduce",
        "run_id": record["run_id"],
        "is_same": all(mart["is_same"] for mart in marts.values()),
        "marts": marts,
        "warnings": warnings,
        "out": str(target) if target else None,
    }


def record_of(home: Home, run: str) -> Record:
    """The record of the run that `run` names. Raises `UsageError`, which names near ones."""
    known = sorted(path.stem for path in home.runs.glob("*.json")) if home.runs.is_dir() else []
    found = [name for name in known if name == run] or [
        name for name in known if run and run in name
    ]
    record = read_record(home, found[0]) if len(found) == 1 else None
    if record is None:
        what = "Several runs are" if len(found) > 1 else "No record is"
        near = ", ".join((found or known)[-5:]) or "none"
        raise UsageError(f"{what} there under {run!r}.", f"Records of {home.runs}: {near}.")
    return record


def compared(recorded: Digests, rebuilt: Digests) -> dict[str, dict[str, Any]]:
    """By mart the rows that were recorded and rebuilt, and whether their content is the same."""
    return {
        mart: {
            "rows_recorded": recorded.get(mart, {}).get("rows"),
            "rows_rebuilt": rebuilt.get(mart, {}).get("rows"),
            "is_same": recorded.get(mart) == rebuilt.get(mart),
        }
        for mart in sorted({*recorded, *rebuilt})
    }


def _check_record(record: Record) -> list[str]:
    """What speaks against a comparison; `UsageError` where there is nothing to compare."""
    run_id = record["run_id"]
    because = None
    if record["status"] in ("failed", "running"):
        because = "It failed before it was done."
    elif not record.get("marts"):
        because = (
            record.get("not_reproducible_because") or "It was made before marts were recorded."
        )
    elif not (record.get("scope") or {}).get("as_of"):
        because = "It built no days of any shop."
    if because is not None:
        raise UsageError(
            f"Run {run_id} cannot be made again. {because}",
            "Name a run that published, or built a snapshot or a what-if.",
        )
    if record.get("reproducible"):
        return []
    return [f"Run {run_id} cannot be made again. {record.get('not_reproducible_because') or ''}"]


def _other_project(record: Record) -> list[str]:
    """A sentence for each part of the project that is another than the run's."""
    then, now = record["fingerprints"], of_project()
    parts = [words for part, words in _PARTS.items() if then.get(part) != now[part]]
    sentences = []
    if parts:
        made_by = record.get("commit")
        listed = ", ".join(parts)
        mend = f"Check out commit {made_by}." if made_by else "Install the version of that day."
        if made_by and made_by == commit():
            mend = f"This is its commit ({made_by}), with changes that were not committed."
        sentences.append(f"Run {record['run_id']} was made with other contents of {listed}. {mend}")
    libraries = [
        f"{library} {record['versions'].get(library, 'none')} (here {version})"
        for library, version in versions().items()
        if record["versions"].get(library) != version
    ]
    if libraries:
        sentences.append(
            f"It was made with {', '.join(libraries)}: `make setup` in that checkout installs them."
        )
    return sentences


def _check_lake(home: Home, record: Record) -> None:
    """Raise `UsageError` where a file of the lake is gone."""
    gone = sorted(
        path
        for groups in _live(record).values()
        for paths in groups.values()
        for path in paths
        if not (home.lake / path).is_file()
    )
    if gone:
        raise UsageError(
            f"{len(gone)} files of the lake that run {record['run_id']} read are gone, "
            f"{gone[0]} first.",
            "They are kept for the publications that are kept (GREENZONE_KEEP_PUBLICATIONS). "
            "Bring them back from a backup.",
        )


def _live(record: Record) -> LiveFiles:
    """By feed, the lake files (relative) that made up its table, of the run's shops."""
    shops = record["scope"]["as_of"]
    live: LiveFiles = defaultdict(lambda: defaultdict(set))
    for file in record["inputs"]:
        if file["status"] == "loaded" and file["feed"] and file["shop_id"] in shops:
            live[file["feed"]][file["contract"], file["reader"]].update(
                map(Path, file["lake_paths"])
            )
    return live


def _prepare(home: Home, record: Record, scope: Scope, build: Path) -> None:
    """The inputs of the run's build, as its record tells them."""
    from flows.contracts import lake_schema, load_contracts

    live = _live(record)
    lake = {
        contract.table: LakeTable(
            lake_schema(contract),
            [[home.lake / path for path in paths] for paths in live[contract.feed].values()],
        )
        for contract in load_contracts()
    }
    shops = [
        BuildShop(
            shop["shop_id"],
            shop["market"],
            shop["timezone"],
            shop["currency"],
            date.fromisoformat(shop["opened_on"]) if shop["opened_on"] else None,
            shop["is_declared"],
        )
        for shop in record["shops"]
    ]
    files = [
        {
            **file,
            "newest_at": datetime.fromisoformat(file["newest_at"]) if file["newest_at"] else None,
        }
        for file in record["inputs"]
    ]
    policy = record["arguments"].get("policy")
    prepare(build, lake, shops, scope, files, home.work, policy)


def _write_out(build: Path, target: Path, scope: Scope, scratch: Path, is_what_if: bool) -> None:
    unfinished = target.with_name(f".{target.name}.tmp")
    unfinished.unlink(missing_ok=True)
    try:
        write_own_rows(build, unfinished, scope, scratch, is_what_if=is_what_if)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
