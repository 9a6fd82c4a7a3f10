"""Publication: complete after any death of the process, at any step."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.home.files import files_under
from flows.home.layout import Home
from flows.home.publish import Publication, Step, recover

DAY = "2026-04-01"


class Death(Exception):
    """Stands in for the end of the process."""


def _stage(home: Home, run_id: str, texts: dict[str, str], previous: str | None) -> Publication:
    publication = Publication(home, run_id)
    folder = home.reports / "daily" / DAY
    for name, text in texts.items():
        publication.path(folder / name).write_text(text)
    publication.replace_edition(folder, previous)
    publication.path(home.published).write_text(f"warehouse of {run_id}")
    publication.replace_file(home.published)
    publication.path(home.runs / f"{run_id}.json").write_text("{}")
    return publication


def _content(home: Home) -> dict[str, str]:
    return {
        path.relative_to(home.root).as_posix(): path.read_text()
        for folder in (home.reports, home.warehouse, home.runs)
        for path in files_under(folder)
    }


FIRST = {"index.html": "first", "report.json": "1", "old.csv": "a"}
SECOND = {"index.html": "second", "report.json": "2", "lists/new.csv": "b"}


def _published_once(root: Path) -> Home:
    home = Home(root).create()
    _stage(home, "run-1", FIRST, None).commit()
    return home


def _undisturbed(root: Path) -> dict[str, str]:
    home = _published_once(root)
    _stage(home, "run-2", SECOND, "run-1").commit()
    return _content(home)


def test_a_new_edition_replaces_the_old_one_and_keeps_it(tmp_path: Path) -> None:
    content = _undisturbed(tmp_path)
    folder = f"reports/daily/{DAY}"
    assert {
        name.removeprefix(f"{folder}/"): text
        for name, text in content.items()
        if name.startswith(folder)
    } == {
        "index.html": "second",
        "report.json": "2",
        "lists/new.csv": "b",
        "editions/run-1/index.html": "first",
        "editions/run-1/report.json": "1",
        "editions/run-1/old.csv": "a",
    }
    assert content["warehouse/greenzone.duckdb"] == "warehouse of run-2"
    assert {"runs/run-1.json", "runs/run-2.json"} <= set(content)


def _dies_at(number: int) -> Callable[[Step], None]:
    seen = 0

    def before_step(_: Step) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Death

    return before_step


def test_a_death_at_any_step_is_rolled_forward(tmp_path: Path) -> None:
    wanted = _undisturbed(tmp_path / "undisturbed")
    steps = 0
    while True:
        steps += 1
        home = _published_once(tmp_path / str(steps))
        publication = _stage(home, "run-2", SECOND, "run-1")
        try:
            publication.commit(_dies_at(steps))
        except Death:
            assert not (home.runs / "run-2.json").exists()
        else:
            break
        assert recover(home) == "run-2"
        assert _content(home) == wanted
        assert not list(home.staging.iterdir())
        assert recover(home) is None
    assert steps == 8, "archive, three replaced, one removed, warehouse, record"


def test_a_recovery_that_dies_is_recovered(tmp_path: Path) -> None:
    wanted = _undisturbed(tmp_path / "undisturbed")
    home = _published_once(tmp_path / "home")
    with pytest.raises(Death):
        _stage(home, "run-2", SECOND, "run-1").commit(_dies_at(1))
    journal = (home.staging / "journal.json").read_bytes()
    recover(home)
    # The journal's removal was lost, its steps were not.
    (home.staging / "journal.json").write_bytes(journal)
    assert recover(home) == "run-2"
    assert _content(home) == wanted


def test_staging_without_a_journal_is_thrown_away(tmp_path: Path) -> None:
    home = _published_once(tmp_path)
    before = _content(home)
    _stage(home, "run-2", SECOND, "run-1")
    assert recover(home) is None
    assert _content(home) == before
    assert not list(home.staging.iterdir())


def test_a_reader_keeps_the_warehouse_that_it_opened(tmp_path: Path) -> None:
    home = _published_once(tmp_path)
    with home.published.open() as reader:
        _stage(home, "run-2", SECOND, "run-1").commit()
        assert reader.read() == "warehouse of run-1"
