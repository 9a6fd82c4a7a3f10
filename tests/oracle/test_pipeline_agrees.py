"""The real commands against the oracle: simulate a shop, run the day, compare everything."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from .command import CENTROIDS, greenzone, simulate
from .compare import compare_all
from .compare_more import compare_more
from .fuzz import Fuzz
from .run import run

SHOP = "oracle_shop"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "last", "seed", "scenarios"),
    [
        ("2025-12-15", "2026-02-15", 1, ("oversell", "viral")),  # both switches of the rule
        # Clocks change, and goods go astray.
        (
            "2026-02-20",
            "2026-04-10",
            2,
            (
                "carrier_meltdown",
                "bad_creator",
                "bad_sku",
                "misrouted_grades",
                "missing_settlement",
            ),
        ),
    ],
)
def test_the_pipeline_agrees(
    tmp_path: Path, first: str, last: str, seed: int, scenarios: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    simulate(home, SHOP, first, last, 20, seed, *scenarios)
    greenzone("daily", "--home", str(home), "--date", last)
    result = run(home / "landing" / SHOP, date.fromisoformat(last), CENTROIDS)
    assert len(result.orders) > 600
    source = home / "warehouse" / "greenzone.duckdb"
    found = [*compare_all(source, result), *compare_more(source, result)]
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:40])


@pytest.mark.slow
def test_a_day_in_the_past_agrees(tmp_path: Path) -> None:
    home, day = tmp_path / "home", "2026-01-20"
    simulate(home, SHOP, "2025-12-20", "2026-02-05", 15, 3, "oversell")
    greenzone("daily", "--home", str(home), "--date", day)
    result = run(home / "landing" / SHOP, date.fromisoformat(day), CENTROIDS)
    source = home / "warehouse" / "greenzone.duckdb"
    found = [*compare_all(source, result), *compare_more(source, result)]
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:40])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_shop_at_random_agrees(tmp_path: Path, seed: int) -> None:
    home, day = tmp_path / "home", "2026-02-10"
    Fuzz(home / "landing" / SHOP, seed, datetime(2025, 12, 20), 60, 800).shop.exports()
    greenzone("daily", "--home", str(home), "--date", day)
    result = run(home / "landing" / SHOP, date.fromisoformat(day), CENTROIDS)
    found = compare_all(home / "warehouse" / "greenzone.duckdb", result)
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:40])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("market", "first", "day"),
    [
        ("GB", datetime(2024, 10, 1), "2024-11-28"),  # the rule changes on 2024-11-04
        ("GB", datetime(2026, 3, 10), "2026-04-30"),  # clocks change on 2026-03-29
        ("VN", datetime(2026, 3, 20), "2026-05-10"),  # holidays at the end of April
    ],
)
def test_a_shop_of_another_market_agrees(
    tmp_path: Path, market: str, first: datetime, day: str
) -> None:
    home = tmp_path / "home"
    Fuzz(home / "landing" / SHOP, 3, first, 50, 800, market).shop.exports()
    greenzone("daily", "--home", str(home), "--date", day)
    result = run(home / "landing" / SHOP, date.fromisoformat(day))
    assert len(result.orders) > 700
    found = compare_all(home / "warehouse" / "greenzone.duckdb", result)
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:40])
