"""Reads a made-up shop's plain exports row by row, for a look with the standard library alone."""

import csv
from collections.abc import Iterator
from pathlib import Path


def rows(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    """Rows of the plain CSV files of a pattern, by file name; headers and cells stripped."""
    for path in sorted(folder.rglob(pattern)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {name.strip(): (cell or "").strip() for name, cell in row.items()}
