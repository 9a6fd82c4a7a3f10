"""The index is staged from what the publication will leave, and reads each report once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.home.files import read_json
from flows.home.layout import Home
from flows.home.publish import Publication
from flows.home.state import PublicationState
from flows.running import indexing

FIRST, SECOND, THIRD = (f"2026041{day}T010000Z-aaaaa{day}" for day in (1, 2, 3))
DAY = "daily/2026-04-10"


def _report(folder: Path, verdict: str, status: str = "ok") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shop: dict[str, Any] = {"shop_id": "a", "name": "Shop A", "verdict": verdict}
    shop["rates"] = [{"status": status, "is_judged": True}]
    (folder / "report.json").write_text(json.dumps({"shops": [shop]}))
    (folder / "index.html").write_text(verdict)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """One day, whose second edition is the newest."""
    made = Home(tmp_path / "home").create()
    _report(made.reports / DAY, "All four rates are on target.")
    _report(made.reports / DAY / "editions" / FIRST, "One of four rates is in breach.", "breach")
    return made


def _state(**runs: str) -> PublicationState:
    return PublicationState(
        editions={name.replace("__", "/"): {"run_id": run, "shops": {}}
                  for name, run in {DAY: SECOND, **runs}.items()}
    )  # fmt: skip


def _stage(home: Home, state: PublicationState, run: str = THIRD) -> str:
    publication = Publication(home, run)
    indexing.stage(publication, state, "2026-04-13T01:00:00+00:00")
    publication.path(home.runs / f"{run}.json").write_text("{}")
    publication.commit()
    return (home.reports / "index.html").read_text(encoding="utf-8")


def test_each_report_is_read_once(home: Home) -> None:
    page = _stage(home, _state())
    assert "All four rates are on target." in page
    assert f"{DAY}/editions/{FIRST}/index.html" in page
    known = read_json(home.private / "index.json")
    assert [(line["name"], line["run_id"], line["status"]) for line in known or ()] == [
        (DAY, SECOND, "ok")
    ]
    # An older report is not looked at again, and one that another run wrote is.
    _report(home.reports / "daily" / "2026-04-12", "The newest.")
    (home.reports / DAY / "report.json").write_text("never read")
    newer = _state(**{"daily/2026-04-12": THIRD})
    assert "All four rates are on target." in _stage(home, newer)


@pytest.mark.parametrize("content", ["", "[1]", "{", '[{"name": 1}]'])
def test_a_lost_or_damaged_memory_is_made_again(home: Home, content: str) -> None:
    page = _stage(home, _state())
    (home.private / "index.json").write_text(content)
    assert _stage(home, _state()) == page


def test_a_report_that_cannot_be_read_is_listed_all_the_same(home: Home) -> None:
    (home.reports / DAY / "report.json").write_text('{"shops": [{}]}')
    assert f'href="{DAY}/index.html"' in _stage(home, _state())


def test_what_is_put_aside_is_linked_and_what_is_dropped_is_not(home: Home) -> None:
    publication = Publication(home, THIRD)
    _report(publication.folder(home.reports / DAY), "Restated.")
    publication.replace_edition(home.reports / DAY, SECOND)
    publication.drop_folder(home.reports / DAY / "editions" / FIRST)
    assert indexing.Editions(publication).of(DAY, THIRD) == [SECOND]
    state = PublicationState(editions={DAY: {"run_id": THIRD, "shops": {}}})
    indexing.stage(publication, state, "")
    staged = publication.path(home.reports / "index.html").read_text(encoding="utf-8")
    assert "Restated." in staged
    assert f"editions/{SECOND}/index.html" in staged
    assert FIRST not in staged


def test_after_a_roll_back_the_later_edition_is_not_called_earlier(home: Home) -> None:
    _report(home.reports / DAY, "One of four rates is in breach.", "breach")
    _report(home.reports / DAY / "editions" / SECOND, "All four rates are on target.")
    page = _stage(home, _state(**{DAY: FIRST}))
    assert "1 report was rolled back." in page
    assert "Rolled back: 1 later edition is kept." in page
    assert "Apr 12, 2026, 01:00 UTC (later)</a>" in page
    assert "written anew" not in page.partition("<script")[0].lower()
    assert f"editions/{FIRST}/" not in page


def test_without_a_report_there_is_no_index(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    publication = Publication(home, THIRD)
    indexing.stage(publication, PublicationState(), "")
    assert not publication.steps
