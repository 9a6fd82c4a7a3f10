"""What has been kept long enough goes, and nothing that is nowhere else."""

from __future__ import annotations

import io
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.home import Home, retention
from flows.home.files import files_under, write_json
from flows.home.limits import Limits
from flows.home.publications import kept_publication
from flows.home.state import PublicationState
from flows.ingest import read_ledger
from flows.running import publishing
from flows.running.publishing import exports_read
from flows.running.run import Request, Run
from tests.ingest.builders import drop, lake, order, run, table

DAY = 86_400
YEAR = Limits(landing_days=365, quarantine_days=90, logs_days=30)


def aged(path: Path, days: float) -> Path:
    """A file or folder that changed last so many days ago."""
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


def apply(home: Home, limits: Limits = YEAR) -> list[str]:
    """Apply the limits; what is said."""
    said: list[str] = []
    retention.apply_limits(home, limits, lambda: exports_read(home), said.append)
    return said


def landing(home: Home) -> set[str]:
    """Names of the files in landing."""
    return {path.name for path in files_under(home.landing)}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with exports of all fates, all of them two years old and read."""
    home = Home(tmp_path / "home").create()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("good.csv", table([order(2)]))
        archive.writestr("bad.csv", "nothing,known\n1,2\n")
    drop(home, "orders.csv", table([order(1)]))
    drop(home, "copy.csv", table([order(1)]))
    drop(home, "half.zip", packed.getvalue())
    drop(home, "refused.csv", "nothing,known\n1,2\n")
    drop(home, "reference/skus.csv", "seller_sku,title\nGZ-001,Lamp\n")
    drop(home, "unfinished.part", "1")
    (home.landing / "loose.csv").write_text(table([order(9)]))
    for path in files_under(home.landing):
        aged(path, 730)
    run(home)
    return home


def test_an_export_that_is_read_goes_and_its_rows_stay(home: Home) -> None:
    before = lake(home)
    assert apply(home) == ["Removed exports older than 365 days (GREENZONE_KEEP_LANDING_DAYS): 2"]
    kept = {"half.zip", "refused.csv", "skus.csv", "unfinished.part", "loose.csv"}
    assert landing(home) == kept
    run(home, "run2")
    assert lake(home).equals(before)
    loaded = [r for r in read_ledger(home).records if r.file == "copy.csv"]
    assert [record.is_present for record in loaded] == [False]


def test_without_a_limit_landing_is_kept_for_ever(home: Home) -> None:
    before = landing(home)
    assert apply(home, Limits()) == []
    assert landing(home) == before


def test_an_export_that_nobody_has_read_stays_however_old(home: Home) -> None:
    aged(drop(home, "new.csv", table([order(5)])), 3000)
    aged(drop(home, "orders.csv", table([order(1), order(6)])), 3000)
    apply(home)
    assert {"new.csv", "orders.csv"} <= landing(home)
    run(home, "run2")
    apply(home)
    assert not {"new.csv", "orders.csv"} & landing(home)


def test_a_young_export_stays(home: Home) -> None:
    aged(home.landing / "shop1" / "orders.csv", 364)
    run(home, "run2")
    apply(home)
    assert "orders.csv" in landing(home)
    assert "copy.csv" not in landing(home)


def test_old_folders_of_quarantine_go(home: Home) -> None:
    for name, days in (("old", 91), ("young", 89), (".begun.unfinished", 900)):
        folder = home.quarantine / name
        folder.mkdir()
        (folder / "refused_rows.csv").write_text("x")
        aged(folder / "refused_rows.csv", days)
    said = apply(home)
    assert any("Removed folders of quarantine older than 90 days" in text for text in said)
    assert {path.name for path in home.quarantine.iterdir()} >= {"young", ".begun.unfinished"}
    assert not (home.quarantine / "old").exists()


def test_a_removal_that_was_killed_is_finished(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.quarantine / "old"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.csv").write_text("x")
        aged(folder / f"{number}.csv", 100)

    class Killed(BaseException):
        pass

    def half(path: Path) -> None:
        next(Path(path).iterdir()).unlink()
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", half)
        with pytest.raises(Killed):
            apply(home)
    apply(home)
    assert {path.name for path in home.quarantine.iterdir()} == {"run1"}


def test_old_logs_go(home: Home) -> None:
    home.logs.mkdir(exist_ok=True)
    for name, days in (("old.log", 31), ("young.log", 29)):
        (home.logs / name).write_text("x")
        aged(home.logs / name, days)
    apply(home)
    assert [path.name for path in home.logs.iterdir()] == ["young.log"]


def test_what_cannot_be_removed_is_said_and_left(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "orders.csv":
            raise PermissionError(13, "Permission denied", str(path))
        real(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    said = apply(home)
    assert any("orders.csv" in text and "stays" in text for text in said)
    assert "copy.csv" not in landing(home)


def test_a_link_in_quarantine_is_left_alone(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    aged(elsewhere, 1000)
    (home.quarantine / "link").symlink_to(elsewhere)
    apply(home)
    assert elsewhere.is_dir()


def test_landing_is_not_looked_through_without_a_limit(home: Home) -> None:
    def never() -> Iterator[Path]:
        raise AssertionError("not asked for")

    retention.apply_limits(home, Limits(), never, lambda _: None)


def test_an_export_of_which_rows_were_refused_stays(home: Home) -> None:
    """Its refused rows are whole nowhere else, however few they are."""
    drop(home, "some.csv", table([order(3), order(4, Quantity="many")]))
    aged(home.landing / "shop1" / "some.csv", 730)
    run(home, "run2")
    [record] = [r for r in read_ledger(home).records if r.file == "some.csv"]
    assert (record.status, record.rows_quarantined) == ("loaded", 1)
    apply(home)
    assert "some.csv" in landing(home)


def test_what_vanishes_while_it_is_looked_at_is_nobodys_fault(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gone", "old"):
        folder = home.quarantine / name
        folder.mkdir()
        (folder / "rows.csv").write_text("x")
        aged(folder / "rows.csv", 91)
    real = files_under

    def vanishing(folder: Path) -> Iterator[Path]:
        found = list(real(folder))
        if folder.name == "gone":
            shutil.rmtree(folder)
        return iter(found)

    monkeypatch.setattr("flows.home.retention.files_under", vanishing)
    apply(home)
    assert {path.name for path in home.quarantine.iterdir()} == {"run1"}


def test_a_disk_that_fails_does_not_fail_what_is_published(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Run(Request("daily", home), "r1", lambda _: None)

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(retention, "apply_limits", broken)
    publishing.apply_limits(made)
    [warning] = made.warnings
    assert "kept long enough" in warning


def published(home: Home, place: Path, run_id: str, newest: dict[str, tuple[str, str]]) -> None:
    """The state of a publication: of each shop its newest day and the run that wrote it."""
    state = PublicationState(run_id=run_id)
    for shop_id, (day, wrote) in newest.items():
        state.shop(shop_id).newest, state.shop(shop_id).run_id = day, wrote
    place.parent.mkdir(parents=True, exist_ok=True)
    state.write(place)


def test_old_run_records_go_but_for_those_that_something_rests_on(
    home: Home, tmp_path: Path
) -> None:
    published(home, PublicationState.path(home), "now", {"shop1": ("2026-11-22", "now")})
    published(
        home,
        kept_publication(home, "kept").state_file,
        "kept",
        {"shop1": ("2026-11-21", "kept"), "closed": ("2024-02-01", "long_ago")},
    )
    out = tmp_path / "audit.duckdb"
    out.write_text("x")
    for run_id in ("now", "kept", "long_ago", "old", "young", "snapshot", "snapshot_gone"):
        target = {"snapshot": out, "snapshot_gone": tmp_path / "gone.duckdb"}.get(run_id)
        arguments = {"out": str(target) if target else None}
        write_json(home.runs / f"{run_id}.json", {"run_id": run_id, "arguments": arguments})
        aged(home.runs / f"{run_id}.json", 399 if run_id == "young" else 401)
    (home.runs / "broken.json").write_text("{")
    aged(home.runs / "broken.json", 401)
    said = apply(home, Limits())
    assert "Removed run records older than 400 days (GREENZONE_KEEP_RUNS_DAYS): 3" in said
    left = {path.stem for path in home.runs.iterdir()}
    assert left == {"now", "kept", "long_ago", "young", "snapshot"}
    assert apply(home, Limits()) == []


def test_old_alerts_go_but_for_those_of_newest_days_and_open_ones(home: Home) -> None:
    published(home, PublicationState.path(home), "now", {"shop1": ("2026-11-22", "now")})
    kept = kept_publication(home, "kept").state_file
    published(home, kept, "kept", {"closed": ("2024-02-01", "long_ago")})
    alert = {"as_of_on": "2024-02-03"}
    over = {"as_of_on": "2024-02-04"}
    shops = {"shop1": {"open": {"late_dispatch": alert}, "resolved": {"due_soon": over}}}
    write_json(home.alert_state, {"shops": shops})
    days = ["2026-11-22", "2024-02-01", "2024-02-02", "2024-02-03", "2024-02-04", "2024-02-05"]
    for day in days:
        for name in ("due_soon.shop1.json", "resolved/late.shop1.json"):
            write_json(home.alerts / day / name, {})
            aged(home.alerts / day / name, 10 if (day, name[0]) == (days[-1], "r") else 401)
    said = apply(home, Limits())
    assert said == ["Removed alerts older than 400 days (GREENZONE_KEEP_ALERTS_DAYS): 3"]
    assert sorted(path.name for path in home.alerts.iterdir()) == sorted(set(days) - {days[2]})
    assert [path.name for path in files_under(home.alerts / days[-1])] == ["late.shop1.json"]
    assert apply(home, Limits()) == []


def test_what_a_backfill_changed_goes_before_the_record_that_names_it(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    write_json(home.runs / "old.json", {})
    (home.runs / "old.changes.csv").write_text("day\n")
    aged(home.runs / "old.json", 400)
    found = list(retention._old_records(home, time.time() - 365 * DAY))
    assert [path.name for path in found] == ["old.changes.csv", "old.json"]
