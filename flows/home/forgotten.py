"""Buyers who are forgotten, each known by a keyed digest of the hash alone.

Kept in `.secrets/forgotten.json`, readable by its owner alone. A reading asks for every name that
it hashes, so neither an export that still lies in landing nor one that comes again brings a
forgotten buyer back. The digests are under the key of hashes: under another key they say nothing.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass

from flows.errors import UsageError
from flows.home.files import make_folder, read_json, sync_folder
from flows.home.layout import Home


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A forgotten buyer: the digest, since when (UTC, ISO 8601), and whether it is all done.

    `key`: the mark of the key that the digest is under.
    """

    digest: str
    at: str
    key: str
    is_finished: bool


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
