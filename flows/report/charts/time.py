"""Charts over time: a rate by day, counts by week, small multiples of five weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flows.report.charts.drawing import SMALL, WIDE, altair_module, figure, haloed
from flows.report.charts.svg import Figure, Ids
from flows.report.formats import format_date, format_line, format_rate
from flows.report.sentences.rates import capital


def _domain(values: Sequence[float], target: float, is_ceiling: bool) -> tuple[float, float]:
    top = max([*values, target], default=target)
    if is_ceiling:
        return 0.0, max(1.4 * target, 1.15 * top)
    return (0.5 if min([*values, target]) >= 0.5 else 0.0), 1.0


def rate_line(
    ids: Ids,
    title: str,
    days: Sequence[tuple[date, float | None]],
    target: float,
    enforcement: float | None,
    is_ceiling: bool,
    caption: str,
) -> Figure:
    """Daily rates as a line with the target dashed and named, and the last point labelled.

    ``days``: (day, rate or None) in order; a day without a rate is a gap.
    """
    alt = altair_module()
    known = [value for _, value in days if value is not None]
    low, high = _domain(known, target, is_ceiling)
    rows: list[dict[str, Any]] = [{"d": day.isoformat(), "v": value} for day, value in days]
    end = [r for r in rows if r["v"] is not None][-1:]
    names = [(target, f"target {format_rate(target)}", "axis")]
    if enforcement is not None and enforcement <= high:
        names.append((enforcement, f"enforcement {format_line(enforcement)}", "enforcement"))
    height, plot = 200, 165
    labels = [(place, words, "muted") for place, words, _ in names]
    if end:
        labels.append((end[0]["v"], format_rate(end[0]["v"], (target, enforcement)), "ink"))
    tags = _spread(labels, (high - low) * 15 / plot)

    def build(width: int) -> Any:
        # Labels stand to the right of the last day, where no line runs through them.
        margin = 112 if len(names) > 1 else 80
        spare = timedelta(days=math.ceil(len(days) * margin / (width - 45 - margin)))
        last = days[-1][0]
        x = alt.X(
            "d:T",
            scale=alt.Scale(
                type="utc", domain=[days[0][0].isoformat(), (last + spare).isoformat()]
            ),
            axis=alt.Axis(
                format="%b %-d",
                values=[
                    day.isoformat() for day in _ticks(days[0][0], last, 3 if width < WIDE else 7)
                ],
                grid=False,
            ),
        )
        y = alt.Y(
            "v:Q",
            scale=alt.Scale(domain=[low, high], nice=False),
            axis=alt.Axis(format=".0%", tickCount=4, domain=False, ticks=False),
        )
        layers = [
            alt.Chart(alt.Data(values=rows))
            .mark_line(color="var(--s1)", strokeWidth=2)
            .encode(x, y)
        ]
        for place, _, tone in names:
            ends = [{"d": day.isoformat(), "v": place} for day in (days[0][0], last)]
            rule = alt.Chart(alt.Data(values=ends)).mark_line(
                color=f"var(--{tone})", strokeDash=[4, 3], strokeWidth=1
            )
            layers.append(rule.encode(x, y))
        if end:
            dot = alt.Chart(alt.Data(values=end)).mark_circle(color="var(--s1)", size=40, opacity=1)
            layers.append(dot.encode(x, y))
        for place, words, tone in tags:
            spot = alt.Data(values=[{"d": last.isoformat(), "v": place, "t": words}])
            layers += haloed(
                alt.Chart(spot),
                {"x": x, "y": y, "text": "t:N"},
                align="left",
                dx=8,
                color=f"var(--{tone})",
                fontWeight="bold" if tone == "ink" else "normal",
            )
        return alt.layer(*layers)

    shown = f"last {format_rate(end[0]['v'], (target, enforcement))}" if end else "no value"
    desc = f"{len(rows)} days to {format_date(days[-1][0])}, {shown}, target {format_rate(target)}."
    if low > 0:
        caption = f"{caption} The axis starts at {format_line(low)}."
    return figure(ids, title, desc, caption, build, height)


def _spread(labels: Sequence[tuple[float, str, str]], gap: float) -> list[tuple[float, str, str]]:
    """Labels (place, text, tone) from the lowest up, each at least a line above the one below."""
    spots: list[tuple[float, str, str]] = []
    for place, words, tone in sorted(labels):
        least = spots[-1][0] + gap if spots else place
        spots.append((max(place, least), words, tone))
    return spots


def _ticks(first: date, last: date, most: int) -> list[date]:
    weeks = max(1, math.ceil((last - first).days / 7 / most))
    count = (last - first).days // (7 * weeks)
    return [last - timedelta(weeks=weeks * back) for back in range(count, -1, -1)]


def stacked_weeks(
    ids: Ids,
    title: str,
    weeks: Sequence[date],
    series: Sequence[tuple[str, str, Sequence[int]]],
    caption: str,
) -> Figure:
    """Counts a week, stacked, with each series named beside the last bar (no legend).

    ``series``: (name, colour tone, one count a week), bottom first.
    """
    alt = altair_module()
    names = [format_date(week, weekday=False) for week in weeks]
    rows: list[dict[str, Any]] = []
    tops = [0] * len(weeks)
    marks: list[tuple[str, str, float]] = []
    for name, tone, counts in series:
        for place, count in enumerate(counts):
            low = tops[place]
            tops[place] += count
            rows.append({"w": names[place], "a": low, "b": tops[place], "c": f"var(--{tone})"})
        marks.append((f"{name} {counts[-1]:,}", tone, tops[-1] - counts[-1] / 2))
    high = max(tops, default=0) or 1
    height, plot = 220, 180
    # Names are spread so that they stay a line apart whatever the counts are.
    gap = high * 15 / plot
    spots: list[float] = []
    for _, _, middle in marks:
        spots.append(max(middle, spots[-1] + gap) if spots else max(middle, gap / 2))

    def build(width: int) -> Any:
        few = width < WIDE
        x = alt.X(
            "w:N",
            sort=None,
            scale=alt.Scale(domain=[*names, ""], paddingInner=0.35),
            axis=alt.Axis(
                labelAngle=0,
                ticks=False,
                values=names[1::3] if few else names,
                labelOverlap=False,
            ),
        )
        scale = alt.Scale(domain=[0, max(high, spots[-1] + gap)], nice=False)
        axis = alt.Axis(tickCount=4, tickMinStep=1, format="d", domain=False, ticks=False)
        y = alt.Y("a:Q", scale=scale, axis=axis)
        # The gap in the background's colour parts neighbours that differ little in hue.
        bar = alt.Chart(alt.Data(values=rows)).mark_bar(stroke="var(--bg)", strokeWidth=1)
        texts = alt.Data(
            values=[
                {"w": names[-1], "a": spot, "t": name}
                for (name, _, _), spot in zip(marks, spots, strict=True)
            ]
        )
        return alt.layer(
            bar.encode(x, y, y2="b:Q", color=alt.Color("c:N", scale=None)),
            alt.Chart(texts)
            .mark_text(align="left", dx=12 if few else 30, fontWeight="bold")
            .encode(x, y, text="t:N"),
        )

    desc = f"{len(weeks)} weeks; in the last: " + ", ".join(name for name, _, _ in marks) + "."
    return figure(ids, title, desc, caption, build, height)


def week_multiple(
    ids: Ids,
    title: str,
    weeks: Sequence[tuple[str, float | None]],
    target: float,
    domain: tuple[float, float],
    is_ceiling: bool,
) -> Figure:
    """One of several small charts on a shared scale: five weeks of one rate and its target."""
    alt = altair_module()
    span = domain[1] - domain[0]
    rows: list[dict[str, Any]] = [{"w": name, "v": value} for name, value in weeks]
    known = [row for row in rows if row["v"] is not None]

    def build(_width: int) -> Any:
        x = alt.X(
            "w:N",
            sort=None,
            scale=alt.Scale(domain=[name for name, _ in weeks]),
            axis=alt.Axis(labelAngle=0, ticks=False),
        )
        y = alt.Y(
            "v:Q",
            scale=alt.Scale(domain=[domain[0], domain[1] + 0.1 * span]),
            axis=alt.Axis(format=".0%", values=_steps(*domain), domain=False, ticks=False),
        )
        line = alt.Chart(alt.Data(values=rows)).mark_line(color="var(--s1)", strokeWidth=2)
        dots = alt.Chart(alt.Data(values=known)).mark_circle(color="var(--s1)", size=40, opacity=1)
        goal = alt.Chart(alt.Data(values=[{"v": target}])).mark_rule(
            color="var(--axis)", strokeDash=[4, 3]
        )
        layers = [line.encode(x, y), goal.encode(y=y), dots.encode(x, y)]
        if known:
            value = known[-1]["v"]
            last = alt.Data(values=[{**known[-1], "t": format_rate(value, (target,))}])
            # Above its dot, unless the target's line runs there.
            is_below = 0.2 * span < value - domain[0] and 0 <= target - value < 0.2 * span
            layers.append(
                alt.Chart(last)
                .mark_text(
                    align="right",
                    dx=5,
                    baseline="top" if is_below else "bottom",
                    dy=8 if is_below else -8,
                    fontWeight="bold",
                )
                .encode(x, y, text="t:N")
            )
        return alt.layer(*layers)

    goal_words = f"target {format_rate(target)} {'at most' if is_ceiling else 'at least'}"
    desc = ", ".join(f"{name} {format_rate(value, (target,))}" for name, value in weeks)
    return figure(
        ids, title, f"{desc}; {goal_words}.", capital(goal_words) + ".", build, 170, (SMALL,)
    )


def _steps(low: float, high: float) -> list[float]:
    """Round places of an axis between two rates."""
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (high - low) / s <= 6)
    return [round(low + step * n, 3) for n in range(int((high - low) / step + 1e-9) + 1)]
