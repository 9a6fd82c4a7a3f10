"""The message itself: a file that a mail program opens and its owner sends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.report.email.first_screen import FirstScreen, Passage, first_screen, plain_text
from flows.report.email.style import style
from flows.report.published import PublishedReport
from flows.report.reading.model import PublishedPage

# Gmail cuts a message off at 102 kB.
MOST_BYTES = 100_000
_TEMPLATES = Path(__file__).parent


@dataclass(frozen=True)
class Mail:
    """A message: its subject, its HTML alone, and the whole as a mail program reads it."""

    subject: str
    html: str
    content: bytes


def message(
    report: PublishedReport, pages: Sequence[PublishedPage], pdf: bytes, pdf_name: str
) -> Mail:
    """The first page's first screen as a message, with a PDF in it unless that is empty.

    It names no sender and nobody to send it to: those are its owner's to add.
    """
    screen = first_screen(pages[0])
    where = _where(report, pages[0], pdf_name if pdf else "")
    html = _fitting(screen, _place(report, pages[0]), where)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = screen.verdict
    if made_at := _moment(report.generated):
        mail["Date"] = format_datetime(made_at)
    # Mail programs open it as a draft.
    mail["X-Unsent"] = "1"
    mail.set_content(plain_text(screen, where), cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if pdf:
        mail.add_attachment(pdf, maintype="application", subtype="pdf", filename=pdf_name)
    # Else they would be made at random: the same report gives the same bytes.
    digest = hashlib.sha256(html.encode() + pdf).hexdigest()[:24]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"greenzone-{digest}-{number}")
    return Mail(screen.verdict, html, mail.as_bytes())


def _fitting(screen: FirstScreen, page: str, where: str) -> str:
    """The HTML, with as many of the shops in full as fit; the others by their verdict."""
    full, listed = len(screen.passages), len(screen.passages)
    while True:
        shown = [
            passage if number < full else _brief(passage)
            for number, passage in enumerate(screen.passages[:listed])
        ]
        html = _html(screen, shown, len(screen.passages) - listed, page, where)
        if len(html.encode()) <= MOST_BYTES or not listed:
            return html
        if full > 1:
            full //= 2
        else:
            listed //= 2


def _brief(passage: Passage) -> Passage:
    return replace(passage, paragraphs=passage.paragraphs[:1], items=(), rates=())


def _html(
    screen: FirstScreen, passages: Sequence[Passage], left_out: int, page: str, where: str
) -> str:
    made = (
        _environment()
        .get_template("mail.html.j2")
        .render(
            screen=screen,
            passages=passages,
            more=f"{left_out} more shops are in the report." if left_out else "",
            page=page,
            where=where,
            style=Markup(style()),
        )
    )
    # Clients drop style sheets; what they keep of them is what the rules of dark screens need.
    return css_inline.inline(
        made, keep_at_rules=True, load_remote_stylesheets=False, minify_css=True
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _place(report: PublishedReport, page: PublishedPage) -> str:
    """The page's place under the home folder, as people know it."""
    return f"reports/{report.kind}/{report.name}/{page.name}"


def _where(report: PublishedReport, page: PublishedPage, pdf_name: str) -> str:
    attached = f"The whole report is attached as {pdf_name}. " if pdf_name else ""
    return f"{attached}The page with its tables and worklists: {_place(report, page)}."


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
