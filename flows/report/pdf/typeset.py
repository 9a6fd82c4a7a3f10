"""Sets a report's pages into one PDF.

What the report says goes to the typesetter as data, never as markup. Only the fonts that the
library brings along are used and nothing is read from the machine, so the same pages give the same
bytes everywhere. A sign that none of these fonts has is shown as an empty box, and the last page
says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import typst

from flows.report.pdf.content import document
from flows.report.pdf.signs import fonts, foreign_signs, with_replaced, without_glyph
from flows.report.reading.model import PublishedPage
from flows.report.tokens import LIGHT

PAPERS = {"a4": "a4", "letter": "us-letter"}
MISSING_SIGN = "□"
_TEMPLATE = Path(__file__).parent / "report.typ"
_Standard = Literal["ua-1"]


@dataclass(frozen=True)
class Typeset:
    """A PDF. ``is_accessible``: tagged and checked as PDF/UA-1; ``replaced``: signs not shown."""

    content: bytes
    is_accessible: bool
    replaced: int


def typeset(pages: Sequence[PublishedPage], paper: str = "a4") -> Typeset:
    """The pages as one PDF on ``a4`` or ``letter``.

    Raises ``ValueError`` without pages, ``typst.TypstError`` where the library cannot set them.
    """
    if not pages:
        raise ValueError("a report has at least one page")
    data = document(pages)
    missing = without_glyph(foreign_signs(data))
    inputs = _inputs(data, missing, paper)
    try:
        return Typeset(_compile(inputs, "ua-1"), True, len(missing))
    except typst.TypstError:
        # Whatever the standard cannot vouch for, the report can still be read.
        return Typeset(_compile(inputs, None), False, len(missing))


def _inputs(data: dict[str, Any], missing: Sequence[str], paper: str) -> dict[str, str]:
    shown = {
        **with_replaced(data, missing, MISSING_SIGN),
        "paper": PAPERS[paper],
        "colours": LIGHT,
        "missing_sign": MISSING_SIGN if missing else "",
    }
    return {"report": json.dumps(shown, ensure_ascii=False)}


def _compile(inputs: dict[str, str], standard: _Standard | None) -> bytes:
    return bytes(
        typst.compile(
            _TEMPLATE.read_bytes(),
            font_paths=fonts(),
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=standard,
        )
    )
