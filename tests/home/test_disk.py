"""What a home folder takes of the disk: every file once, under what it is for."""

import os
from pathlib import Path

from flows.home.disk import OTHER, disk_use
from flows.home.layout import Home


def _fill(path: Path, kilobytes: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(kilobytes * 1024))
    return path


def test_every_file_is_counted_once(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    _fill(home.published, 64)
    kept = home.publications / "run-1" / "greenzone.duckdb"
    kept.parent.mkdir(parents=True)
    kept.hardlink_to(home.published)
    _fill(home.publications / "run-0" / "greenzone.duckdb", 32)
    _fill(home.private / "build.duckdb", 128)
    _fill(home.lake / "a" / "b.parquet", 256)
    page = _fill(home.reports / "daily" / "2026-04-01" / "index.html", 16)
    edition = page.parent / "editions" / "run-0" / "index.html"
    _fill(edition, 8)
    (edition.parent / "same.csv").hardlink_to(page)
    _fill(home.root / ".prefect" / "prefect.db", 4)
    used = {room: size for room, size in disk_use(home).items() if size}
    assert used == {
        "lake": 256 * 1024,
        "builds": 128 * 1024,
        "warehouse": 64 * 1024,
        "earlier publications": 32 * 1024,
        "reports": 16 * 1024,
        "earlier reports": 8 * 1024,
        OTHER: 4 * 1024,
    }
    assert list(used.values()) == sorted(used.values(), reverse=True)


def test_a_home_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    assert not any(disk_use(Home(tmp_path / "none")).values())
