"""After a roll-back: which publication came before, which goes first, and what was accepted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.home.files import read_json, write_json
from flows.home.interventions import add_intervention, read_interventions
from flows.home.layout import Home
from flows.home.publications import kept_publications
from flows.home.state import PublicationState
from flows.quality.accepted import acceptances
from flows.running.rollback import rollback
from tests.running.test_rollback import REASON, Content, publish, run_id_of, shown


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Home, list[Content]]:
    """Three publications: two of one day, one of the next; and what was shown after each."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    home = Home(tmp_path / "home")
    seen = []
    for number, day in ((1, "2026-04-01"), (2, "2026-04-01"), (3, "2026-04-02")):
        publish(home, number, day, before_step=None)
        seen.append(shown(home))
    return home, seen


def test_what_was_rolled_away_is_not_gone_back_to_and_goes_first(
    published: tuple[Home, list[Content]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, seen = published
    rollback(home, run_id_of(1), REASON)
    monkeypatch.setenv("GREENZONE_KEEP_PUBLICATIONS", "2")
    publish(home, 4, "2026-04-02", before_step=None)
    assert [kept.run_id for kept in kept_publications(home)] == [run_id_of(n) for n in (1, 3, 4)]
    publish(home, 5, "2026-04-03", before_step=None)
    assert [kept.run_id for kept in kept_publications(home)] == [run_id_of(n) for n in (1, 4, 5)]
    rollback(home, None, REASON)
    assert PublicationState.load(home).run_id == run_id_of(4)
    rollback(home, None, REASON)
    assert shown(home) == seen[0]


def _accepted(home: Home, number: int, at: str) -> None:
    """A publication's record says that it was made over a failed check of one shop."""
    path = home.runs / f"{run_id_of(number)}.json"
    found = {"shop_id": "a", "accepted": {"by": "kim", "at": at, "reason": "fine"}}
    check = {"name": "unique", "table": "orders", "findings": [found]}
    record = read_json(path) or {}
    write_json(path, {**record, "gates": [{"gate": "gate 1", "expectations": [check]}]})


def test_what_was_accepted_for_a_publication_ends_when_it_is_left(
    published: tuple[Home, list[Content]],
) -> None:
    home, _ = published
    details = {
        "gate": "gate 1",
        "fingerprint": "f",
        "kind": "publication",
        "days": ["2026-04-01"],
        "policy": None,
        "expectations": [{"table": "orders", "name": "unique", "failures": 1.0, "observed": "1"}],
    }
    made = add_intervention(home, "accept", "a", "orders.unique", "fine", details=details)
    for number in (2, 3):
        _accepted(home, number, made.at)
    # The one that is gone back to rests on it, too.
    assert rollback(home, None, REASON)["ended"] == []
    # Further back, and forward again: what ended does not come back.
    outcome = rollback(home, None, REASON)
    assert [item["checks"] for item in outcome["ended"]] == ["orders.unique"]
    assert rollback(home, run_id_of(3), REASON)["ended"] == []
    known = read_interventions(home)
    assert [item.details["ended"] for item in known[1:]] == [[], ["000001"], []]
    (given,) = acceptances(known).values()
    assert given[0].ended_on is not None
