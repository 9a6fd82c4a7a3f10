"""Signs that no font of the typesetter has: which they are, and what stands for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import typst

# One sign at a time, so that the check for accessible PDF names each that has no glyph.
_PROBE = b"""#set document(title: "signs")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
#for sign in sys.inputs.signs.codepoints() [#sign #parbreak()]
"""
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts that the library brings along, and none of the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def without_glyph(signs: str) -> list[str]:
    """Which of these signs no font has."""
    if not signs:
        return []
    try:
        typst.compile(
            _PROBE,
            font_paths=fonts(),
            sys_inputs={"signs": signs},
            format="pdf",
            pdf_standards="ua-1",
        )
    except typst.TypstError as error:
        return sorted({_unescaped(text) for text in _NO_GLYPH.findall(error.diagnostic)})
    return []


def foreign_signs(data: dict[str, Any]) -> str:
    """Every sign of the data but those that ASCII prints, once each, in order."""
    return "".join(sorted({sign for sign in _all_text(data) if not " " <= sign <= "~"}))


def with_replaced(data: Any, missing: Sequence[str], sign: str) -> Any:
    """The data with every text of ``missing`` replaced by ``sign``."""
    if not missing:
        return data
    pattern = re.compile("|".join(re.escape(text) for text in sorted(missing, key=len)[::-1]))

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(sign, value)
        if isinstance(value, list):
            return [replaced(item) for item in value]
        if isinstance(value, dict):
            # Labels are names of places, which no one reads.
            return {
                key: item if key in ("label", "leads_to", "l") else replaced(item)
                for key, item in value.items()
            }
        return value

    return replaced(data)


def _all_text(value: Any) -> set[str]:
    """The signs of every string within."""
    if isinstance(value, str):
        return set(value)
    if isinstance(value, list):
        return set().union(*map(_all_text, value))
    if isinstance(value, dict):
        return set().union(*map(_all_text, value.values()))
    return set()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
