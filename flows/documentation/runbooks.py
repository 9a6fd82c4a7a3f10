"""The list of runbooks, by their own first lines."""

from __future__ import annotations

import re
from pathlib import Path

from flows.documentation.marts import NOTICE
from flows.markdown import page, table
from flows.paths import DOCS_DIR

FOLDER = DOCS_DIR / "runbooks"
INDEX = FOLDER / "index.md"
_SENTENCE = re.compile(r"(?<=\.)\s")
_FEW = 7
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def runbooks_page() -> dict[Path, str]:
    """Path and text of `docs/runbooks/index.md`."""
    rows = [
        (f"[{title}]({path.name})", about)
        for path in sorted(FOLDER.glob("*.md"))
        if path != INDEX
        for title, about in (_opening(path.read_text(encoding="utf-8")),)
    ]
    text = page(
        "# Runbooks",
        NOTICE,
        "What to do, step by step. What an alert means and what to do about it: "
        "[alerts.md](alerts.md).",
        table(("Runbook", "What for"), rows),
    )
    return {INDEX: text}


def _opening(text: str) -> tuple[str, str]:
    """The title of a page, and its cases; where it has not a few, its first sentence."""
    lines = text.splitlines()
    title = lines[0].removeprefix("# ")
    cases = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    if 2 <= len(cases) <= _FEW:
        return title, "; ".join(cases)
    prose = text.split("\n\n")[1].replace("\n", " ")
    return title, _SENTENCE.split(_LINK.sub(r"\1", prose), maxsplit=1)[0]
