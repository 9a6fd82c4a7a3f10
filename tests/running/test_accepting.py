"""Publishing over a failed check: what may be accepted, for how long, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.errors import UsageError
from flows.home.files import write_json
from flows.home.interventions import read_interventions
from flows.home.layout import Home
from flows.home.runs import RunRecord
from flows.ingest import read_ledger, resolve_shops
from flows.quality import ExpectationResult, GateResult, ShopFinding, from_json
from flows.quality.accepted import Judged, acceptances, kind_of, with_accepted
from flows.running.accepting import accept, words
from flows.running.reading import fingerprints
from flows.running.revoking import revoke, revoked_words
from flows.running.run import Request
from tests.ingest.builders import drop, order, run, table

RUN = "20260412T080000Z-abc123"
FAILED = {
    ("shop1", "orders", "known_currency"): 3.0,
    ("shop1", "orders", "unique"): 1.0,
    ("shop1", "returns", "unique"): 2.0,
    ("shop2", "orders", "unique"): 7.0,
}
Publish = Callable[[Request], dict[str, Any]]


def gate(failed: dict[tuple[str, str, str], float], errored: str = "") -> GateResult:
    names = sorted({(table, name) for _, table, name in failed})
    return GateResult(
        "gate 1",
        ("shop1", "shop2"),
        tuple(
            ExpectationResult(
                gate="gate 1",
                name=name,
                table=table,
                column=None,
                severity="critical",
                topic="contract",
                description=f"{name} holds",
                passed=False,
                observed="fails",
                is_errored=name == errored,
                findings=tuple(
                    ShopFinding(shop, f"{number:g} rows", number)
                    for (shop, *of), number in failed.items()
                    if tuple(of) == (table, name)
                ),
            )
            for table, name in names
        ),
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home").create()
    for shop in ("shop1", "shop2"):
        drop(home, "a.csv", table([order(1)]), shop)
    run(home)
    blocked(home, gate(FAILED))
    return home


def made_from(home: Home) -> dict[str, str]:
    return fingerprints(resolve_shops(home), read_ledger(home).records)


def blocked(home: Home, result: GateResult, **more: Any) -> None:
    record = RunRecord(RUN, "daily", {"days": None, "shops": [], "out": None, "policy": None})
    record.days = ["2026-04-12"]
    record.status = "blocked"
    record.gates = [result.to_json()]
    record.fingerprints = {f"shop {shop}": found for shop, found in made_from(home).items()}
    write_json(home.runs / f"{RUN}.json", {**vars(record), **more})


def judged(
    home: Home,
    result: GateResult,
    days: frozenset[str] = frozenset({"2026-04-12"}),
    command: str = "daily",
    policy: str | None = None,
) -> GateResult:
    """The gate's result as the run that follows judges it."""
    run = Judged(kind_of(command, policy), days, policy, made_from(home))
    return with_accepted(result, acceptances(read_interventions(home)), run)


def done(request: Request) -> dict[str, Any]:
    return {"status": "published", "days": request.days}


def test_one_check_is_accepted_for_its_shop_alone(home: Home) -> None:
    asked: list[Request] = []

    def publish(request: Request) -> dict[str, Any]:
        asked.append(request)
        return done(request)

    result = accept(home, RUN, "orders.unique", "counted by hand", "shop1", publish, print)
    assert asked == [Request("daily", home, (date(2026, 4, 12),))]
    assert "orders.unique at shop shop1" in words(result)[0]
    (made,) = read_interventions(home)
    assert (made.action, made.shop_id, made.subject, made.run_id) == (
        "accept",
        "shop1",
        "orders.unique",
        RUN,
    )
    after = judged(home, gate(FAILED))
    assert after.blocked_shops == ("shop1", "shop2")
    over = {(r.table, r.name): r.accepted("shop1") for r in after.results}
    assert [key for key, accepted in over.items() if accepted] == [("orders", "unique")]
    assert all(r.accepted("shop2") is None for r in after.results)
    kept = json.loads(json.dumps(after.to_json()))
    assert from_json(kept) == after
    assert "counted by hand" in json.dumps(kept)


