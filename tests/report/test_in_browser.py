"""Every page in a real Chromium: what axe finds, the keyboard, the search, print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.report.index.page import render_index
from tests.report.browser import chromium, keep_rows, violations
from tests.report.conftest import Rendered
from tests.report.test_index import index
from tests.report.test_what_if import example

pytestmark = pytest.mark.end_to_end

PAGES = ("demo", "overview", "void", "week", "what_if", "index")
"""The pages that axe reads; a new kind of page joins here and in ``pages``."""
# Each width in one theme: what depends on both at once is the tokens, which have their own test.
WINDOWS = {
    "phone, light": (390, 844, "light"),
    "tablet, light": (768, 1024, "light"),
    "desktop, dark": (1280, 800, "dark"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(
    demo: Rendered,
    several: Rendered,
    week: Rendered,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """A page of each kind."""
    what_if = tmp_path_factory.mktemp("what_if") / "index.html"
    what_if.write_bytes(example())
    all_reports = tmp_path_factory.mktemp("index") / "index.html"
    all_reports.write_bytes(render_index(index()))
    return {
        "demo": demo.folder / "index.html",
        "overview": several.folder / "index.html",
        "void": several.folder / "void.html",
        "week": week.folder / "index.html",
        "what_if": what_if,
        "index": all_reports,
    }


@pytest.fixture
def page(browser: Browser, demo: Rendered) -> Iterator[Page]:
    """The daily report on a desktop."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    shown = context.new_page()
    shown.goto((demo.folder / "index.html").as_uri())
    yield shown
    context.close()


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing(
    kind: str, window: str, browser: Browser, pages: dict[str, Path]
) -> None:
    width, height, scheme = WINDOWS[window]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        # axe is put into the page, whose policy lets no script in but its own.
        bypass_csp=True,
    )
    try:
        shown = context.new_page()
        shown.goto(pages[kind].as_uri())
        keep_rows(shown, 2)
        # What is closed differs by nothing but what is not there, so once is enough.
        if width < 720:
            assert violations(shown) == []
        if shown.locator("details").count():
            shown.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
            terms = shown.locator(".sections .term")
            if terms.count():
                terms.first.click()
                assert shown.locator(".meaning:popover-open").count() == 1
        assert violations(shown) == []
    finally:
        context.close()


