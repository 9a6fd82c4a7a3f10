"""The power goes: whatever of the unforced writes reached the disk, old or new, and whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.home import hash_key as keys
from flows.home.files import files_under
from flows.home.hash_key import hash_key
from flows.home.layout import Home
from flows.home.publish import Publication, recover
from flows.ingest import ingest, read_ledger
from tests.home.disk import Disk, copied, recorded
from tests.ingest.builders import drop, lake, order, refused, table

DAY = "2026-04-01"
FIRST = {"index.html": "first", "report.json": "1", "lists/old.csv": "a"}
SECOND = {"index.html": "second", "report.json": "2", "lists/new.csv": "b"}

_MOMENTS = st.integers(0, 10_000)
_SEEDS = st.integers(0, 1 << 32)


def _publish(home: Home, run_id: str, texts: dict[str, str], previous: str | None) -> None:
    """A publication with a report, a new day's report, a warehouse and an alert."""
    publication = Publication(home, run_id)
    for day, before in ((DAY, previous), (f"2026-04-{run_id[-1]:0>2}", None)):
        folder = home.reports / "daily" / day
        for name, text in texts.items():
            publication.path(folder / name).write_text(text)
        publication.replace_edition(folder, before)
    for target in (home.published, home.alerts / DAY / f"{run_id}.json"):
        publication.path(target).write_text(f"{target.name} of {run_id}")
        publication.replace_file(target)
    publication.path(home.runs / f"{run_id}.json").write_text("{}")
    publication.commit()


def _content(home: Home) -> dict[str, str]:
    return {
        path.relative_to(home.root).as_posix(): path.read_bytes().decode()
        for folder in (home.reports, home.warehouse, home.runs, home.alerts)
        for path in files_under(folder)
    }


def _cut(disk: Disk, moment: int, seed: int, target: Path) -> Home:
    """The home folder after a cut; a moment beyond the end is the end."""
    at = min(moment % (len(disk.operations) + 20), len(disk.operations))
    disk.after_power_cut(at, Random(seed), target)
    return Home(target)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder in memory where there is one: forcing a real disk so often would take minutes."""
    memory = Path("/dev/shm")
    folder = Path(mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


def _new(place: Path) -> Path:
    return Path(mkdtemp(dir=place))


@pytest.fixture(scope="module")
def publishing(place: Path) -> dict[bool, tuple[Disk, dict[str, str], dict[str, str]]]:
    """By whether it was the first: a recorded publication, what was before it, what after."""
    made = {}
    for is_first in (True, False):
        home = Home(_new(place))
        if not is_first:
            _publish(home.create(), "run-1", FIRST, None)
        old = _content(home)
        with recorded(home.root) as disk:
            # As a run does, the first of an empty folder too.
            home.create()
            recover(home)
            _publish(home, "run-2", SECOND, None if is_first else "run-1")
        made[is_first] = (disk, old, _content(home))
    return made


@settings(max_examples=100, deadline=None)
@given(is_first=st.booleans(), moment=_MOMENTS, seed=_SEEDS, again=_MOMENTS)
def test_a_publication_is_old_or_new_after_any_power_cut(
    publishing: dict[bool, tuple[Disk, dict[str, str], dict[str, str]]],
    place: Path,
    is_first: bool,
    moment: int,
    seed: int,
    again: int,
) -> None:
    disk, old, new = publishing[is_first]
    home = _cut(disk, moment, seed, _new(place))
    with recorded(home.root) as recovery:
        home.create()
        recovered = recover(home)
    is_over = moment % (len(disk.operations) + 20) >= len(disk.operations)
    assert _content(home) in ((new,) if recovered or is_over else (old, new))
    assert not list(home.staging.iterdir())

    # And the recovery may be cut itself.
    later = _cut(recovery, again, seed + 1, _new(place))
    later.create()
    recover(later)
    assert _content(later) in ((new,) if _content(home) == new else (old, new))
    assert not list(later.staging.iterdir())


@pytest.fixture(scope="module")
def reading(place: Path) -> tuple[Disk, Home]:
    """A recorded first reading of three files, one of them with refused rows."""
    home = Home(_new(place))
    patch = pytest.MonkeyPatch()
    patch.delenv(keys.VARIABLE, raising=False)
    try:
        _drop_all(home)
        with recorded(home.root) as disk:
            home.create()
            ingest(home, "run1")
    finally:
        patch.undo()
    return disk, home


def _drop_all(home: Home) -> None:
    for number in range(3):
        rows = [order(number), order(number + 10, quantity="many"), order(number + 20)]
        drop(home, f"{number}.csv", table(rows), shop=f"shop{number % 2}")
    drop(home, "other.csv", "a,b\n1,2\n", shop="shop0")


def _refused(home: Home) -> list[tuple[str, str]]:
    return sorted(
        (row["shop_id"] + "/" + row["file"], row["row_number"])
        for folder in home.quarantine.iterdir()
        for row in refused(home, folder.name)
    )


@settings(max_examples=25, deadline=None)
@given(moment=_MOMENTS, seed=_SEEDS)
def test_what_the_ledger_names_is_there_after_any_power_cut(
    reading: tuple[Disk, Home],
    place: Path,
    moment: int,
    seed: int,
) -> None:
    disk, undisturbed = reading
    home = _cut(disk, moment, seed, _new(place))
    patch = pytest.MonkeyPatch()
    patch.delenv(keys.VARIABLE, raising=False)
    try:
        before = read_ledger(home)
        marks = {record.key.hash_key for record in before.records} - {""}
        for record in before.records:
            for path in record.lake_paths:
                pl.read_parquet(home.lake / path)
        home.create()
        recover(home)
        assert not marks or marks == {hash_key(home).mark}, "hashes outlive their key"
        ingest(home, "run2")
    finally:
        patch.undo()
    wanted, found = lake(undisturbed), lake(home)
    hashed = [name for name in wanted.columns if name.endswith("_hash")]
    assert found.drop(hashed).equals(wanted.drop(hashed))
    assert _refused(home) == _refused(undisturbed)
    assert not list(home.quarantine.glob(".*"))
    named = read_ledger(home).all_paths()
    assert set(home.lake.rglob("*.parquet")) == named
    assert not list(home.root.rglob("*.tmp")) and not list(home.root.rglob("*.part"))


def test_the_model_loses_what_was_not_forced_to_the_disk(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    with recorded(home.root) as disk:
        (home.runs / "a.json").write_text("{}")
    states = set()
    for seed in range(40):
        target = copied(home.root, tmp_path / f"cut{seed}")
        for path in files_under(target):
            path.unlink()
        disk.after_power_cut(len(disk.operations), Random(seed), target)
        kept = target / "runs" / "a.json"
        states.add(kept.read_bytes() if kept.exists() else None)
    assert None in states and b"" in states and len(states) >= 3
