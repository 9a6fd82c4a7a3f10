"""A waterfall lying on its side: from an opening number by steps to a closing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.report.charts.drawing import altair_module, figure, haloed
from flows.report.charts.rows import name_axis
from flows.report.charts.svg import Figure, Ids


@dataclass(frozen=True)
class Step:
    """One row: where it starts and ends, the text beside it, and its colour token."""

    label: str
    start: float
    end: float
    text: str
    tone: str = "s1"


def waterfall(
    ids: Ids, title: str, steps: Sequence[Step], caption: str, least: float = 1.0
) -> Figure:
    """Rows from the opening to the closing number; each bar begins where the last one ended.

    A step of nothing keeps a hair line, so that its row is not empty. ``least``: the shortest
    scale, in the unit of the steps.
    """
    alt = altair_module()
    rows = [
        {
            "n": place,
            "a": min(step.start, step.end),
            "b": max(step.start, step.end),
            "t": step.text,
            "c": f"var(--{step.tone})",
        }
        for place, step in enumerate(steps)
    ]
    ends = [max(step.start, step.end) for step in steps]
    low, high = min([0.0, *(min(s.start, s.end) for s in steps)]), max([*ends, 0.0])
    high = max(high, low + least)
    longest = max((len(step.text) for step in steps), default=0)
    links = [{"n": place, "m": place + 1, "x": step.end} for place, step in enumerate(steps[:-1])]

    def build(width: int) -> Any:
        y, plot = name_axis(alt, [step.label for step in steps], width)
        # Room on the right for the text of the longest bar.
        room = max(plot * 0.4, plot - 8 - 6.8 * longest)
        scale = alt.Scale(domain=[low, low + (high - low) * plot / room], nice=False)
        left, right = alt.X("a:Q", scale=scale, axis=None), alt.X("b:Q", scale=scale, axis=None)
        data = alt.Chart(alt.Data(values=rows))
        layers = [
            data.mark_bar(height={"band": 0.6}, stroke="var(--axis)", strokeWidth=0.5).encode(
                left, y, x2="b:Q", color=alt.Color("c:N", scale=None)
            ),
        ]
        if links:
            joint = alt.Chart(alt.Data(values=links)).mark_rule(
                color="var(--axis)", strokeDash=[2, 2]
            )
            layers.append(joint.encode(alt.X("x:Q", scale=scale, axis=None), y, y2="m:O"))
        layers += haloed(data, {"x": right, "y": y, "text": "t:N"}, align="left", dx=5)
        return alt.layer(*layers)

    desc = "; ".join(f"{step.label} {step.text}" for step in steps[:8]) + "."
    return figure(ids, title, desc, caption, build, 16 + 28 * len(steps))
