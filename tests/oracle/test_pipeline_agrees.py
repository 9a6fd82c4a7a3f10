"""The real commands against the oracle: simulate a shop, run the day, compare everything."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from .compare import compare_all
from .run import run

ROOT = Path(__file__).parents[2]
CENTROIDS = ROOT / "dbt_project" / "seeds" / "zip3_centroids.csv"
SHOP = "oracle_shop"


def greenzone(*arguments: str) -> None:
    """Runs the command line as a person would; its output stands in the failure."""
    done = subprocess.run(
        [sys.executable, "-m", "flows", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    # A blocked gate (3) still ends the run in order, but then there is nothing new to compare.
    assert done.returncode == 0, f"greenzone {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "last", "seed"),
    [
        ("2025-12-15", "2026-02-15", 1),  # both switches of the dispatch rule, two holidays
        ("2026-02-20", "2026-04-10", 2),  # the clock change and the first enforced days
    ],
)
def test_pipeline_agrees(tmp_path: Path, first: str, last: str, seed: int) -> None:
    home = tmp_path / "home"
    greenzone(
        "simulate", "--out", str(home), "--shop", SHOP, "--from", first, "--to", last,
        "--orders-per-day", "20", "--seed", str(seed),
    )  # fmt: skip
    greenzone("daily", "--home", str(home), "--date", last)
    result = run(home / "landing" / SHOP, date.fromisoformat(last), CENTROIDS)
    assert result.orders, "the simulated shop has no orders"
    found = compare_all(home / "warehouse" / "greenzone.duckdb", result)
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:40])
