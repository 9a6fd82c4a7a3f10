"""What the machine lacked is said in words about the machine, whatever library met it first."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from flows.errors import BUG, Blocked, StageError, UsageError
from flows.home.layout import Home
from flows.running.run import Request
from flows.running.session import session
from flows.running.trouble import explained


def _os_error(number: int, path: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    "error",
    [
        _os_error(errno.ENOSPC),
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
        StageError("The build failed at orders: IO Error: No space left on device"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
    ],
)
def test_a_full_disk_is_named_with_its_mend(tmp_path: Path, error: Exception) -> None:
    found = explained(error, Home(tmp_path))
    assert found is not None and found.exit_code == BUG
    assert str(tmp_path) in found.message and "is full" in found.message
    assert "Free some space" in found.mend and "last publication stands" in found.mend


def test_the_disk_of_another_folder_is_named_and_files_of_the_home_are_not(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    other = explained(_os_error(errno.ENOSPC, "/tmp/scratch/x"), home)
    own = explained(_os_error(errno.ENOSPC, str(home.landing / "Jane Doe.csv")), home)
    assert other is not None and "/tmp/scratch" in other.message
    assert own is not None and str(home.root) in own.message and "Jane" not in str(own)


def test_quota_and_right_to_write_and_memory_are_told_apart(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for error, words in (
        (_os_error(errno.EDQUOT), "quota"),
        (_os_error(errno.EROFS), "can only be read"),
        (MemoryError(), "memory"),
        (_os_error(errno.ENOMEM), "memory"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), "memory"),
    ):
        found = explained(error, home)
        assert found is not None and words in found.message


def test_a_cause_is_found_behind_what_was_raised_last(tmp_path: Path) -> None:
    try:
        try:
            raise _os_error(errno.ENOSPC)
        except OSError as error:
            raise RuntimeError("the server answered 500") from error
    except RuntimeError as error:
        found = explained(error, Home(tmp_path))
    assert found is not None and "is full" in found.message


def test_a_disk_without_room_is_named_even_when_the_error_speaks_of_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    found = explained(RuntimeError("the server did not start"), Home(tmp_path))
    assert found is not None and "is full" in found.message


def test_other_failures_explain_themselves(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for error in (
        ValueError("x"),
        UsageError("disk is full"),
        Blocked("gate"),
        KeyboardInterrupt(),
    ):
        assert explained(error, home) is None


def test_a_run_that_meets_a_quota_says_so_in_its_record(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(StageError, match="quota"), session(Request("pulse", home)):
        raise _os_error(errno.EDQUOT)
    (record,) = home.runs.iterdir()
    assert "quota" in record.read_text()


def test_what_fails_after_the_publication_leaves_its_record_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    def publish_and_fail() -> None:
        with session(Request("pulse", home)) as run:
            paths.append(run.record_path)
            run.record.close("published")
            run.record.write(run.publication.path(run.record_path))
            run.publication.commit()
            raise RuntimeError("a server that is away")

    paths: list[Path] = []
    with pytest.raises(RuntimeError):
        publish_and_fail()
    assert '"published"' in paths[0].read_text()
