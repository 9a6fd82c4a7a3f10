"""The simulator's truth, which knows what happened, against the oracle, which reads the exports."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from .command import CENTROIDS, simulate
from .compare import compare_all
from .run import run


@pytest.mark.parametrize(
    ("first", "last", "seed", "scenarios"),
    [
        ("2025-12-20", "2026-02-06", 11, ("oversell", "viral")),  # both switches of the rule
        ("2026-02-25", "2026-04-03", 12, ("carrier_meltdown", "bad_creator", "live")),
    ],
)
def test_the_truth_agrees(
    tmp_path: Path, first: str, last: str, seed: int, scenarios: tuple[str, ...]
) -> None:
    simulate(tmp_path, "made_up", first, last, 12, seed, *scenarios)
    result = run(tmp_path / "landing" / "made_up", date.fromisoformat(last), CENTROIDS)
    assert len(result.orders) > 300
    found = compare_all(tmp_path / "truth" / "made_up", result)
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:40])
