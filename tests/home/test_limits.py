"""How long things are kept: what the environment may say, and what is no limit."""

from pathlib import Path

import pytest

from flows.commands.doctor import examine
from flows.errors import UsageError
from flows.home.layout import Home
from flows.home.limits import Limits


def test_defaults_keep_landing_for_ever() -> None:
    assert Limits.of_environment({}) == Limits(None, 90, 5, 20, 30, 400, 400)
    assert Limits.of_environment({"GREENZONE_KEEP_LANDING_DAYS": "forever"}).landing_days is None


def test_each_limit_is_read_from_its_variable() -> None:
    limits = Limits.of_environment(
        {
            "GREENZONE_KEEP_LANDING_DAYS": "400",
            "GREENZONE_KEEP_QUARANTINE_DAYS": " 30 ",
            "GREENZONE_KEEP_PUBLICATIONS": "0",
            "GREENZONE_KEEP_EDITIONS": "3",
            "GREENZONE_KEEP_LOGS_DAYS": "",
            "GREENZONE_KEEP_RUNS_DAYS": "800",
            "GREENZONE_KEEP_ALERTS_DAYS": "100",
        }
    )
    assert limits == Limits(400, 30, 0, 3, 30, 800, 100)


@pytest.mark.parametrize(
    "name", ["LANDING_DAYS", "QUARANTINE_DAYS", "LOGS_DAYS", "RUNS_DAYS", "ALERTS_DAYS"]
)
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "ten", "１０", "1e3", "99999999999", "never"])
def test_what_is_no_limit_is_refused_and_named(name: str, value: str) -> None:
    variable = f"GREENZONE_KEEP_{name}"
    with pytest.raises(UsageError, match=variable) as error:
        Limits.of_environment({variable: value})
    assert "whole number" in error.value.mend


def test_doctor_shows_the_limits_and_what_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> tuple[bool, str]:
        finding = next(f for f in examine(Home(tmp_path)) if f.subject == "limits")
        return finding.is_good, finding.observed

    monkeypatch.setenv("GREENZONE_KEEP_LANDING_DAYS", "365")
    assert found() == (
        True,
        "landing is kept 365 days, quarantine 90 days, logs 30 days, run records 400 days, "
        "alerts 400 days, 5 earlier publications, 20 earlier editions of a report",
    )
    monkeypatch.setenv("GREENZONE_KEEP_EDITIONS", "all")
    assert found() == (False, "GREENZONE_KEEP_EDITIONS is 'all', which is no limit")
