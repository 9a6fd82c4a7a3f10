"""A slope: what each of a few shares was, and what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.report.charts.drawing import altair_module, figure
from flows.report.charts.svg import Figure, Ids
from flows.report.formats import format_rate

_HEIGHT, _PLOT, _LINE = 240, 190, 16


@dataclass(frozen=True)
class Slope:
    """One line: its name, and its share (0 to 1) before and now."""

    label: str
    before: float
    now: float
    is_whole: bool = False


def slope(
    ids: Ids, title: str, ends: tuple[str, str], lines: Sequence[Slope], caption: str
) -> Figure:
    """Lines from one moment to the next, each named at its end; the whole is drawn bold.

    ``ends``: the words of the two moments.
    """
    alt = altair_module()
    values = [value for line in lines for value in (line.before, line.now)]
    start, top = (0.5 if min(values) >= 0.5 else 0.0), max(0.1, *values)
    gap = (top - start) * _LINE / _PLOT
    left = _apart([line.before for line in lines], gap, start)
    right = _apart([line.now for line in lines], gap, start)
    rows, marks = [], []
    for place, line in enumerate(lines):
        tone, weight = ("s1", 3) if line.is_whole else ("axis", 1.5)
        rows += [
            {"n": place, "x": ends[0], "v": line.before, "c": f"var(--{tone})", "w": weight},
            {"n": place, "x": ends[1], "v": line.now, "c": f"var(--{tone})", "w": weight},
        ]
        now = f"{format_rate(line.now)} {line.label}"
        marks += [
            {"x": ends[0], "v": left[place], "t": format_rate(line.before), "side": 0},
            {"x": ends[1], "v": right[place], "t": now, "side": 1},
        ]

    def build(width: int) -> Any:
        del width
        x = alt.X(
            "x:N",
            sort=None,
            scale=alt.Scale(domain=[*ends, " "], paddingOuter=0.6),
            axis=alt.Axis(labelAngle=0, ticks=False, domain=False, values=list(ends)),
        )
        y = alt.Y(
            "v:Q",
            scale=alt.Scale(
                domain=[start - gap / 2, max(top, *left, *right) + gap / 2], nice=False
            ),
            axis=None,
        )
        data = alt.Chart(alt.Data(values=rows))
        colour = alt.Color("c:N", scale=None)
        return alt.layer(
            data.mark_line().encode(
                x, y, color=colour, detail="n:N", strokeWidth=alt.StrokeWidth("w:Q", scale=None)
            ),
            data.mark_circle(size=50, opacity=1).encode(x, y, color=colour),
            *(
                alt.Chart(alt.Data(values=[mark for mark in marks if mark["side"] == side]))
                .mark_text(align=align, dx=dx)
                .encode(x, y, text="t:N")
                for side, align, dx in ((0, "right", -9), (1, "left", 9))
            ),
        )

    desc = "; ".join(
        f"{line.label} {format_rate(line.before)} to {format_rate(line.now)}" for line in lines
    )
    scale = " The scale starts at 50%." if start else ""
    return figure(ids, title, f"{desc}.", f"{caption}{scale}", build, _HEIGHT)


def _apart(places: Sequence[float], gap: float, least: float) -> list[float]:
    """The places of texts so that they stay a line apart, each as near its value as it may be."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    spots = [0.0] * len(places)
    floor = least
    for n in order:
        spots[n] = max(places[n], floor)
        floor = spots[n] + gap
    return spots
