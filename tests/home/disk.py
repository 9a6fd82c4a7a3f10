"""A model of a disk whose power is cut: what was not forced to it may be there, torn or gone.

A file's bytes are sure once the file was synced; until then it may be empty, torn or whole. A name
that was made, moved or removed is sure once its folder was synced; until then each such change may
have reached the disk or not, in any combination. A rename is whole or not at all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from unittest import mock

from tests.home.watching import Change, opened, watching


@dataclass(frozen=True, repr=False)
class _Operation:
    kind: str
    path: Path
    other: Path | None = None
    content: bytes = b""

    @property
    def folder(self) -> Path:
        """The folder whose sync makes the operation sure."""
        return (self.other or self.path).parent


class Disk:
    """The changes below `root` since a moment, in order, and what lay there before them."""

    def __init__(self, root: Path, before: dict[Path, bytes | None]) -> None:
        self.root = root
        self.before = before
        self.operations: list[_Operation] = []

    def after_power_cut(self, at: int, random: Random, target: Path) -> None:
        """Write into `target` one of the states that a cut before operation `at` may leave."""
        share = random.choice((0.0, 0.5, 0.9, 1.0))
        done = self.operations[:at]
        last_sync: dict[Path, int] = {o.path: n for n, o in enumerate(done) if o.kind == "folder"}
        names: dict[Path, int | None] = {}
        contents: dict[int, bytes] = {}
        for path, old in sorted(self.before.items()):
            names[path] = None if old is None else len(contents)
            if old is not None:
                contents[len(contents)] = old
        unsure: set[int] = set()
        # Names as the running system sees them: a sync of a file finds it under its present name.
        seen = dict(names)
        for number, operation in enumerate(done):
            if operation.kind == "folder":
                continue
            if operation.kind in ("write", "file"):
                _change_bytes(operation, seen, contents, unsure)
                continue
            made = len(contents)
            if operation.kind == "create":
                contents[made] = b""
                unsure.add(made)
            _change_names(operation, seen, made)
            if last_sync.get(operation.folder, -1) > number or random.random() < share:
                _change_names(operation, names, made)
        for inode in unsure:
            whole = contents[inode]
            contents[inode] = random.choice((b"", b"\0" * 7, whole + b"torn", whole))
        for path, held in sorted(names.items()):
            place = target / path.relative_to(self.root)
            if held is None:
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(contents[held])


def _change_bytes(
    operation: _Operation,
    seen: dict[Path, int | None],
    contents: dict[int, bytes],
    unsure: set[int],
) -> None:
    inode = seen.get(operation.path)
    if inode is None:
        return
    if operation.kind == "file":
        contents[inode] = operation.content
        unsure.discard(inode)
    else:
        unsure.add(inode)


def _change_names(operation: _Operation, names: dict[Path, int | None], made: int) -> None:
    """Make a change of names where it can be made: what it needs may be gone itself."""
    path, other = operation.path, operation.other
    if names.get(operation.folder, -1) is not None:
        return
    if operation.kind == "create":
        names.setdefault(path, made)
    elif operation.kind == "mkdir":
        names.setdefault(path, None)
    elif operation.kind in ("remove", "rmdir"):
        for gone in [name for name in names if name == path or name.is_relative_to(path)]:
            del names[gone]
    elif operation.kind == "link" and path in names and other is not None:
        names.setdefault(other, names[path])
    elif operation.kind == "rename" and path in names and other is not None:
        for moved in [name for name in names if name == path or name.is_relative_to(path)]:
            names[other / moved.relative_to(path)] = names.pop(moved)


@contextmanager
def recorded(root: Path) -> Iterator[Disk]:
    """Record what this process changes below `root`; what lies there now is sure."""
    disk = Disk(root, {root: None, **_everything(root)})
    sync = os.fsync

    def note(change: Change) -> None:
        kind, path, other = change
        disk.operations.append(_Operation(kind, path, other))

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        path = opened(descriptor)
        if not path.is_relative_to(root):
            return
        if path.is_dir():
            disk.operations.append(_Operation("folder", path))
            return
        if not any(o.path == path or o.other == path for o in disk.operations):
            # Native code made it; its name is as unsure as any.
            disk.operations.append(_Operation("create", path))
        disk.operations.append(_Operation("file", path, content=path.read_bytes()))

    with watching(root, note), mock.patch.object(os, "fsync", fsync):
        yield disk


def _everything(root: Path) -> dict[Path, bytes | None]:
    return {
        path: None if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_dir() or path.is_file()
    }


def copied(home: Path, target: Path) -> Path:
    """A copy of a home folder in the place of whatever is at `target`."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(home, target, symlinks=True))
