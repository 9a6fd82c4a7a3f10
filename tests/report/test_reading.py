"""What is read back from a published page is what the page says."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from flows.report.pdf.drawing import for_paper
from flows.report.reading.model import (
    Badge,
    Block,
    Drawing,
    Folded,
    Grid,
    Line,
    Listing,
    Picture,
    PublishedPage,
    Run,
    Text,
    grids,
    words,
)
from flows.report.reading.nodes import Node, parse
from flows.report.reading.reader import read_page
from tests.injection.payloads import ALL
from tests.report.conftest import Rendered
from tests.report.pages import Page
from tests.report.reading import table

_LEFT_OUT = ("only-narrow", "skip", "unseen", "back", "up")


def lines(page: PublishedPage) -> Iterator[Line]:
    """Every line of a page."""
    for text in (page.eyebrow, page.verdict, page.foot):
        yield (Run(text),)
    yield from page.notes
    yield from _lines(page.opening)
    for part in page.parts:
        yield (Run(part.question),)
        yield from _lines(part.blocks)
    for term in page.terms:
        yield (Run(f"{term.term} {term.meaning}"),)


def _lines(blocks: Sequence[Block]) -> Iterator[Line]:
    for block in blocks:
        if isinstance(block, Text):
            yield block.line
        elif isinstance(block, Listing):
            yield from block.items
        elif isinstance(block, Grid):
            yield (Run(block.caption),)
            yield from ((Run(head.label),) for head in block.heads)
            yield from (cell for row in block.rows for cell in row.cells)
        elif isinstance(block, Picture):
            yield (Run(block.title),)
            yield (Run(block.caption),)
            yield (block.drawing,)
        elif isinstance(block, Folded):
            yield (Run(block.summary),)
            yield from _lines(block.blocks)


def said(page: PublishedPage) -> collections.Counter[str]:
    """The words of a page, each as often as it says it; shapes of statuses among them."""
    text = [
        " ".join([words(line), *(piece.shape for piece in line if isinstance(piece, Badge))])
        for line in lines(page)
    ]
    return collections.Counter(" ".join(text).split())


def shown(html: str) -> collections.Counter[str]:
    """The words that the page itself shows, by another reader of its markup."""
    root = parse(html)

    def words_of(node: Node) -> str:
        if node.tag in ("nav", "script", "style", "svg", "head", "form", "search", "input"):
            return ""
        if any(css in _LEFT_OUT for css in node.classes):
            return ""
        if node.tag == "a" and node.attributes.get("href") in ("report.json", "comparison.csv"):
            return ""
        inner = (c if isinstance(c, str) else words_of(c) for c in node.children)
        is_apart = node.tag not in (
            "span",
            "a",
            "code",
            "strong",
            "time",
            "em",
            "dfn",
            "button",
            "b",
        )
        return (" " if is_apart else "") + "".join(inner) + (" " if is_apart else "")

    return collections.Counter(words_of(root).split())


@pytest.mark.parametrize("kind", ["demo", "week", "older"])
def test_nothing_is_lost_and_nothing_added(kind: str, request: pytest.FixtureRequest) -> None:
    made: Rendered = request.getfixturevalue(kind)
    assert said(read_page("index.html", made.html())) == shown(made.html())


def test_every_page_of_several_shops(several: Rendered) -> None:
    for name in ("index.html", "east.html", "void.html"):
        page = read_page(name, several.html(name))
        assert said(page) == shown(several.html(name)), name
    overview = read_page("index.html", several.html())
    assert [part.question for part in overview.parts] == ["Demo Shop", "East <b>Shop</b>", "Void"]


def test_sections_and_tables_are_those_of_the_page(demo: Rendered) -> None:
    html = demo.html()
    page = read_page("index.html", html)
    raw = Page(html)
    sections = [found for found in raw.attributes("section") if "id" in found]
    assert [part.anchor for part in page.parts] == [found["id"] for found in sections]
    for part in page.parts:
        captions = re.findall(rf'<caption id="({part.anchor}-(?:f\d+-)?t\d+)">', html)
        read = list(grids(part.blocks))
        assert len(read) == len(captions) or part.anchor == "rates"
        for identity, grid in zip(captions, read, strict=False):
            rows = [
                [" ".join(_with_shape(cell).split()) for cell in row.cells] for row in grid.rows
            ]
            if "<svg" not in html.split(f'id="{identity}"', 1)[1].split("</table>", 1)[0]:
                assert rows == table(html, identity), identity


def _with_shape(line: Line) -> str:
    return "".join(
        piece.text
        if isinstance(piece, Run)
        else f"{piece.shape} {piece.word}"
        if isinstance(piece, Badge)
        else ""
        for piece in line
    )


def test_drawings_stand_alone_and_say_what_they_show(demo: Rendered, week: Rendered) -> None:
    drawings = [
        piece
        for made in (demo, week)
        for line in lines(read_page("index.html", made.html()))
        for piece in line
        if isinstance(piece, Drawing)
    ]
    assert len(drawings) > 20
    for drawing in drawings:
        root = ET.fromstring(for_paper(drawing.svg))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in for_paper(drawing.svg)
        assert drawing.words and drawing.width and drawing.height
    pictures = [b for part in read_page("x", demo.html()).parts for b in part.blocks]
    widths = {b.drawing.width for b in pictures if isinstance(b, Picture)}
    assert 640 in widths and 340 not in widths


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(ALL), st.text(max_size=30)), max_size=5))
def test_any_text_comes_back_as_it_went_in(texts: list[str]) -> None:
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    page = read_page(
        "x.html",
        f"<header><h1>v</h1></header><main><section id='s'><h2>q</h2><table><thead></thead>"
        f"<tbody><tr>{cells}</tr></tbody></table></section></main>",
    )
    (grid,) = grids(page.parts[0].blocks)
    assert [words(cell) for cell in grid.rows[0].cells] == [" ".join(t.split()) for t in texts]


def test_what_only_a_browser_needs_is_left_out() -> None:
    page = read_page(
        "x.html",
        "<header><p class='eyebrow'>Demo</p><h1>Fine</h1></header><main id='main'>"
        "<search><label>Find</label><input></search>"
        "<section id='s'><h2>q</h2><p>Late <button popovertarget='t'>dispatch</button> is 2%."
        "<button>Close</button></p><p hidden>no</p><div popover id='t'>"
        "<dfn>Late.</dfn> After its day.</div>"
        "<table><thead><tr><th class='n'><button>Orders</button></th></tr></thead>"
        "<tbody><tr><td>1</td></tr></tbody></table></section></main>"
        "<footer><p>Run r</p></footer>",
    )
    (part,) = page.parts
    assert page.opening == [] and words(part.answer) == "Late dispatch is 2%."
    (grid,) = grids(part.blocks)
    assert [(head.label, head.is_number) for head in grid.heads] == [("Orders", True)]
    assert [(term.term, term.meaning) for term in page.terms] == [("Late.", "After its day.")]
    assert page.foot == "Run r"


def test_another_page_is_refused() -> None:
    with pytest.raises(ValueError, match=r"x\.html is no report"):
        read_page("x.html", "<p>Hello</p>")
