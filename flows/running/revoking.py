"""Taking back what was accepted: by hand, or by a roll-back from what rests on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flows.errors import UsageError
from flows.home import lock
from flows.home.interventions import (
    Intervention,
    add_intervention,
    ended,
    numbered,
    read_interventions,
    stated,
)
from flows.home.layout import Home
from flows.home.publications import lineage
from flows.home.publish import recover
from flows.home.runs import new_run_id, read_record
from flows.home.state import PublicationState
from flows.running.accepting import is_gate

_SHOWN = 5


def revoke(home: Home, run_id: str, named: str, reason: str, shop_id: str | None) -> dict[str, Any]:
    """Take back what was accepted of a run: its checks block again from the next run on.

    named: as it was accepted: the gate, an expectation's name, or `table.expectation`; what was
    accepted together ends together. What is published stands. Raises `UsageError`, which lists what
    is in force, where nothing such was accepted.
    """
    stated(reason)
    with lock.hold(home, new_run_id(), "accept"):
        recover(home)
        known = read_interventions(home)
        found = {
            number: item
            for number, item in numbered(known)
            if item.action == "accept" and item.run_id == run_id and _is_meant(item, named, shop_id)
        }
        over = ended(known)
        in_force = [number for number in found if number not in over]
        if not found:
            raise UsageError(f"{named!r} was not accepted of run {run_id!r}.", _in_force(known))
        shops = sorted({item.shop_id for item in found.values()})
        if len(shops) > 1:
            raise UsageError(
                f"{named!r} was accepted at several shops: {', '.join(shops)}.",
                "Say which with --shop.",
            )
        newest = [*found][-1]
        decision = over.get(newest) or add_intervention(
            home,
            "revoke",
            shops[0],
            ", ".join(dict.fromkeys(found[number].subject for number in in_force)),
            reason,
            run_id=run_id,
            details={"ended": in_force},
        )
    return {
        "command": "accept",
        "is_revoked": True,
        "is_new": bool(in_force),
        "shop_id": shops[0],
        "checks": [found[number].subject for number in in_force or [newest]],
        "decision": asdict(decision),
        "published": None,
    }


def revoked_words(result: dict[str, Any]) -> list[str]:
    """What was taken back, a sentence a line."""
    made = result["decision"]
    what = f"{', '.join(result['checks'])} at shop {result['shop_id']}"
    if not result["is_new"]:
        return [f"{what} was taken back already on {made['at'][:10]} by {made['by']}."]
    return [
        f"Taken back: {what}. From the next run on it blocks again.",
        "What is published stands: `greenzone rollback` goes back to what was before it.",
    ]


def resting_on(home: Home, left: PublicationState, target: PublicationState) -> list[str]:
    """By id the acceptances in force that publications which a roll-back leaves were made over.

    left: what is published now; it, and what it came after up to the target, are left. Not among
    them: what the target was made over, too.
    """
    leaving = set(lineage(home, left.run_id)) - set(lineage(home, target.run_id))
    if left.run_id in leaving:
        leaving |= _runs_of(left)
    over = _accepted(home, leaving) - _accepted(home, _runs_of(target))
    known = read_interventions(home)
    done = ended(known)
    return [
        number
        for number, item in numbered(known)
        if item.action == "accept" and number not in done and over & _keys(item)
    ]


def _runs_of(state: PublicationState) -> set[str]:
    """The runs that wrote what a publication shows."""
    return {run for run in (state.run_id, *(s.run_id for s in state.shops.values())) if run}


Key = tuple[str, str, str, str, str]


def _keys(item: Intervention) -> set[Key]:
    """Shop, gate, table, expectation and moment of what a decision accepted."""
    details = item.details
    return {
        (item.shop_id, details["gate"], check["table"], check["name"], item.at)
        for check in details["expectations"]
    }


def _accepted(home: Home, runs: Iterable[str]) -> set[Key]:
    """What runs were published over, as their records say."""
    return {
        (found["shop_id"], gate["gate"], check["table"], check["name"], found["accepted"]["at"])
        for run_id in runs
        for gate in (read_record(home, run_id) or {}).get("gates", ())
        for check in gate["expectations"]
        for found in check["findings"]
        if found.get("accepted")
    }


def _is_meant(item: Intervention, named: str, shop_id: str | None) -> bool:
    if shop_id not in (None, item.shop_id):
        return False
    checks = item.details["expectations"]
    names = {name for one in checks for name in (one["name"], f"{one['table']}.{one['name']}")}
    return is_gate(named, item.details["gate"]) or named in names


def _in_force(known: tuple[Intervention, ...]) -> str:
    over = ended(known)
    held = [
        f"{item.subject} of run {item.run_id}"
        for number, item in reversed(numbered(known))
        if item.action == "accept" and number not in over
    ]
    return f"In force: {'; '.join(held[:_SHOWN])}." if held else "Nothing accepted is in force."
