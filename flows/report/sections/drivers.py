"""What drove it? The change of each rate, taken apart by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.report.charts.steps import Step, waterfall
from flows.report.charts.svg import Figure
from flows.report.formats import MISSING, format_count, format_points, format_rate
from flows.report.model import Cell, Field, Fold, Page, Section, Table, list_caption, table_of
from flows.report.sections.review import last_month
from flows.report.sentences.drivers import (
    change_of,
    driver_sentence,
    explains,
    held_sentence,
    incomparable_sentence,
    parts_of,
    signed,
    stands_out,
    tenths_of,
    unexplained_sentence,
)
from flows.report.sentences.rates import METRICS, capital, worst_first

DIMENSIONS = {"warehouse": "warehouse", "carrier": "carrier", "sku": "SKU", "creator": "creator"}
"""In the order of the page where nothing tells them apart, with their words."""

_SHOWN = 15
_UNJUDGED = ("insufficient_volume", "no_data")

Segments = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Change:
    """One rate's change: its sentence, and its segments by dimension, the clearest first."""

    metric: str
    sentence: str
    is_explained: bool
    rows: Mapping[str, Segments]

    @property
    def dimensions(self) -> list[str]:
        """The dimensions in the order in which they explain it."""
        return list(self.rows)


def is_compared(rows: Segments) -> bool:
    """Whether both weeks had orders."""
    return rows[0]["rate_effect"] is not None


def changes(page: Page) -> list[Change]:
    """The rates of the week, the worst first, each with what moved it."""
    frame = page.day.of.weekly.drivers
    if frame.is_empty():
        return []
    held: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in frame.to_dicts():
        held.setdefault((row["metric"], row["dimension"]), []).append(row)
    unjudged = {row["metric"] for row in page.day.weeks(2).to_dicts() if row["status"] in _UNJUDGED}
    metrics = [row["metric"] for row in worst_first(page.day.headline)]
    return [
        _change(metric, rows, metric in unjudged)
        for metric in metrics
        if (rows := {d: held[metric, d] for d in DIMENSIONS if (metric, d) in held})
    ]


def _change(metric: str, rows: Mapping[str, Segments], is_unjudged: bool) -> Change:
    first = next(iter(rows.values()))
    if is_unjudged or not is_compared(first):
        return Change(metric, incomparable_sentence(metric), False, rows)
    change = change_of(first)
    if tenths_of(change) == 0:
        return Change(metric, held_sentence(metric, first[0]["shop_value"]), False, rows)
    # A stable sort: where two explain it alike, the order of the dimensions stands.
    ordered = dict(sorted(rows.items(), key=lambda item: -stands_out(item[1])))
    clearest = next(iter(ordered))
    if not explains(ordered[clearest]):
        return Change(metric, unexplained_sentence(metric, change), False, rows)
    said = driver_sentence(ordered[clearest], DIMENSIONS[clearest])
    return Change(metric, said, True, ordered)


def what_drove_it(page: Page) -> Section:
    """What drove it? What stands behind the rates of 30 days is folded below."""
    found = changes(page)
    section = Section("drivers", "What drove it?", "Drivers")
    standing = last_month(page)
    if standing is not None:
        section.folds.append(standing)
    if not found:
        section.answers.append("Not compared: the weeks are not held by warehouse, carrier or SKU.")
        return section
    section.answers += [change.sentence for change in found]
    explained = [change for change in found if change.is_explained]
    section.figures += [_figure(page, change) for change in explained]
    if explained:
        section.tables.append(_parts_table(explained))
    section.folds[:0] = [_fold(change) for change in found]
    section.downloads.append(page.download("rate_drivers.csv", "Every segment (CSV)"))
    return section


def _figure(page: Page, change: Change) -> Figure:
    dimension = change.dimensions[0]
    rows = change.rows[dimension]
    steps, level = [], 0.0
    for part in parts_of(rows):
        steps.append(
            Step(
                part.label,
                100 * level,
                100 * (level + part.effect),
                part.text,
                "breach" if _is_worse(change.metric, part.effect) else "ok",
            )
        )
        level += part.effect
    total = change_of(rows)
    steps.append(Step("Change", 0.0, 100 * total, signed(tenths_of(total)), "s1"))
    words = METRICS[change.metric]
    return waterfall(
        page.ids,
        f"{words.label} by {DIMENSIONS[dimension]}, points against the week before",
        steps,
        "What each segment's own rate added, then what orders added by moving between them (mix). "
        "Red: worse, green: better.",
        least=0.1,
    )


def _is_worse(metric: str, effect: float) -> bool:
    return (effect > 0) == METRICS[metric].is_ceiling


def _parts_table(explained: Sequence[Change]) -> Table:
    fields = [
        Field("Rate", lambda r: Cell(METRICS[r["metric"]].label)),
        Field("Part", lambda r: Cell(r["label"])),
        Field("Week before", lambda r: _of(r, "previous_"), is_number=True),
        Field("This week", lambda r: _of(r, ""), is_number=True),
        Field("Points", lambda r: Cell(r["text"], sort=f"{r['effect']:.9f}"), is_number=True),
    ]
    rows: list[dict[str, Any]] = []
    for change in explained:
        segments = change.rows[change.dimensions[0]]
        counts = {row["segment"]: row for row in segments}
        # The others and the mix are no segment, so they have no rate of their own.
        rows += [
            {
                **dict.fromkeys(segments[0]),
                **(counts.get(part.label, {}) if part.is_segment else {}),
                "metric": change.metric,
                "label": part.label,
                "text": part.text,
                "effect": part.effect,
            }
            for part in parts_of(segments)
        ]
    return table_of("The parts of each change; those of a rate add up to it.", fields, rows)


def _fold(change: Change) -> Fold:
    label = METRICS[change.metric].label
    return Fold(
        f"{label}: every segment",
        [_segments(change.metric, name, rows) for name, rows in change.rows.items()],
    )


def _segments(metric: str, dimension: str, rows: Segments) -> Table:
    unit = METRICS[metric].unit
    fields = [
        Field(capital(DIMENSIONS[dimension]), lambda r: Cell(r["segment"])),
        Field("Week before", lambda r: _of(r, "previous_"), is_number=True),
        Field("This week", lambda r: _of(r, ""), is_number=True),
        Field("Share before", lambda r: _share(r["previous_share"]), is_number=True),
        Field("Share now", lambda r: _share(r["share"]), is_number=True),
        Field("By its rate", lambda r: _points(r["rate_effect"]), is_number=True),
        Field("By its share", lambda r: _points(r["mix_effect"]), is_number=True),
    ]
    word = DIMENSIONS[dimension]
    caption = list_caption(
        f"{word} by {unit}s", min(_SHOWN, len(rows)), len(rows), "the largest effect first",
        f"{word}s by {unit}s",
    )  # fmt: skip
    return table_of(caption, fields, rows[:_SHOWN])


def _of(row: Mapping[str, Any], prefix: str) -> Cell:
    value, top, whole = (row[f"{prefix}{name}"] for name in ("value", "numerator", "denominator"))
    if value is None:
        return Cell(MISSING)
    shown = f"{format_rate(value)} ({format_count(top)} of {format_count(whole)})"
    return Cell(shown, sort=f"{value:.6g}")


def _share(value: float | None) -> Cell:
    return Cell(MISSING) if value is None else Cell(format_rate(value), sort=f"{value:.6g}")


def _points(value: float | None) -> Cell:
    if value is None:
        return Cell(MISSING)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    text = format_points(value).removesuffix(" points")
    return Cell(f"{sign if text != '0.0' else ''}{text}", sort=f"{value:.9f}")
