"""Keeps files that are written from something else: which are stale, and writing them anew."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flows.paths import PROJECT_ROOT

Files = Mapping[Path, str]
"""Path and text of every file."""


def stale(files: Files, folders: Sequence[Path]) -> list[Path]:
    """Those that differ or are missing, and pages of `folders` that nothing writes any more."""
    changed = [path for path, text in files.items() if _read(path) != text]
    left_over = [path for folder in folders for path in folder.glob("*.md") if path not in files]
    return sorted(changed + left_over)


def write(files: Files, folders: Sequence[Path]) -> list[Path]:
    """Writes the stale ones, removes what is left over, and names them all."""
    found = stale(files, folders)
    for path in found:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return found


def command(
    prog: str,
    description: str,
    generate: Callable[[], Files],
    folders: Sequence[Path],
    arguments: list[str] | None,
) -> int:
    """The command with `--write` and `--check`; returns its exit code, 1 for stale ones."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--write", action="store_true", help="write the files")
    group.add_argument("--check", action="store_true", help="name the stale ones")
    options = parser.parse_args(arguments)
    files = generate()
    found = write(files, folders) if options.write else stale(files, folders)
    word = "written" if options.write else "stale"
    for path in found:
        print(f"{word}: {path.relative_to(PROJECT_ROOT)}")
    if not found:
        print(f"{len(files)} files are up to date")
    return 1 if options.check and found else 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
