"""Sees every change that this process asks the file system to make below a folder, before it is.

What Polars and DuckDB write from native code is not seen, only what Python does before and after.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

Change = tuple[str, Path, Path | None]
"""What is done (`create`, `write`, `mkdir`, `rename` …), to which path, to which second one."""

_WRITES = os.O_WRONLY | os.O_RDWR
_lock = RLock()
_watchers: list[tuple[str, Callable[[Change], None]]] = []
_is_hooked = False


@contextmanager
def watching(root: Path, tell: Callable[[Change], None]) -> Iterator[None]:
    """Call `tell` with each change below `root`, from the thread that is about to make it."""
    global _is_hooked
    if not _is_hooked:
        sys.addaudithook(_hook)
        _is_hooked = True
    entry = (f"{root}/", tell)
    _watchers.append(entry)
    try:
        yield
    finally:
        _watchers.remove(entry)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watchers or event not in _EVENTS:
        return
    change = _EVENTS[event](arguments)
    if change is None:
        return
    with _lock:
        for root, tell in _watchers:
            if any(str(path).startswith(root) for path in change[1:] if path is not None):
                tell(change)


def _opened(arguments: tuple[Any, ...]) -> Change | None:
    path, mode, flags = arguments
    writes = (isinstance(flags, int) and flags & _WRITES) or (mode or "r")[0] in "wax"
    if not writes or not isinstance(path, str | bytes | os.PathLike):
        return None
    where = _path(path)
    return ("write" if os.path.lexists(where) else "create", where, None)


def _path(path: Any, folder: Any = -1) -> Path:
    if isinstance(path, int):
        return opened(path)
    where = Path(os.fsdecode(path))
    if not where.is_absolute() and isinstance(folder, int) and folder >= 0:
        where = opened(folder) / where
    return where.absolute()


def opened(descriptor: int) -> Path:
    """The path of an open file, as it is now."""
    return Path(f"/proc/self/fd/{descriptor}").readlink()


_EVENTS: dict[str, Callable[[tuple[Any, ...]], Change | None]] = {
    "open": _opened,
    "os.mkdir": lambda a: ("mkdir", _path(a[0], a[2]), None),
    "os.rmdir": lambda a: ("rmdir", _path(a[0], a[1]), None),
    "os.remove": lambda a: ("remove", _path(a[0], a[1]), None),
    "os.rename": lambda a: ("rename", _path(a[0], a[2]), _path(a[1], a[3])),
    "os.link": lambda a: ("link", _path(a[0], a[2]), _path(a[1], a[3])),
    "os.truncate": lambda a: ("write", _path(a[0]), None),
}
