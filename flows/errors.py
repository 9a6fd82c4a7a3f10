"""Errors that people are meant to read, and the exit code that each one ends the program with."""

from __future__ import annotations

import traceback

from flows.masking import mask

DONE = 0
BUG = 1
USAGE = 2
BLOCKED = 3
LOCKED = 4


class GreenzoneError(Exception):
    """Something that the reader can mend: one sentence that says what, one that says how.

    `exit_code` is the program's; it is one of the constants of this module.
    """

    exit_code = BUG

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        """The message and, where there is one, the mend."""
        return f"{self.message} {self.mend}".strip()


class UsageError(GreenzoneError):
    """Wrong usage or configuration, an empty landing folder among them."""

    exit_code = USAGE


class StageError(GreenzoneError):
    """A stage failed for a reason of its own (a full disk, a model that does not build)."""

    exit_code = BUG


class Blocked(GreenzoneError):
    """A gate held back at least one shop; its last good publication stands."""

    exit_code = BLOCKED


class Locked(GreenzoneError):
    """Another run holds the home folder."""

    exit_code = LOCKED


class Terminated(BaseException):
    """The process was told to end by a signal; like Ctrl-C, nothing that handles errors stops it.

    `exit_code` is what a shell shows for a program that the signal ended.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


# Libraries whose messages quote cells of the files that they read, personal ones among them.
_QUOTING = frozenset({"polars", "fastexcel", "json", "csv", "zipfile", "gzip"})


def describe(error: BaseException) -> str:
    """An error in one line that may be kept: without the message where it could quote a cell."""
    kind = type(error).__name__
    if isinstance(error, GreenzoneError):
        return mask(str(error))
    lines = str(error).strip().splitlines()
    module = type(error).__module__.partition(".")[0]
    # Built-in errors come from anywhere; only those of the operating system never hold a cell.
    may_quote = module in _QUOTING or (module == "builtins" and not isinstance(error, OSError))
    if may_quote or not lines:
        return kind
    return f"{kind}: {mask(lines[0])[:300]}"


def frames(error: BaseException) -> str:
    """Where an error came from, cause by cause: files, lines and functions, but no values."""
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        parts.append("".join(traceback.format_tb(cause.__traceback__)) + describe(cause))
        cause = cause.__cause__ or cause.__context__
    return "\n\ncaused by\n".join(parts) + "\n"
