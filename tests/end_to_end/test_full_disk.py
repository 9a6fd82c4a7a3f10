"""A disk that fills up, that may not be written to, and memory that runs out."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import LAST, greenzone, tree
from tests.end_to_end.killing import check_nothing_is_left, content, differing, published_marts

pytestmark = pytest.mark.end_to_end

DAY, NEXT = str(LAST - timedelta(days=1)), str(LAST)
_SIZE_MB = 400


def _mount(place: Path, *options: str) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root may mount the small disk that is filled")
    place = tmp_path_factory.mktemp("disk")
    _mount(place, f"size={_SIZE_MB}m")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="module")
def published(disk: Path) -> Home:
    """A home folder on the small disk after the run of a day."""
    home = Home(disk / "home")
    simulate(home.root, "demo", LAST - timedelta(days=4), LAST, 2, 5, truth=False)
    done = greenzone(home, "daily", "--date", DAY)
    assert done.code == 0, done.err
    return home


def _public(home: Home) -> dict[str, str]:
    return tree(home.reports, home.alerts, home.published)


def _fill(disk: Path, left_kb: int) -> Path:
    """A file that leaves so much room on the disk and no more."""
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free - left_kb * 1024
    with ballast.open("wb") as handle:
        os.posix_fallocate(handle.fileno(), 0, free)
    return ballast


def _fails_and_recovers(disk: Path, home: Home, rooms_kb: tuple[int, ...]) -> None:
    before, numbers = _public(home), published_marts(home)
    failed = 0
    for room in rooms_kb:
        ballast = _fill(disk, room)
        try:
            done = greenzone(home, "daily", "--date", NEXT, "--json")
            assert done.code in (0, 1), done.err
            if done.code == 0:
                break
            failed += 1
            assert str(home.root) in done.err and "is full" in done.err, done.err
            assert "Free some space" in done.json["mend"]
            assert _public(home) == before, f"with {room} kB left something was published"
            assert published_marts(home) == numbers
            assert greenzone(home, "status", "--json").code == 0
        finally:
            ballast.unlink()
    assert failed
    done = greenzone(home, "daily", "--date", NEXT)
    assert done.code == 0, done.err
    check_nothing_is_left(home)


def _undisturbed(published: Home, place: Path) -> Home:
    home = Home(Path(shutil.copytree(published.root, place)))
    done = greenzone(home, "daily", "--date", NEXT)
    assert done.code == 0, done.err
    return home


def test_a_full_disk_is_named_and_the_next_run_completes(
    disk: Path, published: Home, tmp_path: Path
) -> None:
    home = Home(Path(shutil.copytree(published.root, disk / "twice")))
    wanted = content(_undisturbed(published, tmp_path / "undisturbed"))
    _fails_and_recovers(disk, home, (40, 20_000))
    assert not differing(content(home), wanted)
    shutil.rmtree(home.root)


@pytest.mark.long
def test_a_disk_that_fills_at_any_stage(disk: Path, published: Home, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(published.root, disk / "often")))
    wanted = content(_undisturbed(published, tmp_path / "undisturbed"))
    rooms = (0, 300, 1000, 3000, 8000, 15_000, 25_000, 35_000, 45_000, 55_000, 65_000, 80_000)
    _fails_and_recovers(disk, home, rooms)
    assert not differing(content(home), wanted)
    shutil.rmtree(home.root)


def test_a_home_that_can_only_be_read_is_named(published: Home, tmp_path: Path) -> None:
    place = tmp_path / "read only"
    place.mkdir()
    _mount(place, "size=300m")
    try:
        home = Home(Path(shutil.copytree(published.root, place / "home")))
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        done = greenzone(home, "daily", "--date", NEXT)
        assert done.code == 1 and "can only be read" in done.err, done.err
        shown = greenzone(home, "status", "--json")
        assert shown.code == 0 and shown.json["lock"] is None, shown.err
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_too_little_memory_fails_clearly_or_not_at_all(published: Home, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(published.root, tmp_path / "home")))
    before = tree(home.reports, home.published)
    limit = {"GREENZONE_MEMORY_LIMIT": "12MB"}
    done = greenzone(home, "daily", "--date", NEXT, environment=limit)
    # A gate that cannot judge blocks.
    assert done.code in (0, 1, 3), done.err
    if done.code == 1:
        assert "more memory than it may use" in done.err, done.err
    if done.code:
        assert tree(home.reports, home.published) == before


@pytest.mark.long
def test_a_limit_of_addresses_never_leaves_half_a_publication(
    published: Home, tmp_path: Path
) -> None:
    for megabytes in (600, 1200, 2400, 3600):
        home = Home(Path(shutil.copytree(published.root, tmp_path / f"{megabytes}")))
        before = _public(home)

        def limit(size: int = megabytes << 20) -> None:
            resource.setrlimit(resource.RLIMIT_AS, (size, size))

        done = subprocess.run(
            [sys.executable, "-m", "flows", "daily", "--date", NEXT, "--home", str(home.root)],
            capture_output=True,
            text=True,
            timeout=600,
            preexec_fn=limit,
            check=False,
        )
        if done.returncode != 0:
            assert _public(home) == before, f"{megabytes} MB: {done.stderr[-500:]}"
        finished = greenzone(home, "daily", "--date", NEXT)
        assert finished.code == 0, finished.err
