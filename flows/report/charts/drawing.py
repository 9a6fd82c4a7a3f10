"""Draws charts: Altair describes them, vl-convert makes them SVG, ``svg.adopt`` names them.

Each figure comes in two widths, 340 (phone) and 640, so that chart text stays 12 px. Colours
are the theme's CSS variables. Altair is imported when the first chart is drawn: the sentences
and the command line must not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flows.foreign_text import in_markup
from flows.report.charts.svg import Figure, Ids, Picture, adopt

NARROW, WIDE, SMALL = 340, 640, 260
PADDING = {"left": 2, "right": 12, "top": 6, "bottom": 2}
"""CSS pixels around each chart."""

_FONT = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif"


def altair_module() -> Any:
    """Altair, imported when the first chart is drawn."""
    import altair as alt

    return alt


def haloed(chart: Any, place: dict[str, Any], **mark: Any) -> list[Any]:
    """Text as two layers, the lower one a halo in the background's colour.

    Lines that run behind stay off the letters. ``place``: the text's encodings by channel.
    """
    below = {**mark, "stroke": "var(--bg)", "strokeWidth": 4, "strokeJoin": "round"}
    return [chart.mark_text(**style).encode(**place) for style in (below, mark)]


def _draw(chart: Any, width: int, height: int) -> str:
    import vl_convert

    spec = (
        chart.properties(
            width=width, height=height, autosize={"type": "fit", "contains": "padding"}
        )
        .configure(
            background="transparent",
            font=_FONT,
            padding=PADDING,
        )
        .configure_view(stroke=None)
        .configure_axis(
            domainColor="var(--axis)",
            tickColor="var(--axis)",
            gridColor="var(--line)",
            labelColor="var(--muted)",
            labelFontSize=12,
            title=None,
        )
        .configure_text(fontSize=12, color="var(--ink)")
        .to_dict()
    )
    # The table beside each chart is what assistive technology reads.
    for layer in spec["layer"]:
        layer["mark"]["aria"] = False
    return vl_convert.vegalite_to_svg(_drawable(spec), allowed_base_urls=[])


def _drawable(part: Any) -> Any:
    """A description without signs that no SVG may hold: the library ends the process at one."""
    if isinstance(part, str):
        return in_markup(part)
    if isinstance(part, dict):
        return {_drawable(key): _drawable(value) for key, value in part.items()}
    return [_drawable(item) for item in part] if isinstance(part, list) else part


def figure(
    ids: Ids,
    title: str,
    desc: str,
    caption: str,
    build: Callable[[int], Any],
    height: int,
    widths: Sequence[int] = (NARROW, WIDE),
) -> Figure:
    """Draw ``build(width)`` (an Altair layer chart) at each width and name it for the page."""
    pictures = [
        Picture(width, adopt(_draw(build(width), width, height), ids, title, desc))
        for width in widths
    ]
    return Figure(title, caption, pictures)
