"""Sets a report's pages into one PDF.

What the report says goes to the typesetter as data, never as markup. Only the fonts that the
library brings along are used and nothing is read from the machine, so the same pages give the same
bytes everywhere. A sign that none of these fonts has is shown as an empty box, and the last page
says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from flows.report.pdf.content import document, foreign_signs, with_replaced
from flows.report.reading.model import PublishedPage
from flows.report.tokens import LIGHT

PAPERS = {"a4": "a4", "letter": "us-letter"}
MISSING_SIGN = "□"
_TEMPLATE = Path(__file__).parent / "report.typ"
# One sign at a time, so that the check for accessible PDF names each that has no glyph.
_PROBE = b"""#set document(title: "signs")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
#for sign in sys.inputs.signs.codepoints() [#sign #parbreak()]
"""
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
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
    missing = _without_glyph(foreign_signs(data))
    inputs = _inputs(data, missing, paper)
    try:
        return Typeset(_compile(inputs, "ua-1"), True, len(missing))
    except typst.TypstError:
        # Whatever the standard cannot vouch for, the report can still be read.
        return Typeset(_compile(inputs, None), False, len(missing))


def sheets(pages: Sequence[PublishedPage], paper: str = "a4", ppi: float = 72) -> list[bytes]:
    """The pages as PNG pictures, one a sheet."""
    data = document(pages)
    inputs = _inputs(data, _without_glyph(foreign_signs(data)), paper)
    made: Any = typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        sys_inputs=inputs,
        format="png",
        ppi=ppi,
    )
    return list(made) if isinstance(made, list) else [made]


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


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
            font_paths=_fonts(),
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=standard,
        )
    )


def _without_glyph(signs: str) -> list[str]:
    """Which of these signs no font has."""
    if not signs:
        return []
    try:
        typst.compile(
            _PROBE,
            font_paths=_fonts(),
            sys_inputs={"signs": signs},
            format="pdf",
            pdf_standards="ua-1",
        )
    except typst.TypstError as error:
        return sorted({_unescaped(text) for text in _NO_GLYPH.findall(error.diagnostic)})
    return []


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
