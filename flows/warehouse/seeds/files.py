"""Reading and writing seed files in one fixed form, so that the same rows give the same bytes."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from flows.paths import DBT_DIR

SEEDS_DIR = DBT_DIR / "seeds"


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV text: comma, line feed, quotes only where they are needed, header first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a seed file, every value text, empty cells as ``""``.

    Raises ``FileNotFoundError`` where there is no such seed.
    """
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
