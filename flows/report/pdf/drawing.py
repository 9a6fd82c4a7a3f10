"""The page's drawings for paper: colours in place of the page's tokens, fonts by their name."""

from __future__ import annotations

import re

from flows.report.tokens import LIGHT

_TOKEN = re.compile(r"var\(--([\w-]+)\)")
_FONT = re.compile(r' font-family="[^"]*"')
# The font of the text around them.
CHART_FONT = "Libertinus Serif"


def for_paper(svg: str) -> str:
    """An SVG that stands alone: light tokens, a font that is always there, its name space."""
    coloured = _TOKEN.sub(lambda name: LIGHT.get(name[1], LIGHT["ink"]), svg)
    plain = _FONT.sub("", coloured).replace("currentColor", LIGHT["ink"])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{CHART_FONT}"'
    return head + plain.removeprefix("<svg")
