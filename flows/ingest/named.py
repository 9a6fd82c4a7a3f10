"""Which bytes a person means by the name of a file, or by a piece of a SHA-256."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.errors import UsageError
from flows.home.layout import Home
from flows.ingest.decompress import Plain, Unreadable, open_plain
from flows.ingest.discover import Landing, Stamp, discover, shown
from flows.ingest.ledger import FileRecord, Ledger, read_ledger
from flows.ingest.one_file import member_path

_MEMBER = "!/"
_DIGITS = re.compile(r"[0-9a-f]{8,64}")
_SHOWN_DIGITS = 12
_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Named:
    """Bytes of one shop that a name stands for.

    `label`: the path of the file, or of the archive for all its members. `sha256`: of the file, or
    of each member. `archive_sha256`: of the archive, None for a file or a member alone. `records`:
    what the ledger holds of the bytes, under every name; empty for a file that no run has read.
    """

    shop_id: str
    label: str
    sha256: frozenset[str]
    archive_sha256: str | None
    records: tuple[FileRecord, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Every name under which the shop has the bytes, sorted."""
        return tuple(sorted({record.file for record in self.records} or {self.label}))

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Shop and SHA-256 of each."""
        return frozenset((self.shop_id, sha256) for sha256 in self.sha256)

    def in_words(self) -> str:
        """The shop, the name and the first digits of its hash."""
        digits = self.archive_sha256 or min(self.sha256)
        return f"{self.shop_id}: {self.label} ({digits[:_SHOWN_DIGITS]})"


class Unknown(UsageError):
    """A name that stands for nothing."""


def find_named(
    home: Home,
    name: str,
    shop_id: str | None,
    likely: Collection[tuple[str, str]] = (),
) -> Named:
    """The bytes that `name` stands for; the caller holds the lock.

    name: a path as in `marts.row_accounting` (`a.csv`, `a.zip`, `a.zip!/b.csv`), with or without
    the shop before it, a path of a file in landing, or at least eight digits of the SHA-256 of a
    file, a member or an archive. shop_id: the shop, where several have such a file.
    likely: shop and SHA-256 of the bytes that are meant where the name stands for others too.

    Raises `UsageError` for a name that stands for nothing or for several things, and says for
    which, or what comes near it.
    """
    ledger = read_ledger(home)
    landing = discover(home.landing)
    known = sorted({*ledger.shop_ids, *landing.shop_ids})
    if shop_id is not None and shop_id not in known:
        raise UsageError(
            f"There is no shop {shop_id!r} in {home.root}.", f"Known: {', '.join(known) or 'none'}."
        )
    found = {
        (one.shop_id, one.sha256): one
        for one in [*_read(ledger, home, name), *_unread(ledger, landing, home, name)]
        if shop_id in (None, one.shop_id)
    }
    meant = {key: one for key, one in found.items() if one.keys & set(likely)}
    found = meant or found
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        listed = "; ".join(sorted(one.in_words() for one in found.values()))
        mend = (
            "Say which one with --shop."
            if len({one.shop_id for one in found.values()}) == len(found)
            else "Say which one by the digits of its SHA-256, those in brackets."
        )
        raise UsageError(f"{name!r} stands for several files: {listed}.", mend)
    raise Unknown(f"No file that was read is named {name!r}.", _near(ledger, name, shop_id))


def _read(ledger: Ledger, home: Home, name: str) -> Iterator[Named]:
    """What the ledger knows by the name."""
    paths = _paths(home, name)
    plain: defaultdict[tuple[str, str, str], list[FileRecord]] = defaultdict(list)
    archives: defaultdict[tuple[str, str, str], list[FileRecord]] = defaultdict(list)
    digits = _digits(name)
    for record in ledger.records:
        if not record.sha256 or not record.shop_id:
            continue
        shop, archive = record.shop_id, record.archive_sha256 or ""
        # A member that could not be opened has the hash of its archive.
        is_digits = digits and record.sha256 != archive and record.sha256.startswith(digits)
        if _is_one(shop, record.file, paths) or is_digits:
            plain[shop, record.file, record.sha256].append(record)
        if archive and (
            _is_one(shop, record.container, paths) or (digits and archive.startswith(digits))
        ):
            archives[shop, record.container, archive].append(record)
    for (shop, label, archive), records in archives.items():
        yield _named(ledger, shop, label, {r.sha256 for r in records}, archive)
    for shop, label, sha256 in plain:
        yield _named(ledger, shop, label, {sha256}, None)


def _unread(ledger: Ledger, landing: Landing, home: Home, name: str) -> Iterator[Named]:
    """What lies in landing by the name and was not read as it is now."""
    paths = _paths(home, name)
    stamps = {(r.shop_id, r.container): r.stamp for r in ledger.records if r.stamp is not None}
    for found in landing.files:
        whole = _is_one(found.shop_id, found.file, paths)
        inside = [path for path in paths if _is_inside(found.shop_id, found.file, path)]
        stamp = stamps.get((found.shop_id, found.file))
        if not (whole or inside) or stamp == Stamp.of(found.path):
            continue
        home.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        members: dict[str, str] = {}
        archive = None
        for plain in _opened(found.path, home.work):
            archive = plain.archive_sha256 or archive
            if plain.sha256 and (
                whole or _is_one(found.shop_id, member_path(found.file, plain.member), inside)
            ):
                members[member_path(found.file, plain.member)] = plain.sha256
        if members:
            label = found.file if whole else next(iter(members))
            sha256 = set(members.values())
            yield _named(ledger, found.shop_id, label, sha256, archive if whole else None)


def _opened(path: Path, scratch: Path) -> Iterator[Plain | Unreadable]:
    try:
        yield from open_plain(path, scratch)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or type(error).__name__}.",
            "Allow this user to read it.",
        ) from error


def _named(
    ledger: Ledger, shop_id: str, label: str, sha256: Iterable[str], archive: str | None
) -> Named:
    wanted = frozenset(sha256)
    records = [r for r in ledger.records if r.shop_id == shop_id and r.sha256 in wanted]
    return Named(shop_id, label, wanted, archive, tuple(records))


def _paths(home: Home, name: str) -> list[str]:
    """A name as `shop/file`, where it can be told whose it is, and as it was given."""
    dropped, _, member = name.partition(_MEMBER)
    found = [name.removeprefix("./")]
    try:
        path = Path(dropped).expanduser().absolute()
        for landing in (home.landing.absolute(), home.landing.resolve()):
            if path.is_relative_to(landing):
                relative = shown(path.relative_to(landing).as_posix())
                found.append(member_path(relative, member))
    except (OSError, ValueError, RuntimeError):
        pass  # no path at all: it may still be a name
    if name.startswith("landing/"):
        found.append(name.removeprefix("landing/"))
    return found


def _is_one(shop_id: str, file: str, paths: Iterable[str]) -> bool:
    return any(path in (file, f"{shop_id}/{file}") for path in paths)


def _is_inside(shop_id: str, file: str, path: str) -> bool:
    return _MEMBER in path and _is_one(shop_id, file, [path.split(_MEMBER, 1)[0]])


def _digits(name: str) -> str:
    return name.lower() if _DIGITS.fullmatch(name.lower()) else ""


def _near(ledger: Ledger, name: str, shop_id: str | None) -> str:
    """The files that come near a name, or how to see all of them."""
    files: defaultdict[str, set[str]] = defaultdict(set)
    for record in ledger.records:
        if shop_id in (None, record.shop_id) and record.sha256 and record.shop_id:
            whole = f"{record.shop_id}/{record.file}"
            for key in (whole, record.file, Path(record.file).name, record.container):
                files[key].add(whole)
    near = difflib.get_close_matches(name, files, 20, 0.6)
    few = list(dict.fromkeys(file for key in near for file in sorted(files[key])))[:_CANDIDATES]
    if few:
        return f"Do you mean {', '.join(few)}?"
    return (
        "Name it as `marts.row_accounting` does (row_accounting.csv of the report), or by at "
        "least eight digits of its SHA-256."
    )
