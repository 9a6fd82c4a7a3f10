"""What people decided about the data: files withdrawn, failed checks accepted, roll-backs.

A list that is only ever added to, `interventions.json` of the home folder. It is the word of a
person and not derived from anything: a run reads it and acts on what is in force.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from flows.errors import UsageError
from flows.foreign_text import one_line
from flows.home.files import read_json, write_json
from flows.home.layout import Home
from flows.home.runs import now_text

VERSION = 1
MOST_CHARACTERS = 500
Action = Literal["withdraw", "restore", "accept", "revoke", "rollback", "forget"]
_ACTIONS = frozenset(get_args(Action))


@dataclass(frozen=True, slots=True)
class Intervention:
    """One decision of a person.

    `at`: the moment, UTC, ISO 8601. `shop_id`: the shop that it concerns, empty for every shop.
    `subject`: what it is about: a file, an expectation, a run; never a person. `by`: the name of
    the operating system's user. `run_id`: the run that it speaks of (whose check was accepted, that
    was returned to), None where there is none. `details`: what a program needs to act on it.
    """

    at: str
    action: Action
    shop_id: str
    subject: str
    reason: str
    by: str
    run_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Bytes of a shop that are withdrawn now, and the decision that withdrew them."""

    shop_id: str
    sha256: str
    decision: Intervention


def read_interventions(home: Home) -> tuple[Intervention, ...]:
    """Every decision, in the order in which they were made.

    Raises `UsageError` for a file that cannot be read: without it a run would bring back what was
    withdrawn.
    """
    try:
        content = read_json(home.interventions)
        if content is None:
            return ()
        if content["version"] != VERSION:
            raise ValueError("another version")
        return tuple(_intervention(item) for item in content["interventions"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{home.interventions} is not a list of decisions.",
            "Bring it back from a backup: it says which files are withdrawn.",
        ) from error


def add_intervention(
    home: Home,
    action: Action,
    shop_id: str,
    subject: str,
    reason: str,
    *,
    run_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> Intervention:
    """Add a decision of the present user, made now; the file is replaced atomically.

    The caller holds the lock. Raises `UsageError` for a reason that says nothing.
    """
    made = Intervention(
        now_text(), action, shop_id, subject, stated(reason), user(), run_id, dict(details or {})
    )
    kept = [asdict(item) for item in (*read_interventions(home), made)]
    write_json(home.interventions, {"version": VERSION, "interventions": kept})
    return made


def stated(reason: str) -> str:
    """A reason on one line. Raises `UsageError` when it says nothing, or more than is read."""
    said = one_line(" ".join(reason.encode("utf-8", "replace").decode().split()))
    if not any(character.isalnum() for character in said):
        raise UsageError(
            "A decision needs its reason.", "Say it in a few words: --reason 'wrong shop'."
        )
    if len(said) > MOST_CHARACTERS:
        raise UsageError(
            f"The reason has {len(said):,} characters.", f"Say it in at most {MOST_CHARACTERS}."
        )
    return said


def user() -> str:
    """The name of the operating system's user; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"user {os.getuid()}"


def withdrawals(interventions: Iterable[Intervention]) -> dict[tuple[str, str], Withdrawal]:
    """What is withdrawn now: by shop and SHA-256 of the bytes, the newest word holds."""
    found: dict[tuple[str, str], Withdrawal] = {}
    for item in interventions:
        if item.action not in ("withdraw", "restore"):
            continue
        for sha256 in item.details["sha256"]:
            key = (item.shop_id, sha256)
            if item.action == "withdraw":
                found.setdefault(key, Withdrawal(*key, item))
            else:
                found.pop(key, None)
    return found


def numbered(interventions: Iterable[Intervention]) -> list[tuple[str, Intervention]]:
    """Every decision with its `intervention_id`: its place in the list, which never changes."""
    return [(f"{place:06d}", item) for place, item in enumerate(interventions, start=1)]


def ended(interventions: Iterable[Intervention]) -> dict[str, Intervention]:
    """By id the acceptances that hold no more, each with the decision that ended it first."""
    found: dict[str, Intervention] = {}
    for item in interventions:
        if item.action in ("revoke", "rollback"):
            for number in item.details.get("ended", ()):
                found.setdefault(number, item)
    return found


def check_complete(
    home: Home, interventions: Iterable[Intervention], taken_out: Iterable[tuple[str, str]]
) -> None:
    """Raise `UsageError` where decisions are missing: where the list was lost or is an old copy.

    taken_out: shop and SHA-256 of what an earlier run left out because it was withdrawn.
    """
    known = {
        (item.shop_id, sha256)
        for item in interventions
        if item.action in ("withdraw", "restore")
        for sha256 in item.details["sha256"]
    }
    lost = len(set(taken_out) - known)
    if lost:
        files = "1 file was" if lost == 1 else f"{lost} files were"
        raise UsageError(
            f"{files} withdrawn, and {home.interventions} does not say so any more.",
            "Bring that file back from a backup, or say again what holds: `greenzone withdraw` or "
            "`greenzone restore` with --later.",
        )


def ledger_rows(
    interventions: Iterable[Intervention], shop_ids: Iterable[str]
) -> list[dict[str, Any]]:
    """The rows of `inputs.interventions`: a decision about every shop is a row of each."""
    shops = sorted(set(shop_ids))
    return [
        {
            "intervention_id": number,
            "made_at": item.at,
            "action": item.action,
            "shop_id": shop_id,
            "subject": item.subject,
            "reason": item.reason,
            "made_by": item.by,
            "run_id": item.run_id,
        }
        for number, item in numbered(interventions)
        for shop_id in shops
        if item.shop_id in ("", shop_id)
    ]


def _intervention(content: Mapping[str, Any]) -> Intervention:
    known = {item.name for item in fields(Intervention)}
    made = Intervention(**{key: value for key, value in content.items() if key in known})
    if made.action not in _ACTIONS:
        raise ValueError("an unknown action")
    return made
