"""What people decided: an append-only list that a run can trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.home.interventions import (
    add_intervention,
    ledger_rows,
    read_interventions,
    withdrawals,
)
from flows.home.layout import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def test_decisions_are_kept_in_their_order_with_who_and_when(home: Home) -> None:
    assert read_interventions(home) == ()
    first = add_intervention(home, "withdraw", "s", "a.csv", "  wrong\n shop ", details=_of("1"))
    second = add_intervention(home, "rollback", "", "run", "bad day", run_id="20261123T000000Z-a")
    assert read_interventions(home) == (first, second)
    assert first.reason == "wrong shop"
    assert first.by
    assert first.at.endswith("+00:00")
    assert [path.name for path in home.root.glob("*interventions*")] == ["interventions.json"]


def test_a_reason_is_one_short_line_that_does_nothing_on_a_terminal(home: Home) -> None:
    made = add_intervention(home, "withdraw", "s", "a", "red \x1b[31m\r\n\udcff", details=_of("1"))
    assert made.reason == "red \\x1b[31m ?"
    assert read_interventions(home) == (made,)
    with pytest.raises(UsageError, match="501 characters"):
        add_intervention(home, "withdraw", "s", "a.csv", "a" * 501)


@pytest.mark.parametrize("reason", ["", "  \n", "-", "..."])
def test_a_decision_without_a_reason_is_none(home: Home, reason: str) -> None:
    with pytest.raises(UsageError, match="reason"):
        add_intervention(home, "withdraw", "s", "a.csv", reason)
    assert not home.interventions.exists()


def test_of_withdrawn_and_restored_bytes_the_newest_word_holds(home: Home) -> None:
    add_intervention(home, "withdraw", "s", "a.zip", "why", details=_of("1", "2"))
    add_intervention(home, "restore", "s", "b.csv", "why", details=_of("2"))
    add_intervention(home, "restore", "other", "a.zip", "why", details=_of("1"))
    assert set(withdrawals(read_interventions(home))) == {("s", "1")}
    add_intervention(home, "withdraw", "s", "b.csv", "again", details=_of("2"))
    found = withdrawals(read_interventions(home))
    assert set(found) == {("s", "1"), ("s", "2")}
    assert found["s", "2"].decision.reason == "again"


def test_a_decision_about_every_shop_is_a_row_of_each(home: Home) -> None:
    add_intervention(home, "withdraw", "t", "a.csv", "why", details=_of("1"))
    add_intervention(home, "rollback", "", "run", "why", run_id="r")
    rows = ledger_rows(read_interventions(home), ["t", "s"])
    assert [(row["intervention_id"], row["shop_id"]) for row in rows] == [
        ("000001", "t"),
        ("000002", "s"),
        ("000002", "t"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "interventions": []}',
        '{"version": 1}',
        '{"version": 1, "interventions": [{"action": "withdraw"}]}',
        json.dumps(
            {
                "version": 1,
                "interventions": [
                    dict.fromkeys(("at", "action", "shop_id", "subject", "reason", "by"), "x")
                ],
            }
        ),
    ],
)
def test_a_damaged_list_stops_a_run_instead_of_bringing_files_back(
    home: Home, content: str
) -> None:
    home.interventions.write_text(content)
    with pytest.raises(UsageError, match="backup"):
        read_interventions(home)


def _of(*sha256: str) -> dict[str, list[str]]:
    return {"sha256": list(sha256)}
