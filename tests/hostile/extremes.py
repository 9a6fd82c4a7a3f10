"""The exports of a simulated shop with the most extreme values that a row may still have."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from random import Random

EXTREMES = (
    "9999999999.99",
    "-9999999999.99",
    "9999999",
    "-9999999",
    "999999999.999",
    "-999999999.9999",
    "1000000",
    "0",
    "-1",
    "0.01",
    "100%",
    "-100%",
    "9999-12-31",
    "0001-01-01",
    "2060-12-31",
    "1970-01-02",
    "2021-01-01",
    "2060-12-31 23:59:59",
    "2021-01-01 00:00:00",
    "2026-03-30 10:00:00",
    "",
    "x" * 30_000,
    "'; drop table x; --",
    "{{ 1 / 0 }}",
    "%",
    "\\",
    "''",
    "null",
    "NaN",
    "1e308",
)


def make_extreme(landing: Path, seed: int, share: float = 0.8) -> None:
    """Change one cell in a share of the rows of every CSV under a folder, but for shops' own."""
    for path in sorted(landing.rglob("*.csv*")):
        if path.name.startswith("shops"):
            continue
        packed = path.suffix == ".gz"
        content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        random = Random(f"{seed} {path.name}")
        for row in rows:
            if random.random() < share and len(row) == len(header):
                row[random.randrange(len(row))] = random.choice(EXTREMES)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([header, *rows])
        changed = out.getvalue().encode()
        path.write_bytes(gzip.compress(changed, mtime=0) if packed else changed)
