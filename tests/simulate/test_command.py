"""`greenzone simulate`: markets and scenarios are named, or refused with a list of them."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.commands.simulate import simulate_shop
from flows.errors import UsageError
from flows.simulate.scenarios import SCENARIOS

DAY = date(2026, 3, 2)


def test_a_market_is_taken_from_the_command(tmp_path: Path) -> None:
    made = simulate_shop(tmp_path, "shop", DAY, DAY, 5, 1, (), "VN", lambda _: None)
    declared = Path(made["landing"], "reference", "shops.csv").read_text()
    assert "VN,Asia/Ho_Chi_Minh,VND" in declared


def test_an_unknown_market_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        simulate_shop(tmp_path, "shop", DAY, DAY, 5, 1, (), "FR", lambda _: None)
    assert "US, GB, VN" in str(refusal.value.mend)
    assert not (tmp_path / "landing").exists()


def test_the_help_names_every_scenario() -> None:
    words = " ".join(CliRunner().invoke(cli, ["simulate", "--help"]).output.split())
    assert ", ".join(SCENARIOS) in words
