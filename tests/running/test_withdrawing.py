"""What `withdraw` and `restore` note and publish; the publication itself is a stand-in here."""

from __future__ import annotations

import fcntl
import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.errors import Locked, UsageError
from flows.home import lock
from flows.home.interventions import read_interventions, withdrawals
from flows.home.layout import Home
from flows.home.state import PublicationState
from flows.ingest import read_ledger
from flows.running.run import Request
from flows.running.withdrawing import Order, restore, withdraw, words
from tests.ingest.builders import SHOP, drop, order, run, table

A = table([order(1), order(2)])
SKUS = "seller_sku,title,category,unit_cost,currency,weight_kg,is_branded,launched_on\nA,,,,,,,\n"
WHY = "It is the other shop's"


class Publisher:
    """Takes requests instead of a flow."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> dict[str, Any]:
        self.requests.append(request)
        return {"status": "published"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home").create()
    drop(home, "a.csv", A)
    run(home)
    return home


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


def publish(home: Home) -> None:
    state = PublicationState()
    state.shop(SHOP).newest = "2026-04-12"
    state.shop("other").newest = "2026-04-20"
    for name in ("daily/2026-04-10", "daily/2026-04-11", "daily/2026-04-12", "weekly/2026-W15"):
        state.editions[name] = {"run_id": "r", "shops": {SHOP: "f"}}
    state.editions["daily/2026-04-01"] = {"run_id": "r", "shops": {"other": "f"}}
    state.write(PublicationState.path(home))


def ask(home: Home, name: str = "a.csv", *, later: bool = False, why: str = WHY) -> Order:
    return Order(home, name, why, None, later)


def held(home: Home) -> set[tuple[str, str]]:
    return set(withdrawals(read_interventions(home)))


KEY = (SHOP, hashlib.sha256(A.encode()).hexdigest())


def test_the_newest_day_of_the_shop_is_published_anew(home: Home, publisher: Publisher) -> None:
    publish(home)
    said: list[str] = []
    result = withdraw(ask(home), publisher, said.append)
    assert publisher.requests == [Request("daily", home, (date(2026, 4, 12),), (SHOP,))]
    assert held(home) == {KEY}
    assert result["published"] == {"status": "published"}
    assert result["rows"] == 2
    assert result["rewrite"] == [
        "greenzone backfill --from 2026-04-10 --to 2026-04-11",
        "greenzone weekly --week 2026-W15",
    ]
    assert said == [f"Withdrawn: a.csv of shop {SHOP}, 2 rows."]
    (made,) = read_interventions(home)
    assert (made.action, made.shop_id, made.subject, made.reason) == (
        "withdraw",
        SHOP,
        "a.csv",
        WHY,
    )


def test_it_can_be_noted_for_later_and_before_anything_is_published(
    home: Home, publisher: Publisher
) -> None:
    result = withdraw(ask(home), publisher, print)
    assert any("Nothing of this shop is published" in note for note in result["notes"])
    publish(home)
    result = restore(ask(home, later=True), publisher, print)
    assert any("next run" in note for note in result["notes"])
    assert publisher.requests == []
    assert held(home) == set()


def test_twice_says_so_and_publishes_what_is_not(home: Home, publisher: Publisher) -> None:
    publish(home)
    withdraw(ask(home, later=True), publisher, print)
    again = withdraw(ask(home, why="Again"), publisher, print)
    assert not again["is_new"]
    assert "withdrawn already" in words(again)[0]
    assert WHY in words(again)[0]
    assert len(read_interventions(home)) == 1
    assert len(publisher.requests) == 1, "killed before it had published, it does so now"
    restore(ask(home), publisher, print)
    again = restore(ask(home, why="Again"), publisher, print)
    assert "is not withdrawn" in words(again)[0]
    assert len(read_interventions(home)) == 2
    assert len(publisher.requests) == 3


def test_what_was_never_withdrawn_is_not_restored(home: Home, publisher: Publisher) -> None:
    result = restore(ask(home), publisher, print)
    assert words(result)[0] == f"a.csv of shop {SHOP} is not withdrawn."
    assert read_interventions(home) == ()


def test_a_file_that_was_never_read_and_is_gone_can_be_restored(
    home: Home, publisher: Publisher
) -> None:
    path = drop(home, "b.csv", A + "\n")
    result = withdraw(ask(home, "b.csv"), publisher, print)
    assert any("No run has read it" in note for note in result["notes"])
    path.unlink()
    digits = hashlib.sha256((A + "\n").encode()).hexdigest()[:9]
    with pytest.raises(UsageError, match="No file"):
        restore(ask(home, "c.csv"), publisher, print)
    result = restore(ask(home, digits), publisher, print)
    assert result["is_new"]
    assert held(home) == set()


def test_a_withdrawn_declaration_says_what_does_not_come_back(
    home: Home, publisher: Publisher
) -> None:
    drop(home, "skus.csv", SKUS)
    run(home, "run2")
    result = withdraw(ask(home, "skus.csv"), publisher, print)
    assert any("drop that file again" in note for note in result["notes"])


@pytest.mark.parametrize("act", [withdraw, restore])
def test_nothing_is_noted_of_what_is_refused(home: Home, publisher: Publisher, act: Any) -> None:
    for order_ in (ask(home, why=" "), ask(home, "b.csv"), Order(home, "a.csv", WHY, "nobody")):
        with pytest.raises(UsageError):
            act(order_, publisher, print)
    with home.lock_file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(Locked):
            act(ask(home), publisher, print)
    assert read_interventions(home) == ()
    assert publisher.requests == []
    assert lock.holder(home) is None


def test_the_same_bytes_under_other_names_are_named_and_can_be_kept(
    home: Home, publisher: Publisher
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("theirs.csv", A)
        archive.writestr("more.csv", table([order(3)]))
    drop(home, "theirs.zip", packed.getvalue())
    run(home, "run2")
    result = withdraw(ask(home, "theirs.zip"), publisher, print)
    assert any("under 1 other name and are out there too: a.csv." in n for n in result["notes"])
    restore(ask(home, "a.csv"), publisher, print)
    assert KEY not in held(home)
    assert len(held(home)) == 1


def test_a_lost_list_of_decisions_stops_a_run_until_it_is_said_again(
    home: Home, publisher: Publisher
) -> None:
    drop(home, "b.csv", table([order(3)]))
    run(home, "run2")
    for name in ("a.csv", "b.csv"):
        withdraw(ask(home, name, later=True), publisher, print)
    run(home, "run3")
    home.interventions.unlink()
    with pytest.raises(UsageError, match=r"2 files were withdrawn, and .* does not say so"):
        run(home, "run4")
    restore(ask(home, "a.csv", later=True), publisher, print)
    withdraw(ask(home, "b.csv", later=True), publisher, print)
    run(home, "run5")
    assert {r.file: r.status for r in read_ledger(home).records} == {
        "a.csv": "loaded",
        "b.csv": "withdrawn",
    }
