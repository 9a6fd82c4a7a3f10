"""The publication's state, run ids, fingerprints of landing."""

import os
import re
from datetime import date
from pathlib import Path

from flows.home import fingerprint
from flows.home.files import write_json
from flows.home.layout import Home
from flows.home.runs import RunRecord, new_run_id, newest_records
from flows.home.state import PublicationState, ShopState

DAY = date(2026, 4, 1)


def test_run_ids_sort_by_time_and_differ() -> None:
    ids = [new_run_id() for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{6}", run_id) for run_id in ids)


def test_state_survives_writing_and_reading(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    assert PublicationState.load(home) == PublicationState()
    state = PublicationState(
        {"a": ShopState("2026-04-01", {"2026-04-01": "x"})},
        {"daily/2026-04-01": {"run_id": "r", "shops": {"a": "x"}}},
        "r",
    )
    state.write(PublicationState.path(home))
    assert PublicationState.load(home) == state


def test_a_state_that_does_not_name_its_run_has_its_newest(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    shops = {"a": {"newest": "2026-04-01", "days": {}, "run_id": "20260402T000000Z-0"}}
    editions = {"daily/2026-03-31": {"run_id": "20260403T000000Z-0", "shops": {}}}
    write_json(PublicationState.path(home), {"shops": shops, "editions": editions})
    assert PublicationState.load(home).run_id == "20260403T000000Z-0"


def test_a_day_is_current_only_with_rows_and_report_of_the_same_fingerprint() -> None:
    state = PublicationState(
        {"a": ShopState("2026-04-01", {"2026-04-01": "x"})},
        {"daily/2026-04-01": {"run_id": "r", "shops": {"a": "x"}}},
    )
    assert state.is_current("daily/2026-04-01", DAY, {"a": "x"})
    assert not state.is_current("daily/2026-04-01", DAY, {"a": "y"})
    assert not state.is_current("daily/2026-04-01", DAY, {"a": "x", "b": "x"})
    assert not state.is_current("weekly/2026-W14", DAY, {"a": "x"})
    assert not state.is_current("daily/2026-04-01", DAY, {})


def test_newest_records_come_first_and_damaged_ones_are_left_out(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    for number in range(3):
        RunRecord(f"2026040{number}T000000Z-000000", "daily").write(home.runs / f"{number}.json")
    (home.runs / "9.json").write_text("{")
    found = [record["run_id"] for record in newest_records(home, 3)]
    assert found == ["20260402T000000Z-000000", "20260401T000000Z-000000"]


def test_landing_has_another_fingerprint_after_any_touch(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    file = home.landing / "shop" / "a.csv"
    file.parent.mkdir()
    file.write_text("1")
    first, newest = fingerprint.of_landing(home)
    assert not fingerprint.is_settled(newest)
    assert fingerprint.of_landing(home)[0] == first
    stat = file.stat()
    file.write_text("2")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert fingerprint.of_landing(home)[0] != first
