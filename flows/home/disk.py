"""What a home folder takes of the disk, by what it is for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from flows.home.layout import Home
from flows.home.publications import EDITIONS

OTHER = "everything else"


def disk_use(home: Home) -> dict[str, int]:
    """Bytes by room of the home folder, the largest first.

    A file of several names (what is published is also kept) is counted once, as what is published.
    """
    rooms = {
        "warehouse": home.published,
        "alerts": home.alerts,
        "earlier publications": home.publications,
        "builds": home.private,
        "landing": home.landing,
        "lake": home.lake,
        "quarantine": home.quarantine,
        "reports": home.reports,
        "what-ifs": home.root / "what_if",
        "run records": home.runs,
        "logs": home.logs,
        OTHER: home.root,
    }
    seen: set[tuple[int, int]] = set()
    found: dict[str, int] = {}
    for room, path in rooms.items():
        found[room] = 0
        for entry in sorted(_files(path), key=lambda entry: _is_edition(room, entry)):
            stat = entry.stat(follow_symlinks=False)
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            shown = "earlier reports" if _is_edition(room, entry) else room
            found[shown] = found.get(shown, 0) + stat.st_blocks * 512
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _is_edition(room: str, entry: os.DirEntry[str]) -> bool:
    return room == "reports" and EDITIONS in Path(entry.path).parts


def _files(path: Path) -> Iterator[os.DirEntry[str]]:
    """The files under a folder, or the file itself; what vanishes meanwhile is left out."""
    folder = path if path.is_dir() else path.parent
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if path != folder and entry.name != path.name:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield entry