@pytest.mark.parametrize("named", ["gate 1", "gate-1", "Gate_1"])
def test_a_whole_gate_is_accepted(home: Home, named: str) -> None:
    accept(home, RUN, named, "all false", "shop1", done, print)
    after = judged(home, gate(FAILED))
    assert after.blocked_shops == ("shop2",)
    assert not after.passed
    assert len(after.failures("shop1", "critical")) == 3, "they failed all the same"


def test_it_lapses_with_new_data_and_with_more_failures(home: Home) -> None:
    accept(home, RUN, "known_currency", "fine", None, done, print)
    more = judged(home, gate({**FAILED, ("shop1", "orders", "known_currency"): 4.0}))
    (finding,) = [f for r in more.results for f in r.findings if r.name == "known_currency"]
    assert finding.accepted is None
    assert "more fails now" in finding.observed
    fewer = judged(home, gate({("shop1", "orders", "known_currency"): 2.0}))
    assert fewer.blocked_shops == ()
    drop(home, "b.csv", table([order(2)]), "shop1")
    run(home, "run2")
    after = judged(home, gate({("shop1", "orders", "known_currency"): 3.0}))
    assert after.blocked_shops == ("shop1",)
    assert "changed since" in after.results[0].findings[0].observed
    with pytest.raises(UsageError, match="changed since run"):
        accept(home, RUN, "known_currency", "fine", None, done, print)
    assert len(read_interventions(home)) == 1


def test_it_holds_for_its_days_and_its_kind_of_run_alone(home: Home) -> None:
    accept(home, RUN, "known_currency", "fine", None, done, print)
    failed = {("shop1", "orders", "known_currency"): 3.0}
    assert judged(home, gate(failed)).passed
    assert judged(home, gate(failed), command="weekly").passed, "the same rows"
    other = judged(home, gate(failed), frozenset({"2026-04-11"}))
    assert other.blocked_shops == ("shop1",)
    assert "given for other days" in other.results[0].findings[0].observed
    more = judged(home, gate(failed), frozenset({"2026-04-11", "2026-04-12"}))
    assert more.blocked_shops == ("shop1",)
    beside = (
        judged(home, gate(failed), policy="US-2020"),
        judged(home, gate(failed), command="snapshot"),
    )
    for result in beside:
        assert result.blocked_shops == ("shop1",)
        assert result.results[0].findings[0].observed == "3 rows", "nothing of it was accepted"


@pytest.mark.parametrize(
    ("command", "policy"),
    [("backfill", "US-2020"), ("backfill", "US-2026-04-01"), ("snapshot", None)],
)
def test_what_is_accepted_beside_the_publication_never_holds_for_it(
    home: Home, command: str, policy: str | None
) -> None:
    arguments = {"days": ["2026-04-12"], "shops": [], "out": None, "policy": policy}
    blocked(home, gate(FAILED), command=command, arguments=arguments)
    accept(home, RUN, "known_currency", "only a look", None, done, print)
    failed = {("shop1", "orders", "known_currency"): 3.0}
    for real in ("daily", "weekly", "backfill"):
        assert judged(home, gate(failed), command=real).blocked_shops == ("shop1",)
    assert judged(home, gate(failed), policy="US-2026-01-12").blocked_shops == ("shop1",)
    assert judged(home, gate(failed), command=command, policy=policy).passed


def test_other_rows_of_the_same_number_were_not_accepted(home: Home) -> None:
    accept(home, RUN, "known_currency", "fine", None, done, print)
    same = gate({("shop1", "orders", "known_currency"): 3.0})
    (result,) = same.results
    other = replace(result, findings=(replace(result.findings[0], observed="3 rows of May"),))
    after = judged(home, replace(same, results=(other,)))
    assert after.blocked_shops == ("shop1",)
    assert "something else fails now" in after.results[0].findings[0].observed
    # What lapsed is accepted anew, in the words of the check itself.
    blocked(home, after)
    accept(home, RUN, "known_currency", "fine again", None, done, print)
    assert judged(home, replace(same, results=(other,))).passed


def test_twice_says_so_and_publishes_what_is_not(home: Home) -> None:
    def killed(request: Request) -> dict[str, Any]:
        raise KeyboardInterrupt(request.command)

    with pytest.raises(KeyboardInterrupt):
        accept(home, RUN, "known_currency", "fine", None, killed, print)
    again = accept(home, RUN, "known_currency", "again", None, done, print)
    assert not again["is_new"]
    assert again["published"]["status"] == "published"
    assert "accepted already" in words(again)[0]
    assert [made.reason for made in read_interventions(home)] == ["fine"]


