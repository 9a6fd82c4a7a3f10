"""What lies in the landing folder: files to read, files to leave alone, files to refuse unread."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from flows.foreign_text import one_line
from flows.ingest.reasons import Refusal

MAX_FILE = 16 << 30

_LEFT_SUFFIXES = (".part", ".tmp", ".crdownload")

# Names have 255 bytes at most: `<rule>.<shop_id>.json`, and in the lake the id percent-encoded.
_MOST_BYTES = 100
_MOST_QUOTED = 240
_OF_REPORTS = frozenset({"editions", "report.json", "shop-index"})


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file; the same stamp later means the same bytes."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of a file as it is now."""
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a shop. `file` is its path below the shop's folder, as text with `/`."""

    shop_id: str
    file: str
    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class RefusedPath:
    """A path that is not opened: what it is and why."""

    shop_id: str
    file: str
    size: int
    refusal: Refusal


@dataclass(slots=True)
class Landing:
    """What lies under the landing folder, each list in path order.

    `shop_ids`: every shop that has a folder; `looked_at`: those whose folders were looked through,
    None for all of them.
    """

    files: list[Found] = field(default_factory=list)
    refused: list[RefusedPath] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    shop_ids: set[str] = field(default_factory=set)
    looked_at: frozenset[str] | None = None

    def covers(self, shop_id: str) -> bool:
        """Whether a shop's files, or for an empty id those directly in landing, were looked at."""
        return self.looked_at is None or shop_id in self.looked_at


def discover(landing: Path, only_shops: Collection[str] | None = None) -> Landing:
    """Look through the landing folder. With `only_shops`, through those shops' folders alone."""
    found = Landing(looked_at=None if only_shops is None else frozenset(only_shops))
    if not landing.is_dir():
        return found
    root = landing.resolve()
    for entry in sorted(landing.iterdir()):
        name = shown(entry.name)
        if is_left_alone(entry.name):
            found.left_alone.append(name)
        elif _leads_out(entry, root):
            if not found.covers(""):
                continue
            found.refused.append(RefusedPath("", name, 0, _link()))
        elif entry.is_dir() and not is_shop_id(entry.name):
            if found.covers(""):
                found.refused.append(RefusedPath("", name, 0, _no_shop()))
        elif entry.is_dir():
            found.shop_ids.add(name)
            if found.covers(name):
                _walk(entry, name, root, found)
        elif found.covers(""):
            found.refused.append(RefusedPath("", name, _size(entry), shopless()))
    found.files.sort(key=lambda item: (item.shop_id, item.file))
    return found


def shopless() -> Refusal:
    """Why a file directly under landing/ is refused."""
    return Refusal(
        "The file lies directly under landing/, so it is not known whose it is.",
        "Move it into its shop's folder: landing/<shop_id>/.",
    )


def is_shop_id(name: str) -> bool:
    """Whether a folder's name can be a shop's id, which pages, alerts and lists are named after."""
    try:
        size, quoted = len(name.encode()), len(quote(name, safe=""))
    except UnicodeEncodeError:  # bytes that are no UTF-8
        return False
    is_taken = name.lower() in _OF_REPORTS or name.lower().endswith(".html")
    is_seen = one_line(name) == name == name.strip() and "\\" not in name
    return is_seen and not is_taken and size <= _MOST_BYTES and quoted <= _MOST_QUOTED


def is_left_alone(name: str) -> bool:
    """Whether a name is that of an unfinished download, an open workbook or a hidden file."""
    return name.startswith((".", "~$")) or name.lower().endswith(_LEFT_SUFFIXES)


def shown(name: str) -> str:
    r"""A file name as text: a byte that is no UTF-8 is written as `\xff`, so that names differ."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _walk(folder: Path, shop_id: str, root: Path, found: Landing) -> None:
    for path in _paths(folder, found, shop_id):
        file = shown(path.relative_to(folder).as_posix())
        if _leads_out(path, root):
            found.refused.append(RefusedPath(shop_id, file, 0, _link()))
            continue
        try:
            mode = path.stat().st_mode
            stamp = Stamp.of(path)
        except OSError:
            found.left_alone.append(f"{shop_id}/{file}")
            continue
        if stat.S_ISDIR(mode):
            refusal = Refusal("The folder may not be read.", "Allow this user to read it.")
            found.refused.append(RefusedPath(shop_id, file, 0, refusal))
        elif stamp.size > MAX_FILE:
            refusal = Refusal(
                f"The file is larger than {MAX_FILE >> 30} GB.", "Export shorter date ranges."
            )
            found.refused.append(RefusedPath(shop_id, file, stamp.size, refusal))
        elif stat.S_ISREG(mode):
            found.files.append(Found(shop_id, file, path, stamp))
        else:
            refusal = Refusal("It is not a regular file.", "Drop the export itself.")
            found.refused.append(RefusedPath(shop_id, file, 0, refusal))


def _paths(folder: Path, found: Landing, shop_id: str) -> Iterator[Path]:
    unreadable: list[str] = []
    for parent, folders, files in os.walk(
        folder, onerror=lambda error: unreadable.append(error.filename)
    ):
        kept = [name for name in sorted(folders) if not is_left_alone(name)]
        links = [name for name in kept if Path(parent, name).is_symlink()]
        folders[:] = [name for name in kept if name not in links]
        for name in sorted([*files, *links]):
            path = Path(parent, name)
            if is_left_alone(name):
                found.left_alone.append(f"{shop_id}/{shown(path.relative_to(folder).as_posix())}")
            else:
                yield path
    # What was there a moment ago and is gone is no folder that may not be read.
    yield from (path for path in map(Path, sorted(unreadable)) if path.is_dir())


def _leads_out(path: Path, root: Path) -> bool:
    """Whether a path is a link to something outside of landing, to a folder, or to nothing."""
    if not path.is_symlink():
        return False
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return True
    return target.is_dir() or not target.is_relative_to(root)


def _no_shop() -> Refusal:
    return Refusal(
        "The folder's name cannot be a shop's id, so nothing in it is read.",
        "Rename it after the shop: letters, digits, `-` and `_`, at most 64 of them.",
    )


def _link() -> Refusal:
    return Refusal(
        "It is a link that leads out of the landing folder, to a folder or to nothing.",
        "Copy the export itself into the shop's folder.",
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
