"""The daily report in a real browser: a phone, a tablet, a desktop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Request

from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import DAY, FIRST, LAST, greenzone
from tests.end_to_end.landing import Table, tables_under, write
from tests.report.browser import chromium

pytestmark = pytest.mark.end_to_end

WIDTHS = {390: 844, 768: 1024, 1280: 800}
HOSTILE = (
    "<img src=//evil.example/x onerror=document.title='owned'>",
    "<script>document.title='owned'</script>",
    "</td></table><iframe src=//evil.example></iframe>",
)


@dataclass
class Watched:
    """A page and what it did: what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        """Load a file and wait until nothing more is under way."""

        def ask(request: Request) -> None:
            self.requests.append(request.url)

        self.page.on("request", ask)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.goto(path.as_uri(), wait_until="networkidle")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a shop some of whose creators have names that are markup."""
    home = Home(tmp_path_factory.mktemp("home"))
    made = simulate(home.root, "demo", FIRST, LAST, 20, 5, ["bad_creator"], truth=False)
    _rename_creators(made.landing)
    done = greenzone(home, "daily", "--date", DAY)
    assert done.code == 0, done.err
    return home.reports / "daily" / DAY / "index.html"


def _rename_creators(shop: Path) -> None:
    """Give the creators that sell most hostile names, in every export that names them."""
    tables = {
        path: (table, column)
        for path, table in tables_under(shop / "seller_center").items()
        for column, name in enumerate(table.header)
        if name in ("Creator Handle", "Creator Username")
    }
    handles = [row[column].lstrip("@") for table, column in tables.values() for row in table.rows]
    known = sorted({handle for handle in handles if handle}, key=handles.count, reverse=True)
    names = dict(zip(known, HOSTILE, strict=False))
    for path, (table, column) in tables.items():
        rows = [
            [*row[:column], names.get(row[column].lstrip("@"), row[column]), *row[column + 1 :]]
            for row in table.rows
        ]
        path.unlink()
        plain = path.with_suffix(".csv") if path.suffix == ".zip" else path
        write(plain, Table(table.header, rows))


@pytest.fixture(params=WIDTHS)
def shown(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Watched]:
    """The report, loaded in a window of this width."""
    width = request.param
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]})
    watched = Watched(context.new_page())
    watched.open(report)
    yield watched
    context.close()


def test_the_page_loads_quietly_and_alone(shown: Watched, report: Path) -> None:
    assert shown.complaints == []
    assert [url for url in shown.requests if urlsplit(url).scheme != "file"] == []
    assert {urlsplit(url).path for url in shown.requests} == {urlsplit(report.as_uri()).path}
    heading = shown.page.locator("h1")
    assert heading.count() == 1
    assert heading.is_visible()
    assert heading.inner_text() == shown.page.title()


def test_nothing_is_wider_than_the_window(shown: Watched) -> None:
    wide = shown.page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    shown.page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
    shown.page.evaluate("() => window.scrollTo(1000, 0)")
    assert shown.page.evaluate("() => window.scrollX") == 0


def test_foreign_text_stays_text(shown: Watched) -> None:
    text = shown.page.locator("main").inner_text()
    for name in HOSTILE:
        assert name in text
    assert shown.page.locator("img, iframe").count() == 0
    assert shown.page.locator("script").count() == 1
    assert shown.page.title() != "owned"


def test_a_table_sorts_by_a_column_and_back(shown: Watched) -> None:
    table = shown.page.locator("#returns table[data-sorts]").filter(has_text=HOSTILE[0]).first
    place = _place_of(table, "Ordered")
    button = table.locator("thead th").nth(place).get_by_role("button")
    given = _numbers(table, place)
    assert given != sorted(given), "the given order is another one"
    button.click()
    assert _numbers(table, place) == sorted(given)
    assert table.locator("th[aria-sort]").count() == 1
    assert table.locator("thead th").nth(place).get_attribute("aria-sort") == "ascending"
    assert "ascending" in shown.page.locator("#said").inner_text()
    button.focus()
    shown.page.keyboard.press("Enter")
    assert _numbers(table, place) == sorted(given, reverse=True)
    assert shown.complaints == []


def _place_of(table: Locator, label: str) -> int:
    return table.locator("thead th").all_inner_texts().index(label)


def _numbers(table: Locator, place: int) -> list[float]:
    texts = table.locator(f"tbody tr > :nth-child({place + 1})").all_inner_texts()
    return [float(text.replace(",", "")) for text in texts]
