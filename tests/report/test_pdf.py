"""The PDF of a report, read back."""

from __future__ import annotations

import collections
import re
import time
from dataclasses import replace

import pytest

from flows.report.pdf.content import document
from flows.report.pdf.signs import foreign_signs, with_replaced
from flows.report.pdf.typeset import MISSING_SIGN, typeset
from flows.report.reading.model import Cells, Grid, Head, Part, PublishedPage, Run, grids, words
from flows.report.reading.reader import read_page
from tests.injection.payloads import ALL
from tests.report.conftest import Rendered
from tests.report.marts_fixture import HOSTILE
from tests.report.pdf_reading import Pdf


def pages_of(made: Rendered, *names: str) -> list[PublishedPage]:
    return [read_page(name, made.html(name)) for name in names or ("index.html",)]


def page_with(
    rows: list[list[str]], question: str = "Which?", anchor: str = "list"
) -> PublishedPage:
    """A page of one table."""
    grid = Grid(
        f"{len(rows)} rows.",
        [Head(f"Column {place}", place > 2) for place in range(len(rows[0]))],
        [Cells([(Run(cell),) for cell in row]) for row in rows],
    )
    part = Part(anchor, question, [grid])
    return PublishedPage(
        "index.html", "Demo · Mon Nov 23, 2026", "All is well.", [], [], [part], "Run x"
    )


@pytest.fixture(scope="module")
def pdf(demo: Rendered) -> Pdf:
    made = typeset(pages_of(demo))
    assert made.is_accessible and not made.replaced
    return Pdf(made.content)


def squeezed(text: str) -> str:
    """Without blanks and hyphens: lines of a cell end where the paper does."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)


def test_it_says_what_the_page_says(demo: Rendered, pdf: Pdf) -> None:
    (page,) = pages_of(demo)
    said = squeezed("".join(pdf.texts))
    assert pdf.strings("Title")[-1] == page.verdict or page.verdict in pdf.strings("Title")
    for text in (page.verdict, page.eyebrow, page.foot, *(words(note) for note in page.notes)):
        assert squeezed(text) in said, text
    for part in page.parts:
        assert squeezed(part.question) in said
        for grid in grids(part.blocks):
            assert squeezed(grid.caption) in said, grid.caption
            for row in grid.rows:
                for cell in row.cells:
                    assert squeezed(words(cell)) in said, (part.anchor, words(cell))


def test_it_is_tagged_has_an_outline_and_numbered_pages(demo: Rendered, pdf: Pdf) -> None:
    (page,) = pages_of(demo)
    assert {"H1", "H2", "P", "Table", "TH", "TD", "Figure", "L", "LI", "Link"} <= pdf.tags()
    assert b"/Lang" in pdf.content and b"pdfuaid:part" in pdf.content
    titles = pdf.strings("Title")
    assert all(part.question in titles for part in page.parts)
    shown = pdf.texts
    assert len(shown) > 3
    for number, text in enumerate(shown, start=1):
        assert f"Page {number} of {len(shown)}" in text
        assert page.eyebrow in text and "20261124T081500Z-3f9a1c" in text
    drawn = [alt for alt in pdf.strings("Alt") if alt]
    assert any("target" in alt for alt in drawn)


def test_statuses_have_a_shape_and_a_word(pdf: Pdf) -> None:
    assert re.search(r"■ ?Breach", "".join(pdf.texts))


def test_same_page_same_bytes_and_papers_differ(demo: Rendered) -> None:
    (page,) = pages_of(demo)
    pages = [replace(page, parts=page.parts[:5])]
    first = typeset(pages).content
    assert first == typeset(pages).content
    letter = typeset(pages, "letter").content
    assert b"MediaBox[0 0 595.2756 841.8898]" in first and b"MediaBox[0 0 612 792]" in letter


def test_shops_follow_their_overview_and_it_leads_to_them(several: Rendered) -> None:
    names = ("index.html", "demo.html", "east.html", "void.html")
    # Not all that the first shop's page says: another test does that.
    pages = [replace(page, parts=page.parts[:9]) for page in pages_of(several, *names)]
    data = document(pages)
    assert [page["verdict"] for page in data["pages"]] == [page.verdict for page in pages]
    made = typeset(pages)
    said = "".join(Pdf(made.content).texts)
    assert made.is_accessible and "East <b>Shop</b>" in said
    linked = {run["l"] for part in data["pages"][0]["parts"] for run in _runs(part) if run["l"]}
    assert any(place.startswith("demo.html#") for place in linked)
    shops = [part["leads_to"] for part in data["pages"][0]["parts"]]
    assert shops == ["demo.html#", "east.html#", "void.html#"]


def _runs(value: object) -> list[dict[str, str]]:
    if isinstance(value, dict):
        own = [value] if "l" in value and "x" in value else []
        return own + [run for item in value.values() for run in _runs(item)]
    return [run for item in value for run in _runs(item)] if isinstance(value, list) else []


def test_reviews_can_be_set(week: Rendered) -> None:
    (page,) = pages_of(week)
    made = typeset([replace(page, parts=page.parts[:5])])
    said = " ".join(Pdf(made.content).texts)
    assert made.is_accessible and "Headroom" in said and "Did we hold the line?" in said


def test_foreign_text_is_data(demo: Rendered, pdf: Pdf) -> None:
    assert HOSTILE in "".join(pdf.texts)
    markup = [
        '#panic("x")',
        "$x$ *bold* _it_ = head",
        "]#set page(width: 1pt)[",
        "\\u{41} `raw`",
        "@ref <label>",
    ]
    rows = [[text, text, "1"] for text in (*markup, *ALL)]
    made = typeset([page_with(rows, question='#read("/etc/passwd")')])
    said = squeezed("".join(Pdf(made.content).texts))
    assert made.is_accessible
    assert all(squeezed(text) in said for text in markup)
    assert squeezed('#read("/etc/passwd")') in said


def test_signs_without_a_glyph_are_shown_as_boxes_and_said() -> None:
    rows = [["漢字 shop", "😀 ok", "café"], ["ไทย", "Ω → ≥", "x"]]
    made = typeset([page_with(rows)])
    said = "".join(Pdf(made.content).texts)
    assert made.is_accessible and made.replaced == 6
    assert f"{MISSING_SIGN * 2} shop" in said and f"{MISSING_SIGN} ok" in said
    assert "café" in said and "≥" in said
    assert f"{MISSING_SIGN} stands for a sign" in said


def test_long_lists_are_set_in_seconds_with_their_heads_on_every_page() -> None:
    many = [
        [f"5764612345678{place:05d}", "Seattle Own", "Label created", str(place), "7"]
        for place in range(1000)
    ]
    page = page_with(many)
    parts = [replace(page.parts[0], anchor=f"list{number}") for number in range(2)]
    started = time.process_time()
    made = typeset([replace(page, parts=parts)])
    took = time.process_time() - started
    pdf = Pdf(made.content)
    heads = collections.Counter("Column 0 Column 1" in text for text in pdf.texts)
    assert heads[True] == len(pdf.pages) > 25
    assert "576461234567800999" in pdf.texts[-1]
    assert took < 10, took
    assert len(made.content) < 4_000_000


def test_replaced_signs_leave_places_alone() -> None:
    data = {"label": "é#x", "r": ["é", {"x": "aé", "s": "", "l": "é#x"}]}
    assert foreign_signs(data) == "é"
    assert with_replaced(data, ["é"], "?") == {
        "label": "é#x",
        "r": ["?", {"x": "a?", "s": "", "l": "é#x"}],
    }
