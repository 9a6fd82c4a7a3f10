"""The message that is made of a report: what it says, and that mail programs can show it."""

from __future__ import annotations

import email
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from flows.report.email.first_screen import Piece, bar, first_screen
from flows.report.email.message import MOST_BYTES, Mail, message
from flows.report.published import PublishedReport
from flows.report.reading.model import words
from flows.report.reading.reader import read_page
from tests.report.conftest import Rendered
from tests.report.pages import Page

CHROMIUM = Path("/usr/bin/chromium")


def published(made: Rendered, kind: str = "daily") -> PublishedReport:
    facts = json.loads((made.folder / "report.json").read_text(encoding="utf-8"))
    return PublishedReport(kind, "2026-11-23", made.folder, facts)


def mail_of(made: Rendered, kind: str = "daily", pdf: bytes = b"") -> Mail:
    return message(published(made, kind), [read_page("index.html", made.html())], pdf, "a.pdf")


def parsed(mail: Mail) -> EmailMessage:
    read = email.message_from_bytes(mail.content, policy=default)
    assert isinstance(read, EmailMessage) and not read.defects
    return read


def content(read: EmailMessage, kind: str) -> str:
    body = read.get_body((kind,))
    assert body is not None and not body.defects
    return str(body.get_content())


def test_the_subject_is_the_verdict_and_both_texts_say_the_first_screen(demo: Rendered) -> None:
    page = read_page("index.html", demo.html())
    read = parsed(mail_of(demo))
    assert read["Subject"] == page.verdict
    assert read["X-Unsent"] == "1" and read["To"] is None and read["From"] is None
    html = " ".join(" ".join(Page(content(read, "html")).text).split())
    plain = " ".join(content(read, "plain").split())
    for said in (html, plain):
        assert page.verdict in said and page.eyebrow in said
        for anchor in ("next", "today"):
            part = page.part(anchor)
            assert part and (part.question in said or part.question.upper() in said)
        for part in page.parts[3:]:
            assert part.question in said
            assert words(part.answer) in said, part.anchor
        assert "Late dispatch" in said and "Breach" in said
        assert "reports/daily/2026-11-23/index.html" in said
    assert html.index("hurt next") < html.index("do today") < html.index("green zone")
    assert "#dispatch" in html


def test_the_html_is_what_mail_programs_show(demo: Rendered) -> None:
    html = mail_of(demo).html
    page = Page(html)
    assert not {"script", "svg", "img", "link", "iframe", "form", "a"} & {t for t, _ in page.tags}
    assert "http" not in html and "url(" not in html and "@import" not in html
    assert len(html.encode()) < MOST_BYTES
    tables = page.attributes("table")
    assert sum("role" not in table for table in tables) == 1
    assert all(table.get("role", "presentation") == "presentation" for table in tables)
    # Inline, since clients drop style sheets; what stays is for dark screens alone.
    assert all(found.get("style") for found in [*page.attributes("p"), *page.attributes("h2")])
    (kept,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert kept.startswith("@media") and "prefers-color-scheme:dark" in kept.replace(" ", "")


def test_a_pdf_goes_with_it_and_the_bytes_are_always_the_same(demo: Rendered) -> None:
    first = mail_of(demo, pdf=b"%PDF-1.7 x")
    assert first.content == mail_of(demo, pdf=b"%PDF-1.7 x").content
    (attached,) = parsed(first).iter_attachments()
    assert attached.get_content() == b"%PDF-1.7 x"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == "a.pdf"
    assert "attached as a.pdf" in content(parsed(first), "plain")
    assert all(len(line) <= 998 for line in first.content.splitlines())
    at = replace(published(demo), facts={**published(demo).facts, "generated": "2026-11-24T08:15Z"})
    dated = message(at, [read_page("index.html", demo.html())], b"", "")
    assert parsed(dated)["Date"].datetime.isoformat() == "2026-11-24T08:15:00+00:00"


def test_several_shops_are_told_one_by_one(several: Rendered) -> None:
    mail = mail_of(several)
    said = " ".join(" ".join(Page(mail.html).text).split())
    assert mail.subject == "2 of 3 shops have a rate in breach."
    assert "East <b>Shop</b>" in said and "<b>" not in mail.html
    assert "Void" in said and "Headroom" in said


def test_a_hundred_shops_still_fit(several: Rendered) -> None:
    overview = read_page("index.html", several.html())
    many = replace(overview, parts=list(overview.parts) * 200)
    html = message(published(several), [many], b"", "").html
    assert len(html.encode()) <= MOST_BYTES
    assert "more shops are in the report." in html
    some = message(published(several), [replace(many, parts=many.parts[:100])], b"", "").html
    assert len(some.encode()) <= MOST_BYTES and some.count("<h2") == 100


def test_a_review_asks_for_its_decisions(week: Rendered) -> None:
    page = read_page("index.html", week.html())
    screen = first_screen(page)
    assert [passage.question for passage in screen.passages] == [
        "The four rates",
        "Which decisions are asked?",
    ]
    said = " ".join(" ".join(Page(mail_of(week, "weekly").html).text).split())
    assert "Owner:" in said and "Did we hold the line?" in said


@pytest.mark.parametrize(
    ("value", "target", "kinds"),
    [
        ("2.0%", "4.0% at most", ["value", "rest", "target", "rest"]),
        ("11.2%", "4.0% at most", ["value", "target", "value", "rest"]),
        ("97.0%", "95.0% at least", ["value", "target", "value", "rest"]),
        ("0.0%", "4.0% at most", ["rest", "target", "rest"]),
        ("6 of 8", "80.0% at least", []),
        ("–", "", []),
    ],
)
def test_a_bar_is_as_wide_as_its_rate(value: str, target: str, kinds: list[str]) -> None:
    pieces = bar(value, target)
    assert [piece.kind for piece in pieces] == kinds
    assert sum(piece.width for piece in pieces) == (120 if pieces else 0)
    assert all(isinstance(piece, Piece) and piece.width > 0 for piece in pieces)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is missing (package chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


def test_axe_finds_nothing_in_a_real_browser(
    demo: Rendered, week: Rendered, several: Rendered, browser: Browser
) -> None:
    pages = (
        (mail_of(demo), 390, False),
        (mail_of(week, "weekly"), 768, True),
        (mail_of(several), 768, False),
    )
    for mail, width, is_dark in pages:
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if is_dark else "light"
        )
        page.set_content(mail.html)
        found: Any = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()
