"""Reads a rendered report: its sections, their text, the rows of their tables, its JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.report.conftest import Rendered
from tests.report.pages import Page


def section(made: Rendered, anchor: str, page: str = "index.html") -> str:
    """The markup of one section."""
    return made.html(page).split(f'<section id="{anchor}"', 1)[1].split("</section>", 1)[0]


def text(markup: str) -> str:
    """What a reader sees of it."""
    plain = Page(f"<div>{markup.split('>', 1)[1]}</div>").text
    return re.sub(r"\s+", " ", " ".join(plain))


def table(markup: str, identity: str) -> list[list[str]]:
    """The rows of a table as text, without its head."""
    body = markup.split(f'id="{identity}"', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [
        [
            " ".join("".join(Page(f"<p>{cell}</p>").text).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def facts(made: Rendered) -> dict[str, Any]:
    """What the JSON says of the only shop."""
    (shop,) = json.loads((made.folder / "report.json").read_text(encoding="utf-8"))["shops"]
    return dict(shop)
