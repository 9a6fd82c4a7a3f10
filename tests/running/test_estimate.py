"""How long the rest takes, from the days that are done and from past runs; and what became."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flows.home.layout import Home
from flows.home.runs import RunRecord
from flows.running.changes import in_words as in_words_of_change
from flows.running.changes import lines
from flows.running.estimate import Progress, in_words, pace_of

DAY = date(2026, 4, 11)


def _record(
    home: Home, number: int, report: float, days: int, status: str = "published", stayed: int = 0
) -> None:
    home.create()
    record = RunRecord(f"2026041{number}T010000Z-aaaaaa", "daily")
    record.days = [str(DAY)] * days
    record.changes = {"kept_editions": [str(DAY)] * stayed}
    record.timings = {"ingest": 1.0, "build": 30.0, "report": report, "publish": 3.0}
    record.close(status)
    record.write(home.runs / f"{record.run_id}.json")


def test_nothing_is_guessed_before_the_first_run(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert pace_of(home) is None
    _record(home, 1, 4.0, 1, "failed")
    assert pace_of(home) is None


def test_the_pace_is_the_middle_of_past_runs(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for number, (report, days) in enumerate([(2.0, 1), (40.0, 10), (100.0, 1)]):
        _record(home, number, report, days)
    pace = pace_of(home)
    assert pace is not None
    assert (pace.day, pace.before, pace.after) == (4.0, 31.0, 3.0)
    assert pace.total(10) == 74.0


def test_a_day_that_was_compared_and_stayed_is_a_day(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _record(home, 1, 40.0, 100, stayed=99)
    pace = pace_of(home)
    assert pace is not None
    assert pace.day == 0.4


def test_progress_says_what_is_left_by_the_last_days(tmp_path: Path) -> None:
    said: list[str] = []
    clock = [0.0]
    told = Progress(Home(tmp_path), 100, said.append, lambda: clock[0])
    for _ in range(4):
        clock[0] += 30.0
        told.step(DAY)
    assert told.share == 0.04
    assert said[-1] == "2026-04-11 done, 4 of 100 days; about 48 min left"
    for _ in range(96):
        told.step(DAY)
    assert said[-1] == "2026-04-11 done, 100 of 100 days"


def test_a_time_is_said_as_people_do() -> None:
    assert [in_words(seconds) for seconds in (5, 100, 7800)] == [
        "under a minute",
        "about 2 min",
        "about 2 h 10 min",
    ]


def test_what_became_of_the_numbers_is_said_worst_first() -> None:
    row = {
        "shop_id": "demo", "as_of_on": "2026-04-10", "metric": "late_dispatch_rate",
        "was_numerator": 3, "was_denominator": 100, "was_value": 0.03, "was_status": "ok",
        "is_numerator": 5, "is_denominator": 100, "is_value": 0.05, "is_status": "breach",
        "cause": "files", "files": "late.csv",
        "basis": "platform", "window_name": "week", "is_judged": True,
    }  # fmt: skip
    said = lines(
        {
            "numbers": 12,
            "days": 3,
            "judged_numbers": 4,
            "status_changes": 1,
            "first_published": ["2026-04-01"],
            "kept_editions": ["2026-04-02", "2026-04-03"],
            "file": "x.csv",
            "largest": [row],
        }
    )
    assert said == [
        "1 day published for the first time.",
        "2 days with the same numbers: the report that is there stays.",
        "12 published numbers of 3 days changed, 4 of them judged by the platform, "
        "1 of these with another status.",
        "2026-04-10 demo, late dispatch: 3.0% (3 of 100), on target -> 5.0% (5 of 100), breach "
        "(files: late.csv)",
    ]
    other = {**row, "basis": "due", "window_name": "rolling_30d", "is_judged": False}
    assert in_words_of_change(other).startswith(
        "2026-04-10 demo, late dispatch, by due date in the last 30 days: 3.0% (3 of 100)"
    )
