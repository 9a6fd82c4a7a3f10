"""The published warehouse as the next run reads it, whatever other programs do with the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from flows.errors import UsageError, describe
from flows.warehouse.database import connect

_IS_HELD = "could not set lock"


def readable(published: Path, scratch: Path) -> Path | None:
    """A file with the published marts that can be read now; None before the first publication.

    It is the published file itself, or a copy in `scratch` while another program has that open for
    writing, as DuckDB's own shell does unless it is told otherwise. Raises `UsageError` for a file
    that is damaged.
    """
    if not published.exists():
        return None
    try:
        _open(published, scratch)
    except duckdb.Error as error:
        if _IS_HELD not in str(error).lower():
            raise _damaged(published, error) from error
    else:
        return published
    copied = scratch / f"copied-{published.name}"
    scratch.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(published, copied)
    try:
        _open(copied, scratch)
    except duckdb.Error as error:
        raise UsageError(
            f"Another program is writing to {published}.",
            "Close it, or open the file read-only there, then run it again.",
        ) from error
    return copied


def _open(path: Path, scratch: Path) -> None:
    with connect(path, scratch, read_only=True) as connection:
        connection.execute("select count(*) from information_schema.tables")


def _damaged(published: Path, error: duckdb.Error) -> UsageError:
    return UsageError(
        f"The published warehouse {published} cannot be read: {describe(error)}.",
        "Bring it back from a backup, or go back to an earlier publication with `greenzone "
        "rollback`. Without either remove it: the next run makes it anew, without the history of "
        "restated numbers.",
    )
