"""The quick look: a run is left out only when nothing at all can have changed."""

from datetime import date
from pathlib import Path

import pytest

from flows.alerts.open import read_open
from flows.errors import StageError, UsageError
from flows.home import fingerprint
from flows.home.interventions import add_intervention
from flows.home.layout import Home
from flows.home.state import PublicationState, ShopState
from flows.ingest.shops import Shop
from flows.running.run import Request, Run
from flows.running.unchanged import default_days, edition_name, published_outcome, remember

DAY = date(2026, 4, 12)


def _published(root: Path) -> Home:
    """A home folder whose day is published, as far as the quick look can tell."""
    home = Home(root).create()
    (home.landing / "demo").mkdir()
    (home.landing / "demo" / "a.csv").write_text("1")
    report = home.reports / "daily" / str(DAY)
    report.mkdir(parents=True)
    (report / "index.html").write_text("page")
    home.published.write_text("warehouse")
    state = PublicationState(
        {"demo": ShopState(str(DAY), {str(DAY): "x"})},
        {f"daily/{DAY}": {"run_id": "r", "shops": {"demo": "x"}}},
    )
    state.write(PublicationState.path(home))
    return home


def _remember(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(Request("daily", home), "r", print)
    run.landing, _ = fingerprint.of_landing(home)
    run.shops = {"demo": Shop("demo")}
    monkeypatch.setattr(fingerprint, "_SETTLED_NS", -1)
    remember(run, {"demo": "x"})


def test_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _published(tmp_path)
    request = Request("daily", home, (DAY,))
    assert published_outcome(request) is None, "nothing is known before a run"
    _remember(home, monkeypatch)
    outcome = published_outcome(request)
    assert outcome is not None
    assert (outcome["status"], outcome["run_id"]) == ("unchanged", "r")


@pytest.mark.parametrize(
    "change",
    [
        lambda home: (home.landing / "demo" / "b.csv").write_text("2"),
        lambda home: (home.landing / "demo" / "a.csv").touch(),
        lambda home: (home.landing / "demo" / "a.csv").unlink(),
        lambda home: home.published.unlink(),
        lambda home: (home.reports / "daily" / str(DAY) / "index.html").unlink(),
        lambda home: (home.staging / "journal.json").write_text("{}"),
        lambda home: PublicationState().write(PublicationState.path(home)),
        lambda home: add_intervention(
            home, "withdraw", "demo", "a.csv", "why", details={"sha256": ["0"]}
        ),
    ],
    ids=["new file", "touched", "gone", "warehouse", "report", "unfinished", "state", "withdrawn"],
)
def test_something_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object) -> None:
    home = _published(tmp_path)
    _remember(home, monkeypatch)
    assert callable(change)
    change(home)
    assert published_outcome(Request("daily", home, (DAY,))) is None


def test_other_code_is_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _published(tmp_path)
    _remember(home, monkeypatch)
    monkeypatch.setattr(fingerprint, "of_project", lambda: {"code": "other"})
    assert published_outcome(Request("daily", home, (DAY,))) is None


def test_another_day_or_shop_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _published(tmp_path)
    _remember(home, monkeypatch)
    assert published_outcome(Request("daily", home, (date(2026, 4, 11),))) is None
    assert published_outcome(Request("weekly", home, (DAY,))) is None
    assert published_outcome(Request("daily", home, (DAY,), ("other",))) is None


def test_a_file_changed_a_moment_ago_is_not_trusted(tmp_path: Path) -> None:
    home = _published(tmp_path)
    run = Run(Request("daily", home), "r", print)
    run.landing, _ = fingerprint.of_landing(home)
    run.shops = {"demo": Shop("demo")}
    remember(run, {"demo": "x"})
    assert published_outcome(Request("daily", home, (DAY,))) is None


def test_editions_and_default_days() -> None:
    assert edition_name("daily", DAY) == "daily/2026-04-12"
    assert edition_name("backfill", DAY) == "daily/2026-04-12"
    assert edition_name("weekly", DAY) == "weekly/2026-W15"
    assert len(default_days("daily", ["UTC"])) == 1
    assert default_days("weekly", ["UTC"])[0].isoweekday() == 7
    assert len(default_days("backfill", ["UTC"])) == 28


@pytest.mark.parametrize("torn", ["", "[", '{"landing": '])
def test_a_torn_cache_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: str) -> None:
    home = _published(tmp_path)
    _remember(home, monkeypatch)
    (home.root / ".seen.json").write_text(torn)
    assert published_outcome(Request("daily", home)) is None


def test_a_torn_state_is_named_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _published(tmp_path)
    _remember(home, monkeypatch)
    home.alert_state.write_text("[")
    home.outbox.write_text("[")
    # A run is made: it says that nothing can be sent, and publishes.
    assert published_outcome(Request("daily", home)) is None
    with pytest.raises(StageError, match=r"what alerts are open, is damaged\. Bring it back"):
        read_open(home)
    home.outbox.unlink()
    home.alert_state.unlink()
    PublicationState.path(home).write_text('{"shops": ')
    with pytest.raises(UsageError, match=r"what is published, is damaged\. Bring it back"):
        published_outcome(Request("daily", home))
