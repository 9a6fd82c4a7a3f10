"""Buyers who are forgotten, each known by a keyed digest of the hash alone.

Kept in `.secrets/forgotten.json`, readable by its owner alone. A reading asks for every name that
it hashes, so neither an export that still lies in landing nor one that comes again brings a
forgotten buyer back. The digests are under the key of hashes: under another key they say nothing.
That somebody was forgotten is among the decisions, too, with the beginning of the digest: by that a
run knows that the list or the key is not what it was.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass

from flows.errors import UsageError
from flows.home.files import make_folder, read_json, sync_folder
from flows.home.interventions import read_interventions
from flows.home.layout import Home

MARK_DIGITS = 16
"""Digits of a digest that a decision keeps."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A forgotten buyer: the digest, since when (UTC, ISO 8601), and whether it is all done.

    `key`: the mark of the key that the digest is under.
    """

    digest: str
    at: str
    key: str
    is_finished: bool

    @property
    def mark(self) -> str:
        """What a decision knows the buyer by: the beginning of the digest."""
        return self.digest[:MARK_DIGITS]


def read_forgotten(home: Home) -> dict[str, Forgotten]:
    """The forgotten buyers by digest.

    Raises `UsageError` when the list cannot be read: a run without it would bring them back.
    """
    try:
        content = read_json(home.forgotten)
        if content is None:
            return {}
        found = [Forgotten(**item) for item in content["forgotten"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{home.forgotten} is not a list of forgotten buyers.",
            "Bring it back from a backup: without it the next run would bring those buyers back.",
        ) from error
    return {item.digest: item for item in found}


def put_forgotten(home: Home, entry: Forgotten) -> None:
    """Add an entry, or replace the one of the same digest. The caller holds the lock."""
    entries = read_forgotten(home) | {entry.digest: entry}
    listed = [asdict(item) for item in sorted(entries.values(), key=lambda e: (e.at, e.digest))]
    folder = home.forgotten.parent
    make_folder(folder, 0o700)
    draft = folder / f"{home.forgotten.name}.{secrets.token_hex(4)}.part"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            json.dump({"forgotten": listed}, handle, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, home.forgotten)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(folder)


def coming_back(home: Home, key: str) -> tuple[str, ...]:
    """Forgotten buyers whom a reading under a key would bring back: their marks, oldest first.

    key: the mark of the key. Of a buyer who was forgotten again under another key (`instead_of` of
    the decision) one entry under this key is enough.
    """
    entries = sorted(read_forgotten(home).values(), key=lambda entry: (entry.at, entry.digest))
    marks: dict[str, set[str]] = {}
    for decision in read_interventions(home):
        if decision.action == "forget" and "forgotten" in decision.details:
            mine = decision.details["forgotten"]
            marks.setdefault(decision.details.get("instead_of", mine), set()).add(mine)
    decided = set().union(*marks.values())
    for entry in entries:
        if entry.mark not in decided:
            marks.setdefault(entry.mark, {entry.mark})
    known = {entry.mark for entry in entries if entry.key == key}
    return tuple(first for first, others in marks.items() if not others & known)


def check_complete(home: Home, key: str) -> None:
    """Raise `UsageError` where a reading would bring buyers back; key: the mark of its key."""
    left = coming_back(home, key)
    if not left:
        return
    listed = {entry.mark for entry in read_forgotten(home).values()}
    is_listed = all(mark in listed for mark in left)
    who = "1 forgotten buyer" if len(left) == 1 else f"{len(left)} forgotten buyers"
    why = (
        "the key of hashes is not the one they were forgotten under"
        if is_listed
        else f"{home.forgotten} does not list them any more"
    )
    raise UsageError(
        f"{who} would come back: {why}.",
        f"Bring {home.forgotten.parent} back from a backup, or forget each of them again: "
        "`greenzone forget --buyer-name --again`.",
    )