@pytest.mark.parametrize("kind", PAGES)
def test_pages_reflow_on_the_narrowest_screen(
    kind: str, browser: Browser, pages: dict[str, Path]
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    shown = context.new_page()
    shown.goto(pages[kind].as_uri())
    shown.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = shown.evaluate("() => document.documentElement.scrollWidth")
    context.close()
    assert wide <= 320


def test_the_first_screen_answers(browser: Browser, pages: dict[str, Path]) -> None:
    for width, height in ((1280, 800), (390, 844)):
        context = browser.new_context(viewport={"width": width, "height": height})
        shown = context.new_page()
        shown.goto(pages["demo"].as_uri())
        expect(shown.locator("h1")).to_be_in_viewport(ratio=1)
        for question in ("#today h2", "#next h2"):
            expect(shown.locator(question)).to_be_in_viewport(ratio=1)
        rates = "#rates tbody tr" if width > 720 else ".cards li"
        for rate in shown.locator(rates).all():
            expect(rate).to_be_in_viewport(ratio=1)
        context.close()


def test_the_keyboard_reaches_everything_in_order(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tops: list[float] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const e = document.activeElement, b = e.getBoundingClientRect();
              const x = Math.min(Math.max(b.x + b.width / 2, 1), innerWidth - 1);
              const y = Math.max(b.y + Math.min(b.height, 24) / 2, 1);
              const at = document.elementFromPoint(x, y);
              const shown = at !== null && (e.contains(at) || at.contains(e));
              return {top: b.top + scrollY, shown,
                      outline: getComputedStyle(e).outlineStyle, what: e.outerHTML.slice(0, 90)};
            }"""
        )
        assert seen["shown"], f"hidden while it has the focus: {seen['what']}"
        assert seen["outline"] == "solid", seen["what"]
        tops.append(seen["top"])
    inside = [later >= earlier - 400 for earlier, later in pairwise(tops)]
    assert all(inside), "the order of the keyboard is the order of the page"


def test_a_term_opens_by_key_tap_and_hover(page: Page) -> None:
    term = page.locator("#dispatch .term").first
    meaning = page.locator(f"#{term.get_attribute('popovertarget')}")
    term.focus()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        expect(meaning).to_be_visible()
        expect(meaning).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
        expect(meaning).to_be_hidden()
    expect(term).to_be_focused()
    term.hover()
    expect(meaning).to_be_visible()
    # It can be reached with the mouse, and stays as long as the mouse is on either.
    meaning.hover()
    page.wait_for_timeout(500)
    expect(meaning).to_be_visible()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    term.click()
    expect(meaning).to_be_visible()
    page.mouse.click(5, 5)
    expect(meaning).to_be_hidden()


def test_search_finds_rows_wherever_they_are(page: Page) -> None:
    field = page.get_by_role("searchbox", name="Search the lists of this page")
    whole = page.locator(".sections")
    folds = page.locator("details.fold[open]")
    assert folds.count() == 0
    rows = page.locator(".sections tbody tr:visible")
    before = rows.count()
    field.fill("nj-1 UPS")
    expect(page.locator("#found")).to_contain_text("match")
    found = rows.all_inner_texts()
    assert 0 < len(found) < before
    assert all("nj-1" in text.lower() and "ups" in text.lower() for text in found)
    said = page.locator("#found p").inner_text()
    assert said.startswith(f"{len(found)} row"), "a match in closed details would be missing"
    assert page.locator("#said").inner_text() == said
    assert whole.locator("section:visible").count() == page.locator("#found li").count()
    field.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    assert rows.count() == before
    assert folds.count() == 0
    field.fill("no such thing")
    expect(page.locator("#found")).to_contain_text("No row of this page matches.")
    assert rows.count() == 0
    # A link to what the search hides clears it.
    page.locator("#sections a").first.click()
    expect(field).to_have_value("")
    assert rows.count() == before


def test_a_column_that_is_a_term_sorts_by_its_own_button(page: Page) -> None:
    head = (
        page.locator("#dispatch-t1")
        .locator("xpath=..")
        .locator("thead th")
        .filter(has_text="Headroom")
    )
    assert head.get_attribute("aria-label") == "Headroom"
    button = head.get_by_role("button", name="Sort by Headroom")
    button.focus()
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "ascending"
    expect(page.locator("#said")).to_have_text("Sorted by Headroom, ascending")


def test_people_who_ask_for_more_contrast_or_their_own_colours_get_them(
    browser: Browser, pages: dict[str, Path]
) -> None:
    context = browser.new_context(forced_colors="active", contrast="more", reduced_motion="reduce")
    shown = context.new_page()
    shown.goto(pages["demo"].as_uri())
    seen = shown.evaluate(
        """() => {
          const of = (e) => getComputedStyle(document.querySelector(e));
          return {border: of('.st').borderTopStyle, ink: of('body').getPropertyValue('--ink'),
                  muted: of('body').getPropertyValue('--muted'),
                  moving: document.getAnimations().length};
        }"""
    )
    context.close()
    assert seen["muted"] == seen["ink"]
    assert seen["border"] in ("solid", "dashed")
    assert seen["moving"] == 0


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("kind", ["demo", "week"])
def test_print_cuts_nothing(
    kind: str, paper: str, browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    context = browser.new_context(
        # The printable width, in a dark room: paper is light all the same.
        viewport={"width": 688 if paper == "A4" else 710, "height": 1000},
        color_scheme="dark",
    )
    shown = context.new_page()
    shown.goto(pages[kind].as_uri())
    shown.emulate_media(media="print", color_scheme="dark")
    shown.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    seen = shown.evaluate(
        """() => {
          const seen = (e) => e.checkVisibility() && e.getClientRects().length > 0;
          const all = (s) => Array.from(document.querySelectorAll(s));
          return {
            ground: getComputedStyle(document.body).backgroundColor,
            controls: all('nav,input,.by,.up,.files,.skip').filter(seen).map((e) => e.outerHTML),
            closed: all('details').filter((e) => !e.open).length,
            heads: all('thead').filter(seen)
              .filter((e) => getComputedStyle(e).display !== 'table-header-group').length,
            wide: all('table,svg,p').filter(seen)
              .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
              .map((e) => e.outerHTML.slice(0, 300)),
          };
        }"""
    )
    assert seen["ground"] == "rgb(255, 255, 255)"
    assert seen["controls"] == []
    assert seen["closed"] == 0
    assert seen["heads"] == 0
    assert seen["wide"] == []
    content = shown.pdf(format=paper, print_background=False)
    context.close()
    sheets = len(re.findall(rb"/Type /Page\b(?!s)", content))
    assert 5 <= sheets <= 40, sheets
