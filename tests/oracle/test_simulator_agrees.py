"""The simulator's truth, which knows what happened, against the oracle, which reads the exports."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from .clock import end_of
from .command import CENTROIDS, simulate
from .compare import compare_all
from .returns import ReturnRates, read_returns
from .run import run
from .settlement import Settlement


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


def test_statements_tie_out_but_for_what_was_left_out(tmp_path: Path) -> None:
    """Statements hold every order at the published rates, but for refunds of the last two days."""
    last = date(2026, 4, 12)
    simulate(tmp_path, "made_up", "2026-02-20", str(last), 15, 5, "missing_settlement")
    result = run(tmp_path / "landing" / "made_up", last)
    exports, standings = result.exports, result.standings
    end = end_of(last, exports.zone)
    returned = ReturnRates(exports, standings, read_returns(exports), last, end).returns
    rows = Settlement(exports, standings, returned, last, end).rows()
    missing = [row.order_id for row in rows if row.is_missing]
    planted = json.loads((tmp_path / "truth" / "made_up" / "planted.json").read_text())
    assert missing == planted["missing_settlement"]["order_ids"]
    settled = [row for row in rows if row.stated]
    assert len(settled) > 400
    for row in settled:
        assert sum(row.stated.values()) == row.payout
    differing = {
        row.order_id
        for row in settled
        for name, amount in row.expected.items()
        if abs(amount - row.stated[name]) > Decimal("0.01")
    }
    young = {one.order_id for one in returned if (end - one.at).days < 4}
    assert differing <= young and len(differing) < 10
