"""Publishing over a failed check that a person calls a false alarm."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flows.errors import UsageError
from flows.home import lock
from flows.home.files import read_json
from flows.home.interventions import (
    Intervention,
    add_intervention,
    ended,
    numbered,
    read_interventions,
    stated,
)
from flows.home.layout import Home
from flows.home.publish import recover
from flows.home.runs import new_run_id, newest_records
from flows.quality.accepted import first_words, kind_of
from flows.quality.model import ExpectationResult, GateResult, from_json
from flows.running.reading import fingerprints
from flows.running.run import Request
from flows.running.session import GateBlocked

Publish = Callable[[Request], dict[str, Any]]
Say = Callable[[str], None]

_BLOCKED = frozenset({"blocked", "partly_blocked"})


@dataclass(frozen=True)
class Acceptable:
    """Critical failures of one gate and shop of a run, none of them accepted yet."""

    shop_id: str
    gate: GateResult
    checks: tuple[ExpectationResult, ...]


def accept(
    home: Home,
    run_id: str,
    named: str,
    reason: str,
    shop_id: str | None,
    publish: Publish,
    say: Say,
) -> dict[str, Any]:
    """Accept failed checks of a blocked run, and run its command for the same days once more.

    named: `gate 1`, an expectation's name, or `table.expectation`. The acceptance holds for the
    shop, these checks, the days and the data of that run: that of a what-if or a snapshot for no
    publication. Raises `UsageError` when the run was not blocked by
    it, when the check could not be judged, and when the data are others by now.
    """
    stated(reason)
    with lock.hold(home, new_run_id(), "accept"):
        recover(home)
        record = _record(home, run_id)
        chosen = _chosen(record, named, shop_id)
        _check_judged(chosen)
        fingerprint = str(record["fingerprints"].get(f"shop {chosen.shop_id}", ""))
        _check_current(home, record, chosen.shop_id, fingerprint)
        details = _details(record, chosen, fingerprint)
        before = _same(home, chosen.shop_id, details)
        decision = before or add_intervention(
            home,
            "accept",
            chosen.shop_id,
            ", ".join(f"{item.table}.{item.name}" for item in chosen.checks),
            reason,
            run_id=record["run_id"],
            details=details,
        )
        result: dict[str, Any] = {
            "command": "accept",
            "shop_id": chosen.shop_id,
            "gate": chosen.gate.gate,
            "checks": details["expectations"],
            "is_new": before is None,
            "decision": asdict(decision),
            "published": None,
        }
        for line in words(result):
            say(line)
        try:
            result["published"] = publish(_request(home, record))
        except GateBlocked as error:
            error.outcome = {**result, "published": error.outcome}
            raise
        return result


def words(result: dict[str, Any]) -> list[str]:
    """What was accepted, a sentence a line."""
    made = result["decision"]
    checks = [f"{item['table']}.{item['name']}" for item in result["checks"]]
    what = f"{', '.join(checks)} at shop {result['shop_id']}"
    if result["is_new"]:
        return [f"Accepted: {what}. It holds for the days and data of run {made['run_id']} alone."]
    return [f"{what} was accepted already on {made['at'][:10]} by {made['by']}: {made['reason']}."]


def _record(home: Home, run_id: str) -> dict[str, Any]:
    path = home.runs / f"{run_id}.json"
    try:
        # A name that leads out of the folder is no run.
        record = read_json(path) if path.parent == home.runs else None
    except (OSError, ValueError):
        record = None
    blocked = [item["run_id"] for item in newest_records(home, 50) if item["status"] in _BLOCKED]
    mend = f"Blocked runs, newest first: {', '.join(blocked[:5])}." if blocked else ""
    if record is None:
        near = difflib.get_close_matches(run_id, blocked, 1)
        raise UsageError(
            f"There is no record of a run {run_id!r} in {home.runs}.",
            f"Do you mean {near[0]}?" if near else mend or "No run was blocked of late.",
        )
    if record["status"] not in _BLOCKED:
        raise UsageError(
            f"No gate blocked run {run_id}: it is {record['status']}.",
            mend or "There is nothing to accept.",
        )
    found: dict[str, Any] = record
    return found


def _chosen(record: dict[str, Any], named: str, shop_id: str | None) -> Acceptable:
    """The failures that a name stands for, of one shop."""
    blocking = [
        Acceptable(shop, gate, tuple(mine))
        for gate in map(from_json, record["gates"])
        for shop in gate.blocked_shops
        if (mine := [i for i in gate.failures(shop, "critical") if not i.accepted(shop)])
    ]
    found = [
        Acceptable(one.shop_id, one.gate, meant)
        for one in blocking
        if (meant := _meant(one, named)) and shop_id in (None, one.shop_id)
    ]
    if not found:
        checks = sorted({f"{item.table}.{item.name}" for one in blocking for item in one.checks})
        shops = sorted({one.shop_id for one in blocking})
        gates = sorted({one.gate.gate for one in blocking})
        at = f" at shop {shop_id!r}" if shop_id else ""
        raise UsageError(
            f"{named!r} did not block run {record['run_id']}{at}.",
            f"What did, at {', '.join(shops)}: {', '.join([*gates, *checks])}.",
        )
    shops = sorted({one.shop_id for one in found})
    if len(shops) > 1:
        raise UsageError(
            f"{named!r} blocks several shops: {', '.join(shops)}.",
            "Look at each, and accept it with --shop.",
        )
    tables = sorted({f"{item.table}.{item.name}" for one in found for item in one.checks})
    if len(found) > 1 or (len(tables) > 1 and not is_gate(named, found[0].gate.gate)):
        raise UsageError(
            f"{named!r} stands for several checks: {', '.join(tables)}.", "Name one of them."
        )
    return found[0]


def _meant(one: Acceptable, named: str) -> tuple[ExpectationResult, ...]:
    if is_gate(named, one.gate.gate):
        return one.checks
    return tuple(item for item in one.checks if named in (item.name, f"{item.table}.{item.name}"))


def is_gate(named: str, gate: str) -> bool:
    """Whether a name is that of a gate: `gate 1`, `gate-1` …"""
    return named.lower().replace("-", " ").replace("_", " ").strip() == gate


def _check_judged(chosen: Acceptable) -> None:
    errored = [f"{item.table}.{item.name}" for item in chosen.checks if item.is_errored]
    if errored:
        raise UsageError(
            f"{', '.join(errored)} could not be judged, so there is no false alarm to accept.",
            "Run `greenzone doctor` and report it with the run's record.",
        )


def _check_current(home: Home, record: dict[str, Any], shop_id: str, fingerprint: str) -> None:
    """Raise `UsageError` where the data or the code are not those that the run judged."""
    from flows.ingest import read_ledger, resolve_shops

    mine = [shop for shop in resolve_shops(home) if shop.shop_id == shop_id]
    now = fingerprints(mine, read_ledger(home).records).get(shop_id)
    if now != fingerprint:
        raise UsageError(
            f"The files of shop {shop_id}, or the code, changed since run {record['run_id']}.",
            f"Run `greenzone {record['command']}` again and accept what it finds then.",
        )


def _details(record: dict[str, Any], chosen: Acceptable, fingerprint: str) -> dict[str, Any]:
    checks = []
    for item in chosen.checks:
        found = item.finding(chosen.shop_id)
        checks.append(
            {
                "table": item.table,
                "name": item.name,
                "failures": found.failures if found else 0.0,
                "observed": first_words(found.observed) if found else "",
            }
        )
    policy = record["arguments"].get("policy")
    return {
        "gate": chosen.gate.gate,
        "fingerprint": fingerprint,
        "kind": kind_of(record["command"], policy),
        "days": sorted(record["days"]),
        "policy": policy,
        "expectations": checks,
    }


def _same(home: Home, shop_id: str, details: dict[str, Any]) -> Intervention | None:
    """The acceptance of just this that is in force already."""
    known = read_interventions(home)
    over = ended(known)
    for number, item in reversed(numbered(known)):
        is_this = (item.action, item.shop_id, dict(item.details)) == ("accept", shop_id, details)
        if is_this and number not in over:
            return item
    return None


def _request(home: Home, record: dict[str, Any]) -> Request:
    """The request of a run, for the days that it took."""
    from pathlib import Path

    given = record["arguments"]
    return Request(
        record["command"],
        home,
        tuple(date.fromisoformat(day) for day in record["days"]),
        tuple(given.get("shops") or ()),
        Path(given["out"]) if given.get("out") else None,
        given.get("policy"),
    )
