"""Back to an earlier publication: everything as it was then, after any death, and forward again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.errors import UsageError
from flows.home.files import files_under, read_json
from flows.home.interventions import read_interventions
from flows.home.layout import Home
from flows.home.publications import Kept, kept_publication, kept_publications
from flows.home.publish import Publication, Step, recover
from flows.home.runs import read_record
from flows.home.state import PublicationState, ShopState
from flows.running import publishing, rendering
from flows.running.rollback import rollback, target_of
from flows.running.run import Request, Run

REASON = "the carrier's file was another shop's"
Content = dict[str, str]


class Death(BaseException):
    """Stands in for the end of the process."""


def _run(home: Home, number: int) -> Run:
    return Run(Request("daily", home), f"2026040{number}T000000Z-00000{number}", lambda _: None)


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes die here, and the power stays on: nothing has to be forced to the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@cache
def _warehouse(number: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema marts")
            connection.execute(f"create table marts.kpi_daily as select {number} as run_number")
        return path.read_bytes()


def publish(
    home: Home, number: int, day: str, *, before_step: Callable[[Step], None] | None
) -> None:
    """What the end of a daily run stages, with texts for its pages and a warehouse of one row."""
    home.create()
    run = _run(home, number)
    run.state = PublicationState.load(home)
    before = run.state.run_id
    report = home.reports / "daily" / day
    for name in ("index.html", f"list-{number % 2}.csv"):
        run.publication.path(report / name).write_text(f"{name} of run {number}")
    run.publication.replace_edition(report, run.state.edition_run(f"daily/{day}"))
    run.publication.path(home.published).write_bytes(_warehouse(number))
    run.publication.replace_file(home.published)
    run.state.advance(run.run_id)
    newest = max(day, run.state.shop("a").newest or "")
    run.state.shops["a"] = ShopState(newest, {day: f"made by {number}"}, run.run_id)
    run.state.editions[f"daily/{day}"] = {"run_id": run.run_id, "shops": {}}
    path = PublicationState.path(home)
    run.state.write(run.publication.path(path))
    run.publication.replace_file(path)
    alert = home.alerts / day / f"rule-{number % 2}.a.json"
    run.publication.path(alert).write_text(f'{{"text": "run {number}"}}')
    run.publication.replace_file(alert)
    for other in files_under(home.alerts / day):
        if other != alert:
            run.publication.remove_file(other)
    run.publication.path(home.alert_state).write_text(f'{{"shops": {{}}, "run": {number}}}')
    run.publication.replace_file(home.alert_state)
    publishing.keep(run, before)
    run.record.close("published")
    run.record.write(run.publication.path(run.record_path))
    run.publication.commit(before_step)


def shown(home: Home) -> Content:
    """What a reader sees: warehouse, state, the newest reports, alerts; not the list of all."""
    content = home.published.read_bytes()
    (number,) = (number for number in range(1, 10) if _warehouse(number) == content)
    files = [
        path
        for folder in (home.reports, home.alerts)
        for path in files_under(folder)
        if "editions" not in path.parts and path != home.reports / "index.html"
    ]
    return {
        "warehouse": str(number),
        "state": PublicationState.path(home).read_text(),
        "open alerts": home.alert_state.read_text(),
        **{path.relative_to(home.root).as_posix(): path.read_text() for path in files},
    }


def run_id_of(number: int) -> str:
    return f"2026040{number}T000000Z-00000{number}"


@pytest.fixture
def published(tmp_path: Path) -> tuple[Home, list[Content]]:
    """Three publications: two of one day, one of the next; and what was shown after each."""
    home = Home(tmp_path / "home")
    seen = []
    for number, day in ((1, "2026-04-01"), (2, "2026-04-01"), (3, "2026-04-02")):
        publish(home, number, day, before_step=None)
        seen.append(shown(home))
    return home, seen


def test_everything_is_as_it_was_then(published: tuple[Home, list[Content]]) -> None:
    home, seen = published
    outcome = rollback(home, run_id_of(1), REASON)
    assert shown(home) == seen[0]
    assert (outcome["from"], outcome["to"]) == (run_id_of(3), run_id_of(1))
    assert outcome["shops"] == {"a": "2026-04-01"}
    assert not (home.reports / "daily" / "2026-04-02" / "index.html").exists()
    index = (home.reports / "index.html").read_text(encoding="utf-8")
    assert "daily/2026-04-01/index.html" in index
    assert f"daily/2026-04-01/editions/{run_id_of(2)}/index.html" in index
    assert "daily/2026-04-02" not in index
    # What was rolled back is among the editions, and is kept.
    assert (home.reports / "daily/2026-04-02/editions" / run_id_of(3) / "index.html").exists()
    assert [kept.run_id for kept in kept_publications(home)] == [run_id_of(n) for n in (1, 2, 3)]


def test_a_roll_back_is_a_decision_with_its_record(published: tuple[Home, list[Content]]) -> None:
    home, _ = published
    outcome = rollback(home, None, REASON)
    (decision,) = read_interventions(home)
    assert (decision.action, decision.reason, decision.run_id) == ("rollback", REASON, run_id_of(2))
    assert decision.details == {"from": run_id_of(3), "to": run_id_of(2), "ended": []}
    record = read_record(home, outcome["run_id"]) or {}
    assert (record["status"], record["command"]) == ("rolled_back", "rollback")
    assert record["arguments"] == {"from": run_id_of(3), "to": run_id_of(2), "reason": REASON}
    assert record["reproducible"] is False


def test_forward_again_by_the_same_command(published: tuple[Home, list[Content]]) -> None:
    home, seen = published
    for number in (1, 3, 2, 1, 3):
        rollback(home, run_id_of(number), REASON)
        assert shown(home) == seen[number - 1]
    assert len(read_interventions(home)) == 5
    assert not any(home.staging.iterdir())


def test_without_a_run_it_is_the_one_before(published: tuple[Home, list[Content]]) -> None:
    home, seen = published
    rollback(home, None, REASON)
    assert shown(home) == seen[1]
    rollback(home, None, REASON)
    assert shown(home) == seen[0]
    with pytest.raises(UsageError, match="No publication before the present one"):
        rollback(home, None, REASON)


def test_back_to_the_present_changes_nothing(published: tuple[Home, list[Content]]) -> None:
    home, seen = published
    outcome = rollback(home, "000003", REASON)
    assert (outcome["status"], outcome["record"]) == ("unchanged", None)
    assert shown(home) == seen[2]
    assert read_interventions(home) == ()
    assert len(list(home.runs.iterdir())) == 3


def test_a_new_publication_after_a_roll_back(published: tuple[Home, list[Content]]) -> None:
    home, seen = published
    rollback(home, run_id_of(1), REASON)
    publish(home, 4, "2026-04-02", before_step=None)
    after = shown(home)
    assert after["warehouse"] == "4"
    for number in (2, 3):
        rollback(home, run_id_of(number), REASON)
        assert shown(home) == seen[number - 1]
    rollback(home, run_id_of(4), REASON)
    assert shown(home) == after


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("20250101", "No publication is kept under '20250101'"),
        ("202604", "Several publications are kept under '202604'"),
        ("", "No publication is kept under ''"),
    ],
)
def test_a_name_that_names_none_or_several(
    published: tuple[Home, list[Content]], run: str, words: str
) -> None:
    home, _ = published
    with pytest.raises(UsageError, match=words) as error:
        rollback(home, run, REASON)
    assert run_id_of(1) in error.value.mend
    assert len(list(home.runs.iterdir())) == 3, "a slip of the keyboard is no run"


def test_a_reason_that_says_nothing_is_refused(published: tuple[Home, list[Content]]) -> None:
    with pytest.raises(UsageError, match="needs its reason"):
        rollback(published[0], None, " - ")


def test_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no earlier publication"):
        rollback(Home(tmp_path), None, REASON)


def test_a_publication_that_is_not_whole_is_not_gone_back_to(
    published: tuple[Home, list[Content]],
) -> None:
    home, seen = published
    kept = kept_publication(home, run_id_of(1))
    content = kept.warehouse.read_bytes()
    kept.warehouse.unlink()
    kept.warehouse.write_bytes(content[: len(content) // 3])
    with pytest.raises(UsageError, match="not whole: its warehouse"):
        rollback(home, run_id_of(1), REASON)
    for path in files_under(home.reports / "daily/2026-04-01/editions" / run_id_of(1)):
        path.unlink()
    (home.reports / "daily/2026-04-01/editions" / run_id_of(1)).rmdir()
    kept.warehouse.write_bytes(content)
    with pytest.raises(UsageError, match="reports/daily/2026-04-01 as run"):
        rollback(home, run_id_of(1), REASON)
    assert shown(home) == seen[2]


def test_the_limit_of_publications_and_of_editions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENZONE_KEEP_PUBLICATIONS", "1")
    monkeypatch.setenv("GREENZONE_KEEP_EDITIONS", "2")
    home = Home(tmp_path)
    for number in range(1, 7):
        publish(home, number, "2026-04-01", before_step=None)
    assert [kept.run_id for kept in kept_publications(home)] == [run_id_of(5), run_id_of(6)]
    editions = home.reports / "daily" / "2026-04-01" / "editions"
    assert sorted(path.name for path in editions.iterdir()) == [run_id_of(4), run_id_of(5)]
    monkeypatch.setenv("GREENZONE_KEEP_EDITIONS", "0")
    publish(home, 7, "2026-04-01", before_step=None)
    # That of a kept publication is not too many.
    assert [path.name for path in editions.iterdir()] == [run_id_of(6)]
    before = shown(home)
    rollback(home, None, REASON)
    rollback(home, run_id_of(7), REASON)
    assert shown(home) == before


def test_a_bad_limit_is_refused_before_anything_is_done(
    published: tuple[Home, list[Content]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENZONE_KEEP_PUBLICATIONS", "many")
    with pytest.raises(UsageError, match="GREENZONE_KEEP_PUBLICATIONS"):
        rollback(published[0], None, REASON)


def dying_at(number: int) -> Callable[[Step], None]:
    """Ends the process before the step of that number."""
    seen = 0

    def before_step(_: Step) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Death

    return before_step


def _rollback_dying(home: Home, run: str | None, number: int, patch: pytest.MonkeyPatch) -> bool:
    """A roll-back that is ended before a step of its journal; whether it was."""
    commit = Publication.commit

    def dying(publication: Publication, _: object = None) -> list[str]:
        return commit(publication, dying_at(number))

    with patch.context() as patched:
        patched.setattr(Publication, "commit", dying)
        try:
            rollback(home, run, REASON)
        except Death:
            return True
    return False


def test_a_death_at_any_step_is_rolled_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Home(tmp_path / "made")
    publish(made, 1, "2026-04-01", before_step=None)
    wanted = shown(made)
    for step in range(1, 100):
        home = Home(tmp_path / str(step))
        publish(home, 1, "2026-04-01", before_step=None)
        publish(home, 2, "2026-04-02", before_step=None)
        died = _rollback_dying(home, None, step, monkeypatch)
        recover(home)
        assert shown(home) == wanted
        assert [item.run_id for item in read_interventions(home)] == [run_id_of(1)]
        statuses = {path.stem: (read_json(path) or {})["status"] for path in home.runs.iterdir()}
        assert sorted(statuses.values()) == ["published", "published", "rolled_back"]
        if not died:
            assert step > 5
            break


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["publish", "back"]), st.integers(0, 3), st.integers(0, 14)),
        min_size=3,
        max_size=7,
    )
)
def test_any_sequence_of_publications_roll_backs_and_deaths_is_consistent(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, int, int]]
) -> None:
    """What is shown is always exactly what the run that the state names had published."""
    home = Home(tmp_path_factory.mktemp("home"))
    publish(home, 1, "2026-04-01", before_step=None)
    seen = {run_id_of(1): shown(home)}
    decisions = 0
    for number, (move, which, death) in enumerate(moves, start=2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GREENZONE_KEEP_PUBLICATIONS", "2")
            patch.setenv("GREENZONE_KEEP_EDITIONS", "1")
            if move == "publish":
                try:
                    publish(home, number, f"2026-04-0{which + 1}", before_step=dying_at(death))
                except Death:
                    assert recover(home) == run_id_of(number)
                seen[run_id_of(number)] = shown(home)
            else:
                kept = [item.run_id for item in kept_publications(home)]
                target = kept[which % len(kept)]
                is_present = target == PublicationState.load(home).run_id
                if _rollback_dying(home, target, death, patch):
                    recover(home)
                decisions += not is_present
                assert target_of(home, target).run_id == PublicationState.load(home).run_id
        present = PublicationState.load(home)
        assert shown(home) == seen[str(present.run_id)]
        assert len(read_interventions(home)) == decisions
        kept = [item.run_id for item in kept_publications(home)]
        assert present.run_id in kept
        for name, edition in present.editions.items():
            page = home.reports / name / "index.html"
            assert page.read_text() == f"index.html of run {int(edition['run_id'][-6:])}"
        assert read_json(home.staging / "journal.json") is None
    for run_id in [item.run_id for item in kept_publications(home)]:
        rollback(home, run_id, REASON)
        assert shown(home) == seen[run_id]


def test_a_kept_publication_that_was_damaged_is_in_nobodys_way(
    published: tuple[Home, list[Content]],
) -> None:
    home, seen = published
    state_file = kept_publication(home, run_id_of(1)).state_file
    state_file.unlink()
    state_file.write_text('{"shops": ')
    with pytest.raises(UsageError, match="not whole: its state"):
        rollback(home, run_id_of(1), REASON)
    publish(home, 4, "2026-04-02", before_step=None)
    rollback(home, run_id_of(3), REASON)
    assert shown(home) == seen[2]


def test_what_is_kept_is_read_once_a_run_however_many_reports_it_writes(
    published: tuple[Home, list[Content]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = published
    read: list[Path] = []
    state_of = Kept.state

    def noted(kept: Kept) -> PublicationState:
        read.append(kept.folder)
        return state_of(kept)

    monkeypatch.setattr(Kept, "state", noted)
    run = _run(home, 4)
    run.state = PublicationState.load(home)
    names = [f"daily/2026-04-0{day}" for day in (1, 2)] * 20
    earlier = [rendering._earlier(run, name) for name in names]
    assert earlier[0] == [run_id_of(2), run_id_of(1)]
    before = run.state.run_id
    run.state.advance(run.run_id)
    publishing.keep(run, before)
    # Each for where it stands in the line, and for what it shows.
    assert len(read) <= 2 * 3
