"""Small file operations that survive a power cut."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.foreign_text import in_json


def sync_file(path: Path) -> None:
    """Force a file's bytes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Force a folder's entries (new names, renames, removals) to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Force everything under a folder to the disk: bytes, names, and the folder's own entries."""
    for parent, _, files in os.walk(folder):
        for name in files:
            sync_file(Path(parent, name))
        sync_folder(Path(parent))


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it, so that their names outlive a power cut.

    mode: of the folder itself, if it is made.
    """
    if path.is_dir():
        return
    if not path.parent.is_dir():
        make_folder(path.parent)
    path.mkdir(mode=mode, exist_ok=True)
    sync_folder(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file if it is there, so that it stays removed after a power cut."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a reader sees the old bytes or the new ones."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, content: Any) -> None:
    """Write an object as indented JSON with sorted keys, atomically."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
    write_bytes(path, (in_json(text) + "\n").encode())


def read_json(path: Path) -> Any | None:
    """The object in a JSON file, or None when the file is not there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def cached_json(path: Path) -> Any | None:
    """The object in a JSON file that can be made again; None when it is missing or damaged."""
    try:
        return read_json(path)
    except ValueError:
        return None


def files_under(folder: Path) -> Iterator[Path]:
    """Every regular file under a folder, in path order."""
    if folder.is_dir():
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def empty_folder(folder: Path) -> None:
    """Remove what is in a folder and keep the folder itself."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def sha256_of_files(paths: list[Path], base: Path) -> str:
    """One hash over the names (relative to `base`) and the bytes of many files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
