"""Keeps what is derived from the contracts: feed pages and dbt's sources.

`python -m flows.contracts --write` writes it; `--check` names what is stale, and exits with 1 when
something is.
"""

import argparse
import sys
from pathlib import Path

from flows.contracts.dbt_sources import sources
from flows.contracts.pages import feed_pages
from flows.paths import FEED_DOCS_DIR, PROJECT_ROOT


def generated() -> dict[Path, str]:
    """Path and text of every file that is derived from the contracts."""
    return feed_pages() | sources()


def stale(files: dict[Path, str]) -> list[Path]:
    """The files that differ from what the contracts say, are missing, or are left over."""
    changed = [path for path, text in files.items() if _read(path) != text]
    left_over = [path for path in FEED_DOCS_DIR.glob("*.md") if path not in files]
    return sorted(changed + left_over)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def write(files: dict[Path, str]) -> list[Path]:
    """Writes the stale ones, removes pages of feeds that are gone, and names them all."""
    found = stale(files)
    for path in found:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.contracts",
        description="Feed pages and dbt's sources, derived from the contracts.",
    )
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--write", action="store_true", help="write the derived files")
    group.add_argument("--check", action="store_true", help="name the stale ones")
    options = parser.parse_args(arguments)
    files = generated()
    found = write(files) if options.write else stale(files)
    word = "written" if options.write else "stale"
    for path in found:
        print(f"{word}: {path.relative_to(PROJECT_ROOT)}")
    if not found:
        print(f"{len(files)} files are up to date")
    return 1 if options.check and found else 0


if __name__ == "__main__":
    sys.exit(main())