def test_what_was_not_judged_is_no_false_alarm(home: Home) -> None:
    blocked(home, gate(FAILED, errored="known_currency"))
    for named in ("known_currency", "gate-1"):
        with pytest.raises(UsageError, match="could not be judged"):
            accept(home, RUN, named, "fine", "shop1", done, print)
    # Nor does an acceptance of before hold for a check that breaks.
    accept(home, RUN, "orders.unique", "fine", "shop1", done, print)
    only = {("shop1", "orders", "unique"): 1.0}
    assert judged(home, gate(only)).blocked_shops == ()
    assert judged(home, gate(only, errored="unique")).blocked_shops == ("shop1",)


@pytest.mark.parametrize(
    ("named", "shop", "said"),
    [
        ("gate 2", None, "gate 1, orders.known_currency, orders.unique, returns.unique"),
        ("nothing", None, "orders.known_currency"),
        ("orders.", None, "orders.known_currency"),
        ("known_currency", "shop2", "orders.known_currency"),
        ("gate-1", None, "--shop"),
        ("orders.unique", None, "--shop"),
        ("unique", "shop1", "orders.unique, returns.unique"),
    ],
)
def test_a_name_that_is_not_one_check_is_refused_with_what_failed(
    home: Home, named: str, shop: str | None, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        accept(home, RUN, named, "fine", shop, done, print)
    assert said in str(caught.value)
    assert read_interventions(home) == ()


@pytest.mark.parametrize("name", ["nothing", f"../runs/{RUN}", "", "/etc/passwd", RUN[:-1], "a\0"])
def test_only_a_blocked_run_can_be_accepted(home: Home, name: str) -> None:
    with pytest.raises(UsageError, match="no record") as caught:
        accept(home, name, "gate-1", "fine", None, done, print)
    assert RUN in caught.value.mend
    blocked(home, gate(FAILED), status="published")
    with pytest.raises(UsageError, match="No gate blocked"):
        accept(home, RUN, "gate-1", "fine", None, done, print)
    with pytest.raises(UsageError, match="reason"):
        accept(home, RUN, "gate-1", " ", None, done, print)


def test_what_was_accepted_can_be_taken_back(home: Home) -> None:
    failed = gate({("shop1", "orders", "known_currency"): 3.0})
    accept(home, RUN, "known_currency", "fine", None, done, print)
    assert judged(home, failed).passed
    for named in ("orders.known_currency", "gate-1", "known_currency"):
        result = revoke(home, RUN, named, "it was not", None)
        assert result["is_new"] is (named == "orders.known_currency")
        after = judged(home, failed)
        assert after.blocked_shops == ("shop1",)
        assert "taken back on" in after.results[0].findings[0].observed
    assert "taken back already" in revoked_words(result)[0]
    assert [made.action for made in read_interventions(home)] == ["accept", "revoke"]
    # And accepted once more: another word, not the one that was taken back.
    again = accept(home, RUN, "known_currency", "fine after all", None, done, print)
    assert again["is_new"] and judged(home, failed).passed
    assert revoke(home, RUN, "gate-1", "no", None)["is_new"]
    assert judged(home, failed).blocked_shops == ("shop1",)


def test_only_what_was_accepted_is_taken_back(home: Home) -> None:
    for shop in ("shop1", "shop2"):
        accept(home, RUN, "orders.unique", "fine", shop, done, print)
    for run_id, named in ((RUN, "known_currency"), ("none", "gate-1")):
        with pytest.raises(UsageError, match="was not accepted") as caught:
            revoke(home, run_id, named, "no", None)
        assert f"orders.unique of run {RUN}" in caught.value.mend
    with pytest.raises(UsageError, match="several shops"):
        revoke(home, RUN, "gate-1", "no", None)
    assert len(read_interventions(home)) == 2
    revoke(home, RUN, "gate-1", "no", "shop2")
    after = judged(home, gate({(s, "orders", "unique"): 1.0 for s in ("shop1", "shop2")}))
    assert after.blocked_shops == ("shop2",)
