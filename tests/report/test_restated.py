"""A report that was written anew says so, why, and where its earlier editions are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flows.report.sentences.trust import edition_sentence, restated_day_sentence
from tests.report.conftest import DEMO, context, daily
from tests.report.reading import section, text

FIRST, SECOND = "20201101T081500Z-3f9a1c", "20201102T081500Z-3f9a1c"


def test_a_restated_report_links_its_place_in_the_index(warehouse: Path, tmp_path: Path) -> None:
    told = replace(
        context(DEMO),
        index="../../index.html",
        report="daily/2026-11-23",
        earlier=(SECOND, FIRST),
    )
    made = daily(tmp_path, warehouse, told)
    said = text(section(made, "trust"))
    assert "Written before on Nov 2, 2020, 08:15 UTC and Nov 1, 2020, 08:15 UTC; " in said
    assert 'href="../../index.html#2026-11-23">Earlier editions of this report' in made.html()
    assert 'href="../../index.html" id="all-reports">All reports' in made.html()


def test_a_first_edition_says_nothing_of_others(warehouse: Path, tmp_path: Path) -> None:
    made = daily(tmp_path, warehouse, context(DEMO))
    assert "Written before on" not in made.html()
    assert "Earlier editions" not in made.html()
    assert "all-reports" not in made.html().split("<script>")[0]


def test_why_is_said_with_the_editions() -> None:
    causes = ["changed rules", "new files"]
    assert restated_day_sentence(1, causes) == (
        "Restated: 1 rate changed since this was first published (changed rules and new files)."
    )
    assert edition_sentence(2, causes[1:], ["a", "b", "c", "d", "e"]) == (
        "Written before on a, b and c, and 2 times before; 2 rates of this report changed since "
        "(new files)."
    )
    assert edition_sentence(0, [], ["a"]) == (
        "Written before on a; no rate of this report changed since."
    )
