"""Tells what the machine lacked when a run failed: room on the disk, the right to write, memory.

Libraries say it each in its own way (an error number, a sentence, the answer of a service that had
no room for its own database), so the whole chain of causes is looked at, and last the disk itself.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from flows.errors import BUG, GreenzoneError, StageError
from flows.home.layout import Home

_STANDS = "The last publication stands."
_FULL = (
    "no space left on device",
    "disk is full",
    "could not write all bytes",
    "max_temp_directory_size",
)
_QUOTA = ("disk quota exceeded",)
_READ_ONLY = ("read-only file system", "readonly database")
_MEMORY = ("out of memory", "cannot allocate memory", "bad_alloc", "memory allocation")

# With less than this no library can be relied on to say what it lacked.
_NO_ROOM_BYTES = 1 << 20


def explained(error: BaseException, home: Home) -> StageError | None:
    """The error in words about disk or memory, or None when it is about something else.

    A wrong usage, a blocked gate or a lock explain themselves.
    """
    if isinstance(error, GreenzoneError) and error.exit_code != BUG:
        return None
    if not isinstance(error, Exception):
        return None  # an interruption
    for cause in _chain(error):
        said = str(cause).lower()
        number = cause.errno if isinstance(cause, OSError) else None
        where = _place(cause, home)
        if number == errno.EDQUOT or any(words in said for words in _QUOTA):
            return StageError(
                f"The quota of this user on the disk of {where} is used up.",
                f"Free some space there or have the quota raised, then run it again. {_STANDS}",
            )
        if number == errno.ENOSPC or any(words in said for words in _FULL):
            return _full(where)
        if number == errno.EROFS or any(words in said for words in _READ_ONLY):
            return StageError(
                f"The disk of {where} can only be read.",
                f"Mount it so that it can be written to, or name another home folder. {_STANDS}",
            )
        if (
            isinstance(cause, MemoryError)
            or number == errno.ENOMEM
            or any(words in said for words in _MEMORY)
        ):
            return StageError(
                "The run needs more memory than it may use.",
                "Raise GREENZONE_MEMORY_LIMIT if the machine has more, lower it (1GB) if other "
                f"programs need theirs, or close some of them. {_STANDS}",
            )
    place = _existing(home.root)
    return _full(place) if shutil.disk_usage(place).free < _NO_ROOM_BYTES else None


def _full(where: Path) -> StageError:
    free = shutil.disk_usage(_existing(where)).free / 1e9
    return StageError(
        f"The disk of {where} is full ({free:.1f} GB free, mounted at {_mount(where)}).",
        f"Free some space there and run it again. {_STANDS}",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, and what that came from; each once."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _place(error: BaseException, home: Home) -> Path:
    """The folder that the error names, where that lies outside of the home folder; else the home.

    A file within the home may be named after what a person dropped: its name is not repeated.
    """
    named = error.filename if isinstance(error, OSError) else None
    if not isinstance(named, str | bytes) or not named:
        return home.root
    folder = Path(os.fsdecode(named)).absolute().parent
    return home.root if folder.is_relative_to(home.root) else folder


def _mount(path: Path) -> Path:
    place = _existing(path)
    while not os.path.ismount(place):
        place = place.parent
    return place


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
