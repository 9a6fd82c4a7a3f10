"""Payloads in every text column of every feed, through the real commands, end as inert text."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from flows.home.files import files_under
from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import DAY, FIRST, LAST, Done, greenzone
from tests.end_to_end.test_browser import browser
from tests.injection import mrkdwn
from tests.injection.payloads import MARKUP
from tests.injection.shop import drop_strange_files, poison, text_columns

__all__ = ["browser"]
pytestmark = pytest.mark.end_to_end

PHONE = (390, 844)
ODD_SHOP = "<img src=x onerror=window.owned=1>`=1+1"
SCENARIOS = ("bad_creator", "carrier_meltdown", "oversell", "repeat_returner")
# Feeds that the simulator does not write; each is read by its own tests.
NOT_SIMULATED = {
    "reference/candidate_sites",
    "reference/cost_assumptions",
    "reference/grade_routes",
    "reference/handling_times",
    "reference/preferred_routes",
}
# What no page may hold besides what its templates and charts make.
_FOREIGN = (
    "iframe, img, image, object, embed, form, input, base, textarea, select, audio, video, math, "
    "noscript, foreignObject, animate, set, use, template, dialog, meta[http-equiv=refresh], "
    "[id*=owned], [data-owned], link, html > style, body style"
)
# The page's own search, by ids that no foreign text can give.
_OWN = "#find, #find-form, #find-text, #find-status"
_PROBE = """([foreign, own]) => {
  const all = Array.from(document.querySelectorAll('*'));
  return {
    owned: String(window.owned),
    foreign: Array.from(document.querySelectorAll(foreign)).filter(e => !e.matches(own))
      .map(e => e.outerHTML.slice(0, 200)),
    scripts: document.querySelectorAll('script').length,
    handlers: all.filter(e => Array.from(e.attributes).some(a => /^on/i.test(a.name)))
      .map(e => e.outerHTML.slice(0, 200)),
    links: Array.from(document.querySelectorAll('[href], [src], [action], [xlink\\\\:href]'))
      .map(e => e.getAttribute('href') || e.getAttribute('src') || e.getAttribute('action')),
    wide: [document.documentElement.scrollWidth, window.innerWidth],
    text: document.body.textContent,
  };
}"""
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"[-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?%?")
_FORMULA = re.compile(r'[\s\x00-\x1f"\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]')


@dataclass(frozen=True)
class Poisoned:
    """A home folder whose exports are full of payloads, and what the commands said of it."""

    home: Home
    columns: set[tuple[str, str]]
    said: dict[str, Done]


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Poisoned:
    home = Home(tmp_path_factory.mktemp("home"))
    simulate(home.root, "demo", FIRST, LAST, 20, 5, SCENARIOS, truth=False)
    simulate(home.root, "odd", FIRST, LAST, 2, 6, truth=False)
    (home.landing / "odd").rename(home.landing / ODD_SHOP)
    columns = poison(home.landing / "demo") | poison(home.landing / ODD_SHOP)
    strange = drop_strange_files(home.landing / "demo")
    (home.landing / "owned\x1b[31m\nshop").mkdir()
    said = {"daily": greenzone(home, "daily", "--date", DAY)}
    week = "{}-W{:02d}".format(*LAST.isocalendar()[:2])
    said["weekly"] = greenzone(home, "weekly", "--week", week)
    said["check"] = greenzone(home, "check", *map(str, strange))
    said["check --json"] = greenzone(home, "check", "--json", *map(str, strange))
    said["check nothing"] = greenzone(home, "check", "owned\x1b[31m\x9b.csv")
    said["wrong option"] = greenzone(home, "daily", "--owned\x1b[31m")
    said["pulse"] = greenzone(home, "pulse", "--at", f"{DAY}T14:00", "--debug")
    said["status"] = greenzone(home, "status")
    said["status --json"] = greenzone(home, "status", "--json")
    return Poisoned(home, columns, said)


def test_every_text_column_held_a_payload(poisoned: Poisoned) -> None:
    free = {(feed, c.name) for feed, c in text_columns() if feed not in NOT_SIMULATED}
    # Columns in which a simulated shop of this market never has a value.
    empty = free - poisoned.columns
    assert {feed for feed, _ in free} == {feed for feed, _ in poisoned.columns}
    assert len(empty) <= 14, sorted(empty)


def test_the_commands_do_their_work(poisoned: Poisoned) -> None:
    codes = {name: done.code for name, done in poisoned.said.items()}
    expected = dict.fromkeys(codes, 0) | {"check nothing": 2, "wrong option": 2}
    assert codes == expected, {n: d.err[-2000:] for n, d in poisoned.said.items()}


def test_nothing_reaches_the_terminal_raw(poisoned: Poisoned) -> None:
    for name, done in poisoned.said.items():
        for stream in (done.out, done.err):
            found = _UNSEEN.search(stream)
            assert not found, (name, stream[max(0, found.start() - 80) : found.end() + 80])
            assert not re.search(r"^greenzone: nothing to do", stream, re.MULTILINE), name
        if name.endswith("--json"):
            assert done.json


@pytest.mark.parametrize("keeps_policy", [True, False], ids=["as published", "without the policy"])
def test_pages_run_load_and_break_nothing(
    poisoned: Poisoned, browser: Browser, tmp_path: Path, keeps_policy: bool
) -> None:
    pages = [path for path in files_under(poisoned.home.reports) if path.suffix == ".html"]
    assert len(pages) == 7, pages
    shown = ""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    for number, path in enumerate(pages):
        text = path.read_text(encoding="utf-8")
        assert _POLICY.search(text)
        # Escaping has to be enough where a browser, or a mail program, knows no policy.
        copy = tmp_path / f"{number}.html"
        copy.write_text(text if keeps_policy else _POLICY.sub("", text), encoding="utf-8")
        found = _probe(context.new_page(), copy)
        assert found["owned"] == "undefined", path
        assert found["foreign"] == [], path
        assert found["handlers"] == [], path
        # The index has data in an element of that name, which no browser runs.
        assert found["scripts"] == 1 + (path.parent == poisoned.home.reports), path
        schemes = {urlsplit(link).scheme for link in found["links"] if link}
        assert schemes <= {""}, (path, found["links"])
        assert not [link for link in found["links"] if link and link.startswith("//")]
        assert found["wide"][0] <= found["wide"][1], path
        assert not _UNSEEN.search(found["text"]), path
        shown += found["text"]
    context.close()
    assert sum(payload in shown for payload in MARKUP) > len(MARKUP) / 2


def _probe(page: Page, path: Path) -> dict[str, Any]:
    """Open a page, do on it what readers do, and say what it holds and what it asked for."""
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(path.as_uri(), wait_until="networkidle")
    page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate("() => document.querySelectorAll('thead button').forEach(b => b.click())")
    page.evaluate(
        "() => document.querySelectorAll('a, td, th').forEach(e => e.dispatchEvent("
        "new MouseEvent('mouseover', {bubbles: true})))"
    )
    page.wait_for_timeout(200)
    found = page.evaluate(_PROBE, [_FOREIGN, _OWN])
    assert isinstance(found, dict)
    assert requests == [path.as_uri()]
    assert complaints == []
    page.close()
    return found


def _tables(home: Home) -> Iterator[Path]:
    for folder in (home.reports, home.pulse, home.quarantine, home.root / "what_if"):
        yield from (path for path in files_under(folder) if path.suffix == ".csv")


def test_no_cell_is_a_formula(poisoned: Poisoned) -> None:
    cells = 0
    for path in _tables(poisoned.home):
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in rows}) == 1, path
        # As a spreadsheet reads it here, and as one that takes other signs for the ends of cells.
        apart = re.split("[;|\t\r\n\x0b\x0c\x85\u2028\u2029]", text)
        for cell in [*(cell for row in rows for cell in row), *apart]:
            cells += bool(cell)
            is_number = _NUMBER.fullmatch(cell.strip())
            assert is_number or not _FORMULA.match(cell), (path.name, cell)
    assert cells > 10_000


def test_messages_call_link_and_format_nothing(poisoned: Poisoned) -> None:
    alerts = [path for path in files_under(poisoned.home.alerts) if path.suffix == ".json"]
    assert {path.name.split(".")[0] for path in alerts} >= {"gate_warning", "refused_files"}
    for path in alerts:
        message = json.loads(path.read_text(encoding="utf-8"))
        title, *parts = mrkdwn.texts(message)[1:]
        for part in [message["text"], *parts]:
            assert mrkdwn.active(part) == [], (path.name, part)
        assert not {"call", "special", "cut entity", "link", "unseen"} & set(mrkdwn.active(title))


def test_files_for_machines_and_logs_hold_nothing_unseen(poisoned: Poisoned) -> None:
    home = poisoned.home
    looked = 0
    for folder in (home.reports, home.alerts, home.runs, home.pulse, home.quarantine):
        for path in files_under(folder):
            if path.suffix == ".json":
                text = path.read_text(encoding="utf-8")
                json.loads(text)
                assert not _UNSEEN.search(text), path
                looked += 1
    logs = [path for path in files_under(home.root) if path.suffix == ".log"]
    for path in logs:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not _UNSEEN.search(text), path
    assert looked > 10


def test_the_numbers_are_those_of_the_words(poisoned: Poisoned, tmp_path: Path) -> None:
    """A payload in a name changes no count: the same shop without payloads has as many orders."""
    import duckdb

    clean = Home(tmp_path)
    simulate(clean.root, "demo", FIRST, LAST, 20, 5, SCENARIOS, truth=False)
    count = len(set(_order_ids(clean.landing / "demo")))
    shutil.rmtree(clean.root)
    with duckdb.connect(str(poisoned.home.published), read_only=True) as connection:
        [(orders,)] = connection.execute(
            "select count(*) from marts.orders where shop_id = 'demo'"
        ).fetchall()
    assert orders == count


def _order_ids(shop: Path) -> Iterator[str]:
    from tests.end_to_end.landing import tables_under

    for path, table in tables_under(shop / "seller_center").items():
        if path.name.startswith("All order"):
            yield from (row[table.header.index("Order ID")].strip() for row in table.rows)
