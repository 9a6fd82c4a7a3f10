"""Charts of rows: bars with a number at their end, and spans between two bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.foreign_text import in_markup
from flows.report.charts.drawing import PADDING, WIDE, altair_module, figure, haloed
from flows.report.charts.svg import Figure, Ids

_LETTER = 6.8
"""Pixels a letter of 12 px text may take in the reader's font, generously."""


@dataclass(frozen=True)
class Bar:
    """One horizontal bar: its name, length, the text at its end, and its colour token."""

    label: str
    value: float
    text: str
    tone: str = "s1"


@dataclass(frozen=True)
class Span:
    """A row of two bounds with a dot between, or with dots on them; texts stand outside."""

    label: str
    low: float
    high: float
    low_text: str
    high_text: str
    dot: float | None = None
    is_provisional: bool = False


def bars(
    ids: Ids, title: str, items: Sequence[Bar], caption: str, target: float | None = None
) -> Figure:
    """Horizontal bars from 0 in the given order, each with its number at its end.

    ``target``: draws a dashed line, for rates.
    """
    alt = altair_module()
    rows = [
        {"n": place, "v": item.value, "t": item.text, "c": f"var(--{item.tone})"}
        for place, item in enumerate(items)
    ]
    ends = [(item.value, item.text) for item in items]

    def build(width: int) -> Any:
        y, plot = name_axis(alt, [item.label for item in items], width)
        high = max(_reach(ends, 5, plot), 1.05 * (target or 0))
        x = alt.X("v:Q", scale=alt.Scale(domain=[0, high], nice=False), axis=None)
        data = alt.Chart(alt.Data(values=rows))
        layers = [
            data.mark_bar(height={"band": 0.6}).encode(x, y, color=alt.Color("c:N", scale=None)),
        ]
        place = {"x": x, "y": y, "text": "t:N"}
        if target is None:
            layers.append(data.mark_text(align="left", dx=5).encode(**place))
        else:
            spot = alt.Chart(alt.Data(values=[{"v": target}]))
            layers.append(spot.mark_rule(color="var(--ink)", strokeDash=[4, 3]).encode(x=x))
            layers += haloed(data, place, align="left", dx=5)
        return alt.layer(*layers)

    desc = "; ".join(f"{item.label} {item.text}" for item in items[:8]) + "."
    return figure(ids, title, desc, caption, build, 16 + 28 * len(items))


def spans(
    ids: Ids,
    title: str,
    items: Sequence[Span],
    caption: str,
    *,
    percent: bool,
    are_dots: bool = False,
) -> Figure:
    """Rows of a line between two bounds: a Wilson interval with its dot, or p50 to p90.

    ``are_dots``: the bounds are values themselves, a filled and a hollow dot. Else the dot
    between is hollow where the row is provisional.
    """
    alt = altair_module()
    rows = [
        {
            "n": place,
            "a": item.low,
            "b": item.high,
            "v": item.dot,
            "ta": item.low_text,
            "tb": item.high_text,
            "f": "var(--bg)" if item.is_provisional else "var(--s1)",
        }
        for place, item in enumerate(items)
    ]
    ends = [(item.high, item.high_text) for item in items]

    def build(width: int) -> Any:
        y, plot = name_axis(alt, [item.label for item in items], width)
        scale = alt.Scale(domain=[0, _reach(ends, 11, plot)], nice=False)
        axis = alt.Axis(format=".0%" if percent else "d", tickCount=4, domain=False, ticks=False)
        low, high = alt.X("a:Q", scale=scale, axis=axis), alt.X("b:Q", scale=scale, axis=axis)
        data = alt.Chart(alt.Data(values=rows))
        dot = data.mark_point(stroke="var(--s1)", size=70, strokeWidth=2, opacity=1)
        hollow = data.mark_point(
            stroke="var(--s1)", fill="var(--bg)", size=70, strokeWidth=2, opacity=1
        )
        layers = [data.mark_rule(color="var(--axis)", strokeWidth=3).encode(low, y, x2="b:Q")]
        if are_dots:
            layers += [
                data.mark_circle(color="var(--s1)", size=90, opacity=1).encode(low, y),
                hollow.encode(high, y),
                data.mark_text(align="right", dx=-9).encode(low, y, text="ta:N"),
            ]
        else:
            middle = alt.X("v:Q", scale=scale, axis=axis)
            layers.append(dot.encode(middle, y, fill=alt.Fill("f:N", scale=None)))
        layers += haloed(data, {"x": high, "y": y, "text": "tb:N"}, align="left", dx=11)
        return alt.layer(*layers)

    desc = "; ".join(f"{i.label}: {i.low_text} {i.high_text}".strip() for i in items[:8]) + "."
    return figure(ids, title, desc, caption, build, 40 + 26 * len(items))


def _reach(ends: Sequence[tuple[float, str]], offset: int, plot: float) -> float:
    """The end of the scale at which every text still fits to the right of its mark."""
    room = [max(plot * 0.2, plot - offset - _LETTER * len(text)) for _, text in ends]
    fits = [end * plot / space for (end, _), space in zip(ends, room, strict=True)]
    return max(fits, default=0.0) or 1.0


def name_axis(alt: Any, labels: Sequence[str], width: int) -> tuple[Any, float]:
    """The axis of row names in a column of known width, and what it leaves for the plot."""
    # Rows are placed by number, so that two rows may carry the same label.
    most = 24 if width < WIDE else 40
    shown = [text if len(text) <= most else f"{text[: most - 1]}…" for text in labels]
    column = 10 + max((_width(text) for text in shown), default=0.0)
    axis = alt.Axis(
        values=list(range(len(shown))),
        labelExpr=f"{_script_list(shown)}[datum.value]",
        # Cut above, by letters: the column is as wide as its longest name.
        labelLimit=0,
        labelPadding=6,
        minExtent=column,
        maxExtent=column,
        domain=False,
        ticks=False,
        labelColor="var(--ink)",
    )
    return alt.Y("n:O", axis=axis), width - column - PADDING["left"] - PADDING["right"]


def _width(text: str) -> float:
    """About the pixels of a label of 12 px; capitals, as in ids, are wider than other letters."""
    return sum(8.2 if sign.isupper() else 7.0 if sign.isdigit() else _LETTER for sign in text)


def _script_list(texts: Sequence[str]) -> str:
    # Labels are foreign text inside an expression: every character is written as a code
    # point, so that no label can end its string.
    def literal(text: str) -> str:
        units = in_markup(text).encode("utf-16-be", "replace")
        codes = (units[i] * 256 + units[i + 1] for i in range(0, len(units), 2))
        return "'" + "".join(f"\\u{code:04x}" for code in codes) + "'"

    return "[" + ",".join(literal(text) for text in texts) + "]"
