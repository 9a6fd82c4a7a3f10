"""What a backfill would do, without doing any of it: nothing is built, written or locked."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from flows.calendar import check_days
from flows.errors import UsageError
from flows.home import lock
from flows.home.fingerprint import of_project, versions
from flows.home.interventions import read_interventions, withdrawals
from flows.home.layout import Home
from flows.home.runs import read_record
from flows.home.state import PublicationState
from flows.ingest.discover import Found, discover
from flows.ingest.ledger import FileRecord, read_ledger
from flows.ingest.run import resolve_shops
from flows.ingest.shops import Shop
from flows.running.estimate import in_words, pace_of
from flows.running.reading import check_landing, fingerprints
from flows.running.run import Request
from flows.running.unchanged import edition_name

FIRST, ANEW, COMPARE, STAYS = "write", "write anew", "compare", "stays"
_ACTIONS = {
    FIRST: "written for the first time",
    ANEW: "written anew",
    COMPARE: "compared, and written anew where a number changed",
    STAYS: "left as they are",
}
_SHOWN = 10
_TWIN = "the same bytes as"
_PARTS = {
    "code": "the program changed",
    "contracts": "contracts of feeds changed",
    "seeds": "rules or reference data changed",
    "models": "definitions of the marts changed",
}

FileKey = tuple[str, str, str]


@dataclass(frozen=True)
class _Now:
    """What lies there now: settings and fingerprint by shop, records, and what no run has read."""

    shops: Mapping[str, Shop]
    fingerprints: Mapping[str, str]
    files: Mapping[FileKey, str]
    waiting: list[dict[str, Any]] = field(default_factory=list)


def dry_run(request: Request) -> dict[str, Any]:
    """Which days a backfill would write and why, which files it would read, how long it would take.

    request: with its days. Looks at the home folder without its lock; a run that works meanwhile is
    named. Raises `UsageError` as the backfill itself would.
    """
    home, days = request.home, request.days or ()
    if not home.landing.is_dir():
        raise UsageError(
            f"There is nothing to read: {home.landing} does not exist.",
            "Put each shop's exports into a folder of its own there.",
        )
    check_landing(home, request.shops)
    state = PublicationState.load(home)
    now = _look(home)
    warning = check_days(days, [shop.timezone for shop in now.shops.values()], datetime.now(UTC))
    listed = [_of_day(home, state, now, day) for day in days]
    counted = {action: [d for d in listed if d["action"] == action] for action in _ACTIONS}
    to_do = len(days) - len(counted[STAYS])
    pace = pace_of(home)
    holder = lock.holder(home)
    notes = [warning] if warning else []
    if holder is not None:
        who = f"Run {holder.run_id} ({holder.command})"
        notes.append(f"{who} is at work: look again when it is done.")
    if finished := len(list((home.private / "rendered").glob("*/*/.content"))):
        notes.append(
            f"An interrupted backfill left {finished} finished reports: the same one uses them."
        )
    seconds = 0 if not to_do else round(pace.total(len(days))) if pace else None
    return {
        "command": "backfill",
        "status": "dry_run",
        "days": listed,
        "counts": {action: len(found) for action, found in counted.items()},
        "files": now.waiting,
        "estimate_seconds": seconds,
        "notes": notes,
    }


def lines(result: dict[str, Any]) -> list[str]:
    """The result for people: days by what would be done with them and why, files, time."""
    days = result["days"]
    span = f"{days[0]['day']} to {days[-1]['day']}"
    said = [f"Would look at {len(days)} days, {span}. Nothing was done."]
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for item in days:
        groups[item["action"], tuple(item["reasons"])].append(item["day"])
    for (action, reasons), of in groups.items():
        first = of[0] if len(of) == 1 else f"{of[0]} to {of[-1]}"
        said.append(f"  {len(of):>4} {_ACTIONS[action]}: {first}")
        said += [f"         {reason}" for reason in reasons]
    files = result["files"]
    said += [f"  file   {f['shop_id']}/{f['file']}: {f['state']}" for f in files[:_SHOWN]]
    if len(files) > _SHOWN:
        said.append(f"         and {len(files) - _SHOWN:,} more; --json lists all")
    seconds = result["estimate_seconds"]
    if seconds is None:
        said.append("  time   not known before the first daily run")
    elif seconds:
        said.append(f"  time   {in_words(seconds)}, as past runs took")
    return said + [f"  note   {note}" for note in result["notes"]]


def _look(home: Home) -> _Now:
    ledger = read_ledger(home)
    landing = discover(home.landing)
    shops = {shop.shop_id: shop for shop in resolve_shops(home, landing.shop_ids)}
    out = withdrawals(read_interventions(home))
    waiting = list(_unread(landing.files, ledger.records))
    waiting += [
        {
            "shop_id": record.shop_id,
            "file": record.file,
            "state": "restored" if record.status == "withdrawn" else "withdrawn",
        }
        for record in ledger.records
        if (record.status == "withdrawn") != ((record.shop_id, record.sha256) in out)
    ]
    return _Now(
        shops,
        fingerprints(shops.values(), ledger.records),
        {(r.shop_id, r.file, r.sha256): r.status for r in ledger.records},
        waiting,
    )


def _unread(files: Iterable[Found], records: Iterable[FileRecord]) -> Iterable[dict[str, Any]]:
    """Files in landing that no run has read as they are; a file of a known stamp is not opened."""
    by_path: dict[tuple[str, str], list[FileRecord]] = defaultdict(list)
    bytes_of: dict[tuple[str, str], str] = {}
    for record in records:
        by_path[record.shop_id, record.container].append(record)
        bytes_of[record.shop_id, record.archive_sha256 or record.sha256] = record.container
    for found in files:
        known = by_path[found.shop_id, found.file]
        if any(record.stamp == found.stamp for record in known):
            continue
        try:
            with found.path.open("rb") as handle:
                sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError:
            sha256 = ""
        if any(sha256 in (record.sha256, record.archive_sha256) for record in known):
            continue
        twin = bytes_of.get((found.shop_id, sha256))
        state = f"{_TWIN} {twin}" if twin else ("changed" if known else "new")
        yield {"shop_id": found.shop_id, "file": found.file, "state": state}


def _of_day(home: Home, state: PublicationState, now: _Now, day: date) -> dict[str, Any]:
    """What would be done with a day, and why."""
    name = edition_name("backfill", day)
    run_id = state.edition_run(name)
    found: dict[str, Any] = {"day": day.isoformat(), "published_by": run_id}
    shown = state.editions.get(name, {}).get("shops", {})
    missing = [shop for shop in now.shops if shop not in shown]
    if run_id is None or not (home.reports / name / "index.html").exists():
        return found | {"action": FIRST, "reasons": ["it has no report"]}
    if missing:
        return found | {"action": FIRST, "reasons": [f"its report lacks {', '.join(missing)}"]}
    waiting = _waiting_words(now.waiting)
    if not waiting and state.is_current(name, day, dict(now.fingerprints)):
        return found | {"action": STAYS, "reasons": ["nothing changed since it was written"]}
    project, files = _since(home, run_id, now)
    if "content" not in state.editions[name] and not project:
        project = ["its report is of a release that did not keep what it was made of"]
    reasons = [*project, *files, *waiting] or ["it was made from other data"]
    return found | {"action": ANEW if project else COMPARE, "reasons": reasons}


def _since(home: Home, run_id: str, now: _Now) -> tuple[list[str], list[str]]:
    """What of the project, and what of files and settings, is not as the run found it."""
    made = _made_by(home, run_id)
    if made is None:
        return [], [f"the record of run {run_id} is gone, so it is not known what changed"]
    was, is_ = made["fingerprints"], of_project()
    project = [words for part, words in _PARTS.items() if was.get(part) != is_[part]]
    newer = sorted(
        f"{library} {version}"
        for library, version in versions().items()
        if made["versions"].get(library) != version
    )
    if newer:
        project.append(f"libraries changed: {', '.join(newer)}")
    before: Mapping[FileKey, str] = made["files"]
    groups: dict[str, list[str]] = defaultdict(list)
    for key, status in now.files.items():
        shop_id, file, _ = key
        if before.get(key) == status:
            continue
        kinds = {"withdrawn": "withdrawn", "refused": "refused", "duplicate": "copies"}
        kind = "restored" if before.get(key) == "withdrawn" else kinds.get(status, "new")
        groups[kind].append(f"{shop_id}/{file}")
    gone = [f"{shop}/{file}" for shop, file, sha in before if (shop, file, sha) not in now.files]
    if gone:
        groups["replaced"] = gone
    files = [f"{kind} since: {_names(names)}" for kind, names in sorted(groups.items())]
    for shop_id, shop in now.shops.items():
        is_now = json.loads(json.dumps(asdict(shop), default=str))
        if made["shops"].get(shop_id, is_now) != is_now:
            files.append(f"the settings of shop {shop_id} changed")
    return project, files


@cache
def _made_by(home: Home, run_id: str) -> dict[str, Any] | None:
    """Of a run's record what a day's reasons need."""
    record = read_record(home, run_id)
    if record is None:
        return None
    return {
        "fingerprints": record.get("fingerprints") or {},
        "versions": record.get("versions") or {},
        "files": {
            (item["shop_id"], item["file"], item["sha256"]): item["status"]
            for item in record.get("inputs") or ()
        },
        "shops": {shop["shop_id"]: shop for shop in record.get("shops") or ()},
    }


def _waiting_words(waiting: Iterable[dict[str, Any]]) -> list[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for item in waiting:
        state = "copies" if item["state"].startswith(_TWIN) else item["state"]
        groups[state].append(f"{item['shop_id']}/{item['file']}")
    return [f"{state}, not read yet: {_names(names)}" for state, names in sorted(groups.items())]


def _names(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:3])
    return f"{shown} and {len(names) - 3:,} more" if len(names) > 3 else shown
