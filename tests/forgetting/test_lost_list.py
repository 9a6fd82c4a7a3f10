"""A lost list of forgotten buyers, or another key, stops a run before it brings anybody back."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.forgetting import forget
from flows.home import Home
from flows.home.forgotten import coming_back, read_forgotten
from flows.home.hash_key import VARIABLE, HashKey
from flows.home.interventions import read_interventions
from tests.forgetting.conftest import REASON, quiet
from tests.ingest.builders import drop, lake, run, table
from tests.ingest.test_buyer_hash import FEED, HEADER, returned

OLD, NEW = HashKey(bytes(range(32))), HashKey(bytes(range(1, 33)))
NAMES = ("ann", "bob")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder that has forgotten two of three buyers, whose exports still lie there."""
    monkeypatch.setenv(VARIABLE, OLD.secret.hex())
    home = Home(tmp_path / "home").create()
    rows = [returned(n, name) for n, name in enumerate((*NAMES, "carol"), start=1)]
    drop(home, "a.csv", table(rows, HEADER))
    run(home)
    for name in NAMES:
        forget(home, OLD.hash(name), REASON, quiet)
    run(home, "run2")
    return home


def refused(home: Home, *words: str) -> None:
    """No run reads anything."""
    drop(home, "late.csv", table([returned(9, "ann")], HEADER))
    before = home.ledger.read_bytes()
    with pytest.raises(UsageError) as error:
        run(home, "later")
    assert all(word in error.value.message for word in words)
    assert "--again" in error.value.mend
    assert home.ledger.read_bytes() == before
    assert set(lake(home, FEED)["buyer_hash"]) == {None, OLD.hash("carol")}


def test_a_list_that_is_lost_stops_the_run(home: Home) -> None:
    kept = home.forgotten.read_bytes()
    home.forgotten.unlink()
    refused(home, "2 forgotten buyers", "does not list them")
    home.forgotten.write_bytes(kept)
    run(home, "run3")


def test_an_older_copy_of_the_list_stops_the_run(home: Home) -> None:
    home.forgotten.unlink()
    forget(home, OLD.hash("ann"), REASON, quiet)
    refused(home, "1 forgotten buyer would")


@pytest.mark.parametrize("is_again", [False, True])
def test_under_the_same_key_each_is_forgotten_again(home: Home, is_again: bool) -> None:
    (home.landing / "shop1" / "a.csv").unlink()
    home.forgotten.unlink()
    for name in NAMES:
        forget(home, OLD.hash(name), REASON, quiet, is_again=is_again)
    assert len(read_interventions(home)) == 2
    drop(home, "late.csv", table([returned(9, "ann")], HEADER))
    run(home, "run3")
    assert lake(home, FEED)["buyer_hash"].to_list().count(None) == 3


def test_another_key_stops_the_run_until_each_is_forgotten_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, NEW.secret.hex())
    refused(home, "2 forgotten buyers", "key of hashes is not the one")
    forget(home, NEW.hash("dora"), REASON, quiet)
    forget(home, NEW.hash("ann"), REASON, quiet, is_again=True)
    forget(home, NEW.hash("ann"), REASON, quiet, is_again=True)
    refused(home, "1 forgotten buyer would")
    forget(home, NEW.hash("bob"), REASON, quiet, is_again=True)
    run(home, "run3")
    assert set(lake(home, FEED)["buyer_hash"]) == {None, NEW.hash("carol")}
    # With the key of then its own entries hold again.
    monkeypatch.setenv(VARIABLE, OLD.secret.hex())
    assert coming_back(home, OLD.mark) == ()


def test_list_and_key_are_both_lost(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.forgotten.unlink()
    monkeypatch.setenv(VARIABLE, NEW.secret.hex())
    for name in NAMES:
        refused(home)
        forget(home, NEW.hash(name), REASON, quiet, is_again=True)
    run(home, "run3")
    assert len(read_forgotten(home)) == 2


def test_a_forgetting_that_was_killed_is_no_loss(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.forgotten.unlink()
    monkeypatch.setenv(VARIABLE, NEW.secret.hex())

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(import_module("flows.forgetting.forget"), "add_intervention", killed)
        with pytest.raises(KeyboardInterrupt):
            forget(home, NEW.hash("ann"), REASON, quiet, is_again=True)
    assert len(coming_back(home, NEW.mark)) == 2
    for name in NAMES:
        forget(home, NEW.hash(name), REASON, quiet, is_again=True)
    run(home, "run3")
