"""The key of personal values that are kept as a hash: a secret of the home folder.

A buyer's account name is kept as `HMAC-SHA256(key, folded name)`, its first 32 hexadecimal digits.
Under one key a name always has the same hash, so files of any day can be told to speak of the same
buyer; without the key the hash of a name cannot be computed, so a list of names does not help. The
key is never rotated: a hash is what a buyer is later found and forgotten by.

The key is 32 random bytes in `.secrets/hash.key`, made on first use and readable by its owner
alone, or the value of `GREENZONE_HASH_KEY` where an installation keeps its secrets elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field, replace

from flows.contracts import fold
from flows.errors import UsageError
from flows.home.files import make_folder, sync_folder
from flows.home.forgotten import read_forgotten
from flows.home.layout import Home

VARIABLE = "GREENZONE_HASH_KEY"
_KEY_BYTES = 32
_HASH_DIGITS = 32
_MARK_DIGITS = 16


@dataclass(frozen=True, slots=True)
class HashKey:
    """A key; its secret is never shown. `forgotten`: digests of hashes that are not kept."""

    secret: bytes = field(repr=False)
    forgotten: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def mark(self) -> str:
        """What tells this key from another and gives nothing of it away: 16 hexadecimal digits."""
        return self._digest("the mark of this key")[:_MARK_DIGITS]

    def hash(self, name: str) -> str:
        """The hash of a name, 32 hexadecimal digits; spellings that fold alike hash alike."""
        return self._digest("name " + fold(name))[:_HASH_DIGITS]

    def kept(self, name: str) -> str | None:
        """What is kept of a name: its hash, or nothing of a buyer who is forgotten."""
        found = self.hash(name)
        return None if self.forgotten and self.digest_of(found) in self.forgotten else found

    def digest_of(self, hashed: str) -> str:
        """What a hash is remembered by once it is forgotten: 64 hexadecimal digits."""
        return self._digest("forgotten " + hashed)

    def _digest(self, text: str) -> str:
        return hmac.digest(self.secret, text.encode(), hashlib.sha256).hex()


def hash_key(home: Home) -> HashKey:
    """The key of a home folder, made when it has none, and who is forgotten under it.

    Raises `UsageError` when the key's file or variable does not hold 64 hexadecimal digits: another
    key in its place would part each buyer from the rows that are already read.
    """
    return replace(_key(home), forgotten=frozenset(read_forgotten(home)))


def _key(home: Home) -> HashKey:
    given = os.environ.get(VARIABLE)
    if given:
        return _parsed(given, VARIABLE, "Give it 64 hexadecimal digits (`openssl rand -hex 32`).")
    path = home.hash_key
    while not path.exists():
        _make(home)
    where = str(path)
    mend = (
        "Bring the file back from a backup. Without one, remove it: the next run makes another key "
        "and reads the files in landing again."
    )
    return _parsed(path.read_text(encoding="ascii", errors="replace"), where, mend)


def _make(home: Home) -> None:
    """Write a new key, whole or not at all, and never over another."""
    folder = home.hash_key.parent
    make_folder(folder, 0o700)
    draft = folder / f"{home.hash_key.name}.{secrets.token_hex(4)}.part"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_hex(_KEY_BYTES) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(draft, home.hash_key)
    except (FileExistsError, FileNotFoundError):
        # Another process was first and its key holds, or it took this draft for a dead run's.
        pass
    finally:
        draft.unlink(missing_ok=True)
        # A hash that outlived its key could never be made again.
        sync_folder(folder)


def _parsed(text: str, where: str, mend: str) -> HashKey:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise UsageError(f"{where} does not hold a key.", mend)
    return HashKey(secret)
