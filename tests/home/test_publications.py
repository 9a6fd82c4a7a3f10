"""Earlier publications: kept by the publication that makes or replaces them, to a limit."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.home.files import files_under
from flows.home.layout import Home
from flows.home.publications import beyond_the_limit, kept_publication, kept_publications
from flows.home.publish import Publication, Step, recover
from flows.home.state import PublicationState

DAY = "2026-04-01"


class Death(Exception):
    """Stands in for the end of the process."""


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes die here, and the power stays on: nothing has to be forced to the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def _stage(home: Home, run_id: str, *, limit: int = 5) -> Publication:
    """A publication as the end of a run stages it: warehouse, state, an alert, what is kept."""
    publication = Publication(home, run_id)
    before = PublicationState.load(home).run_id
    publication.path(home.published).write_text(f"warehouse of {run_id}")
    publication.replace_file(home.published)
    path = PublicationState.path(home)
    PublicationState(run_id=run_id, before=before).write(publication.path(path))
    publication.replace_file(path)
    alert = home.alerts / DAY / "late.a.json"
    publication.path(alert).write_text(f"alert of {run_id}")
    publication.replace_file(alert)
    dropped = beyond_the_limit(home, run_id, before, limit)
    if before is not None and not kept_publication(home, before).folder.exists() and limit:
        publication.keep_before(before)
    publication.keep_after(run_id)
    for kept in dropped:
        publication.drop_folder(kept.folder)
    publication.path(home.runs / f"{run_id}.json").write_text("{}")
    return publication


def _kept(home: Home) -> dict[str, tuple[str, str | None, dict[str, str]]]:
    return {
        kept.run_id: (kept.warehouse.read_text(), kept.state().run_id, kept.alerts())
        for kept in kept_publications(home)
    }


def _whole(run_id: str) -> tuple[str, str, dict[str, str]]:
    return f"warehouse of {run_id}", run_id, {f"{DAY}/late.a.json": f"alert of {run_id}"}


def test_each_publication_is_kept_as_it_was_made(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    for run_id in ("run-1", "run-2", "run-3"):
        _stage(home, run_id).commit()
    assert _kept(home) == {run_id: _whole(run_id) for run_id in ("run-1", "run-2", "run-3")}
    # The present one takes no room of its own.
    assert home.published.samefile(kept_publication(home, "run-3").warehouse)
    assert kept_publication(home, "run-1").folder.stat().st_mode & 0o777 == 0o700


def test_the_oldest_go_beyond_the_limit_and_never_the_present(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    for number in range(1, 5):
        _stage(home, f"run-{number}", limit=1).commit()
    assert list(_kept(home)) == ["run-3", "run-4"]
    _stage(home, "run-5", limit=0).commit()
    assert list(_kept(home)) == ["run-5"]
    # The present one may be an old one: people went back to it.
    _stage(home, "run-6").commit()
    assert [kept.run_id for kept in beyond_the_limit(home, "run-5", None, 0)] == ["run-6"]


def test_a_publication_of_before_this_was_kept_is_kept_when_it_is_replaced(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    _stage(home, "run-1").commit()
    for path in files_under(home.publications):
        path.unlink()
    kept_publication(home, "run-1").folder.rmdir()
    _stage(home, "run-2").commit()
    assert _kept(home) == {run_id: _whole(run_id) for run_id in ("run-1", "run-2")}


def test_the_text_of_an_alert_is_kept_once_and_as_long_as_it_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path).create()
    old = home.alerts / "2026-03-31" / "late.a.json"
    old.parent.mkdir()
    old.write_text("alert of long ago")
    read: list[Path] = []
    read_bytes = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    for number in range(1, 5):
        _stage(home, f"run-{number}", limit=1).commit()
    # What is kept already is not even read again, and takes no room of its own.
    assert read.count(old) == 1
    texts = sorted(path.read_text() for path in (home.publications / ".alerts").iterdir())
    assert texts == ["alert of long ago", "alert of run-3", "alert of run-4"]
    first, second = (item.listed_alerts() for item in kept_publications(home))
    assert first["2026-03-31/late.a.json"] == second["2026-03-31/late.a.json"]
    # What was written anew without a buyer is another file: it is read again.
    other = old.with_name(".new")
    other.write_text("alert without a name")
    other.replace(old)
    _stage(home, "run-5", limit=1).commit()
    assert kept_publication(home, "run-5").alerts()["2026-03-31/late.a.json"] == (
        "alert without a name"
    )


def _dies_at(number: int) -> Callable[[Step], None]:
    seen = 0

    def before_step(_: Step) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Death

    return before_step


@pytest.mark.parametrize("limit", [0, 1, 5])
@pytest.mark.parametrize("is_first_kept", [True, False])
def test_a_death_at_any_step_keeps_what_an_undisturbed_one_keeps(
    tmp_path: Path, limit: int, is_first_kept: bool
) -> None:
    for death in range(1, 10):
        home = Home(tmp_path / str(death)).create()
        _stage(home, "run-1").commit()
        if not is_first_kept:
            for path in files_under(home.publications):
                path.unlink()
            kept_publication(home, "run-1").folder.rmdir()
        try:
            _stage(home, "run-2", limit=limit).commit(_dies_at(death))
        except Death:
            journal = (home.staging / "journal.json").read_bytes()
            assert recover(home) == "run-2"
            # The journal's removal was lost, its steps were not.
            (home.staging / "journal.json").write_bytes(journal)
            assert recover(home) == "run-2"
        else:
            assert death > 4
        runs = ["run-2"] if limit == 0 else ["run-1", "run-2"]
        assert _kept(home) == {run_id: _whole(run_id) for run_id in runs}
        assert home.published.read_text() == "warehouse of run-2"
        assert [path.name for path in home.publications.glob(".*")] == [".alerts"]


def test_a_file_system_without_hard_links_keeps_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", refused)
    home = Home(tmp_path).create()
    _stage(home, "run-1").commit()
    _stage(home, "run-2").commit()
    assert _kept(home) == {run_id: _whole(run_id) for run_id in ("run-1", "run-2")}
    assert json.loads(kept_publication(home, "run-1").state_file.read_text())["run_id"] == "run-1"
