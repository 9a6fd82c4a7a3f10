"""SVG for the page: identity, accessible names, and the small pictures drawn by hand.

Every picture gets ``role="img"``, a ``<title>`` and a ``<desc>`` with ids that are unique on
the page. The ids come from a counter, so the same input gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

_ROOT = re.compile(r"^<svg[^>]*viewBox=\"([^\"]*)\"[^>]*>")
_NOISE = re.compile(
    r' (?:role|aria-[a-z]+|class|font-family|pointer-events|xmlns:xlink|stroke-miterlimit)="[^"]*"'
)
_TAG = re.compile(r"<[^>]*>")
_EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"(?: (?:display="none"|fill="[^"]*"))*/>')
_LOCAL_ID = re.compile(r"(\bid=\"|url\(#)([A-Za-z_][\w-]*)")


@dataclass(frozen=True)
class Picture:
    """One drawing at one width (CSS pixels)."""

    width: int
    markup: Markup


@dataclass(frozen=True)
class Figure:
    """A picture in its widths, narrowest first, with the caption that explains its marks."""

    title: str
    caption: str
    pictures: Sequence[Picture]


@dataclass
class Ids:
    """Hands out ids that are unique on one page, in a fixed order."""

    count: int = field(default=0)

    def next(self) -> str:
        """The next id."""
        self.count += 1
        return f"g{self.count}"


def opening(ids: Ids, width: int, height: int, title: str, desc: str, css: str = "") -> str:
    """The root element with its accessible name; ``width`` and ``height`` in CSS pixels."""
    name = ids.next()
    attribute = f' class="{css}"' if css else ""
    return (
        f'<svg{attribute} width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="{name}t {name}d">'
        f'<title id="{name}t">{escape(title)}</title><desc id="{name}d">{escape(desc)}</desc>'
    )


def adopt(drawn: str, ids: Ids, title: str, desc: str) -> Markup:
    """A chart library's SVG made ours: its roles and labels off, our name and ids on."""
    root = _ROOT.match(drawn)
    if root is None:
        raise ValueError("the chart library gave no SVG root")
    width, height = (round(float(part)) for part in root.group(1).split()[2:])
    head = opening(ids, width, height, title, desc)
    prefix = f"g{ids.count}-"

    def ours(tag: re.Match[str]) -> str:
        text = _NOISE.sub("", tag.group())
        return _LOCAL_ID.sub(lambda name: f"{name.group(1)}{prefix}{name.group(2)}", text)

    # Within tags alone: a label may hold what looks like an attribute.
    body = _EMPTY.sub("", _TAG.sub(ours, drawn[root.end() :]))
    return Markup(head + body)


def sparkline(
    ids: Ids, values: Sequence[float | None], target: float, title: str, desc: str
) -> Markup:
    """A 96 x 24 line of the last days with the target as a hair line and a dot at the end.

    ``values`` are rates in order of day, None where a day has none (a gap).
    """
    width, height, pad = 96, 24, 3
    known = [value for value in values if value is not None]
    low, high = min([*known, target]), max([*known, target])
    span = (high - low) or 1.0
    step = (width - 2 * pad) / max(1, len(values) - 1)

    def y(value: float) -> str:
        return f"{height - pad - (value - low) / span * (height - 2 * pad):.1f}"

    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{pad + place * step:.1f},{y(value)}")
    parts = [opening(ids, width, height, title, desc, "spark")]
    parts.append(f'<path d="M0 {y(target)}H{width}" stroke="var(--axis)" stroke-dasharray="2 2"/>')
    parts += [
        f'<polyline points="{" ".join(run)}" fill="none" stroke="var(--s1)" stroke-width="1.5"/>'
        for run in runs
        if len(run) > 1
    ]
    if values and values[-1] is not None:
        x, place_y = runs[-1][-1].split(",")
        parts.append(f'<circle cx="{x}" cy="{place_y}" r="2.5" fill="var(--s1)"/>')
    return Markup("".join([*parts, "</svg>"]))


def bullet(
    ids: Ids, value: float, target: float, is_ceiling: bool, title: str, desc: str
) -> Markup:
    """A 140 x 16 bar of a rate against its target; floors may start at 50 %, said in ``desc``."""
    width, height = 140, 16
    if is_ceiling:
        low, high = 0.0, max(2 * target, 1.1 * value)
    else:
        low, high = (0.5 if min(value, target) >= 0.5 else 0.0), 1.0

    def x(rate: float) -> float:
        return max(0.0, min(1.0, (rate - low) / (high - low))) * width

    return Markup(
        opening(ids, width, height, title, desc, "bullet")
        + f'<rect y="1" width="{width}" height="14" fill="var(--line)"/>'
        + f'<rect y="4" width="{x(value):.1f}" height="8" fill="var(--s1)"/>'
        + f'<rect x="{min(x(target), width - 2) - 1:.1f}" width="3" height="16" fill="var(--ink)"/>'
        + "</svg>"
    )
