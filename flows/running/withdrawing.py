"""Taking a file's rows out of everything, and bringing them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from flows.home import lock
from flows.home.interventions import (
    Intervention,
    Withdrawal,
    add_intervention,
    read_interventions,
    stated,
    withdrawals,
)
from flows.home.layout import Home
from flows.home.publish import recover
from flows.home.runs import new_run_id
from flows.home.state import PublicationState
from flows.running.run import Request
from flows.running.session import GateBlocked

if TYPE_CHECKING:
    from flows.ingest import FileRecord
    from flows.ingest.named import Named

Publish = Callable[[Request], dict[str, Any]]
Say = Callable[[str], None]
Keys = dict[tuple[str, str], Withdrawal]

_TWINS = 5
_DROP_AGAIN = (
    "What an earlier file of the same name declared does not come back: drop that file again "
    "if it should hold."
)


@dataclass(frozen=True)
class Order:
    """What a person asks for: the name of a file, why, whose it is, and whether to publish now."""

    home: Home
    name: str
    reason: str
    shop_id: str | None = None
    is_later: bool = False


def withdraw(order: Order, publish: Publish, say: Say) -> dict[str, Any]:
    """Take the rows of a file out of everything, whatever name its bytes come under later.

    Publishes the shop's newest published day anew through `publish`, unless it is to be later or
    nothing is published yet. Withdrawn before, it only publishes what is not published. Returns
    what was done. Raises `UsageError` for a name that does not stand for one file.
    """
    from flows.ingest.named import find_named

    home = order.home
    stated(order.reason)
    with lock.hold(home, new_run_id(), "withdraw"):
        recover(home)
        in_force = withdrawals(read_interventions(home))
        found = find_named(home, order.name, order.shop_id)
        before = _newest(in_force, found.keys)
        is_new = not found.keys <= set(in_force)
        decision = _decide("withdraw", order, found) if is_new or not before else before
        result = _result("withdraw", found, decision, is_new)
        result["notes"] += _withdrawn_notes(found)
        return _carry_out(order, result, found.shop_id, publish, say)


def restore(order: Order, publish: Publish, say: Say) -> dict[str, Any]:
    """Bring the rows of a withdrawn file back; the opposite of `withdraw` in every respect."""
    from flows.ingest.named import Unknown, find_named

    home = order.home
    stated(order.reason)
    with lock.hold(home, new_run_id(), "restore"):
        recover(home)
        in_force = withdrawals(read_interventions(home))
        try:
            found = find_named(home, order.name, order.shop_id, in_force)
        except Unknown:
            # What was withdrawn before a run had read it, and is gone from landing since.
            kept = _by_decision(order, in_force)
            if kept is None:
                raise
            found = kept
        # Out of the ledger too: the list of decisions may have been lost.
        is_out = any(record.status == "withdrawn" for record in found.records)
        last = _newest_word(read_interventions(home), found)
        is_new = bool(found.keys & set(in_force)) or (is_out and last is None)
        decision = _decide("restore", order, found) if is_new else last
        result = _result("restore", found, decision, is_new)
        if not found.records:
            result["notes"].append("No run has read it: it comes in when it is dropped again.")
        return _carry_out(order, result, found.shop_id, publish, say)


def rewriting(home: Home, shop_id: str) -> list[str]:
    """The commands that write a shop's earlier reports anew, which a new daily run leaves alone."""
    state = PublicationState.load(home)
    newest = state.shop(shop_id).newest
    if newest is None:
        return []
    mine = [name for name, made in state.editions.items() if shop_id in made["shops"]]
    days = sorted(day for day in _named_under("daily", mine) if day < newest)
    weeks = sorted(_named_under("weekly", mine))
    found = [f"greenzone backfill --from {days[0]} --to {days[-1]}"] if days else []
    return found + [f"greenzone weekly --week {week}" for week in weeks]


def _named_under(kind: str, editions: Iterable[str]) -> list[str]:
    return [name.partition("/")[2] for name in editions if name.startswith(f"{kind}/")]


def _decide(action: Literal["withdraw", "restore"], order: Order, found: Named) -> Intervention:
    return add_intervention(
        order.home,
        action,
        found.shop_id,
        found.label,
        order.reason,
        details={
            "sha256": sorted(found.sha256),
            "archive_sha256": found.archive_sha256,
            "files": list(found.files),
        },
    )


