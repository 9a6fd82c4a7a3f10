"""Made-up shops that several tests look at; each is written once."""

from datetime import date
from pathlib import Path

import pytest

from flows.simulate import SimulationSummary, simulate

CALM_FROM, CALM_TO = date(2026, 3, 2), date(2026, 4, 26)


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> SimulationSummary:
    """Eight weeks of a small shop across the spring clock change."""
    out: Path = tmp_path_factory.mktemp("calm")
    return simulate(out, "calm-shop", CALM_FROM, CALM_TO, 60, 11)
