"""Runs the command line as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CENTROIDS = ROOT / "dbt_project" / "seeds" / "zip3_centroids.csv"


def greenzone(*arguments: str) -> None:
    """Runs one command to its end; its output stands in the failure."""
    done = subprocess.run(
        [sys.executable, "-m", "flows", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, f"greenzone {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"


def simulate(
    out: Path, shop: str, first: str, last: str, orders_per_day: int, seed: int, *scenarios: str
) -> None:
    """Writes a made-up shop's landing and truth folders under ``out``."""
    greenzone(
        *("simulate", "--out", str(out), "--shop", shop, "--from", first, "--to", last),
        *("--orders-per-day", str(orders_per_day), "--seed", str(seed)),
        *(word for scenario in scenarios for word in ("--scenario", scenario)),
    )