def _newest(in_force: Keys, keys: Iterable[tuple[str, str]]) -> Intervention | None:
    made = [in_force[key].decision for key in keys if key in in_force]
    return max(made, key=lambda item: item.at, default=None)


def _newest_word(interventions: tuple[Intervention, ...], found: Named) -> Intervention | None:
    for item in reversed(interventions):
        is_mine = item.action == "restore" and item.shop_id == found.shop_id
        if is_mine and found.sha256 & set(item.details["sha256"]):
            return item
    return None


def _by_decision(order: Order, in_force: Keys) -> Named | None:
    from flows.ingest.named import Named

    for held in in_force.values():
        made = held.decision
        names = {made.subject, f"{made.shop_id}/{made.subject}", *made.details["files"]}
        digits = order.name.lower()
        is_hash = len(digits) >= 8 and any(
            (sha256 or "").startswith(digits)
            for sha256 in (*made.details["sha256"], made.details["archive_sha256"])
        )
        if (order.name in names or is_hash) and order.shop_id in (None, made.shop_id):
            return Named(
                made.shop_id,
                made.subject,
                frozenset(made.details["sha256"]),
                made.details["archive_sha256"],
                (),
            )
    return None


def _result(
    command: str, found: Named, decision: Intervention | None, is_new: bool
) -> dict[str, Any]:
    counted = {record.sha256: record.rows_accepted for record in found.records}
    return {
        "command": command,
        "shop_id": found.shop_id,
        "subject": found.label,
        "files": list(found.files),
        "sha256": sorted(found.sha256),
        "archive_sha256": found.archive_sha256,
        "rows": sum(counted.values()),
        "is_new": is_new,
        "decision": asdict(decision) if decision else None,
        "notes": [],
        "rewrite": [],
        "published": None,
    }


def _withdrawn_notes(found: Named) -> list[str]:
    from flows.ingest.one_file import contract_of

    notes = []
    if not found.records:
        notes.append("No run has read it yet: none of its rows will come in.")
    elif all(record.status == "refused" for record in found.records):
        notes.append("It was refused: none of its rows was in any number.")
    twins = [record.file for record in found.records if not _is_of(record, found)]
    if twins:
        shown = ", ".join(sorted(twins)[:_TWINS]) + (" …" if len(twins) > _TWINS else "")
        notes.append(
            f"The same bytes lie under {len(twins)} other name{'' if len(twins) == 1 else 's'} "
            f"and are out there too: {shown}. Restore by name what is right."
        )
    contracts = [contract_of(feed) for feed in sorted({r.feed for r in found.records if r.feed})]
    if any(contract is not None and contract.is_declaration for contract in contracts):
        notes.append(_DROP_AGAIN)
    return notes


def _is_of(record: FileRecord, found: Named) -> bool:
    """Whether a record is that of the named file, or of a member of the named archive."""
    if found.archive_sha256 is None:
        return record.file == found.label
    return record.archive_sha256 == found.archive_sha256 and record.container == found.label


def _carry_out(
    order: Order, result: dict[str, Any], shop_id: str, publish: Publish, say: Say
) -> dict[str, Any]:
    """Publish the decision, unless that is for later."""
    newest = PublicationState.load(order.home).shop(shop_id).newest
    if order.is_later:
        result["notes"].append("The next run of this shop publishes it.")
    elif newest is None:
        result["notes"].append("Nothing of this shop is published yet: the first run heeds it.")
    else:
        for line in words(result):
            say(line)
        request = Request("daily", order.home, (date.fromisoformat(newest),), (shop_id,))
        try:
            result["published"] = publish(request)
        except GateBlocked as error:
            error.outcome = {**result, "published": error.outcome}
            raise
        result["rewrite"] = rewriting(order.home, shop_id)
    return result


def words(result: dict[str, Any]) -> list[str]:
    """What was decided, a sentence a line."""
    subject = f"{result['subject']} of shop {result['shop_id']}"
    rows = f"{result['rows']:,} row{'' if result['rows'] == 1 else 's'}"
    made = result["decision"]
    when = f"since {made['at'][:10]}, by {made['by']}: {made['reason']}" if made else ""
    if result["command"] == "withdraw":
        first = (
            f"Withdrawn: {subject}, {rows}."
            if result["is_new"]
            else f"{subject} is withdrawn already, {when}."
        )
    elif result["is_new"]:
        first = f"Restored: {subject}, {rows}."
    else:
        first = f"{subject} is not withdrawn{f', {when}' if when else ''}."
    return [first, *result["notes"]]
