"""The weekly review's own sections: did we hold the line, what stands behind it, what to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.report.charts.svg import Figure
from flows.report.charts.time import week_multiple
from flows.report.formats import format_date, format_points, format_rate, plural
from flows.report.model import Cell, Column, Fold, Page, Row, Section, Table, rate, status
from flows.report.sections.cancellations import fault_weeks, reason_table
from flows.report.sections.shipping import warehouse_bars, warehouse_table
from flows.report.sections.tracking import defect_bars
from flows.report.sentences.costs import traps_sentence
from flows.report.sentences.coverage import move_sentence, moved_option
from flows.report.sentences.rates import change_sentence, row_sentence, worst_first
from flows.report.sentences.settlement import settlement_sentence
from flows.report.vocabulary import METRICS

WEEKS = 5

_OWNERS = {
    "late_dispatch_rate": "Warehouse lead",
    "valid_tracking_rate": "Warehouse lead",
    "seller_fault_cancellation_rate": "Inventory lead",
    "on_time_delivery_rate": "Logistics lead",
}
_TRAPS = {
    "sku_margin_trap": ("Decide whether to keep selling {name} as it is.", "Product lead"),
    "creator_outlier": ("Decide whether {name} goes on promoting as now.", "Creator lead"),
}
_DECISIONS = {
    "enforcement": "Decide today how to bring {rate} back under the line.",
    "breach": "Decide how to bring {rate} back to target, and by when.",
    "approaching": "Decide what keeps {rate} from crossing its target.",
}


@dataclass(frozen=True)
class Decision:
    """One decision asked: what, on which ground, and of whom."""

    ask: str
    ground: str
    owner: str


def _weeks(page: Page) -> dict[str, list[tuple[date, dict[str, Any] | None]]]:
    """By metric, the last five weeks, oldest first; None for a week without a row."""
    rows = page.day.weeks(WEEKS).to_dicts()
    known = {(row["metric"], row["as_of_on"]): row for row in rows}
    sundays = [page.day.as_of_on - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    return {
        metric: [(sunday, known.get((metric, sunday))) for sunday in sundays]
        for metric in METRICS
        if (metric, page.day.as_of_on) in known
    }


def _value(row: dict[str, Any] | None) -> float | None:
    judged = row is not None and row["status"] not in ("insufficient_volume", "no_data")
    return row["value"] if judged and row is not None else None


def held_the_line(page: Page) -> Section:
    """Did we hold the line?"""
    section = Section("line", "Did we hold the line?", "The line")
    weeks = _weeks(page)
    for row in worst_first(page.day.headline):
        section.answers.append(row_sentence(row))
        before = [_value(week) for _, week in weeks[row["metric"]][:-1]]
        if _value(dict(row)) is not None:
            section.notes.append(change_sentence(row["metric"], row["value"], before))
    section.multiples = [_multiple(page, metric, series, weeks) for metric, series in weeks.items()]
    section.tables.append(_table(weeks))
    return section


def _multiple(
    page: Page,
    metric: str,
    series: list[tuple[date, dict[str, Any] | None]],
    weeks: dict[str, list[tuple[date, dict[str, Any] | None]]],
) -> Any:
    ceiling = METRICS[metric].is_ceiling
    # Rates that must stay low share one scale, rates that must stay high another.
    peers = [
        value
        for name, others in weeks.items()
        if METRICS[name].is_ceiling == ceiling
        for _, row in others
        if row is not None
        for value in (_value(row), row["target"])
        if value is not None
    ]
    domain = (0.0, 1.2 * max(peers)) if ceiling else (0.5 if min(peers) >= 0.5 else 0.0, 1.0)
    newest = series[-1][1]
    target = newest["target"] if newest is not None else 0.0
    named = [(format_date(sunday, weekday=False), _value(row)) for sunday, row in series]
    return week_multiple(page.ids, METRICS[metric].label, named, target, domain, ceiling)


def _table(weeks: dict[str, list[tuple[date, dict[str, Any] | None]]]) -> Table:
    sundays = [sunday for sunday, _ in next(iter(weeks.values()))] if weeks else []
    rows = []
    for metric, series in weeks.items():
        newest = series[-1][1]
        if newest is None:
            continue
        lines = (newest["target"], newest["enforcement"])
        now, before = _value(newest), _value(series[-2][1])
        change = Cell("–")
        if now is not None and before is not None:
            sign = "+" if now >= before else "−"
            change = Cell(f"{sign}{format_points(now - before)}", sort=f"{round(now - before, 6)}")
        rows.append(
            Row(
                [
                    Cell(METRICS[metric].label),
                    status(newest["status"]),
                    Cell(format_rate(newest["target"]), sort=str(newest["target"])),
                    *(rate(_value(row), *lines) for _, row in series),
                    change,
                ]
            )
        )
    return Table(
        "The four rates by week; each week is named by its Sunday.",
        [
            Column("Rate"),
            Column("Status"),
            Column("Target", True),
            *(Column(format_date(sunday, weekday=False), True) for sunday in sundays),
            Column("Change", True),
        ],
        rows,
    )


def last_month(page: Page) -> Fold | None:
    """Late orders by warehouse, defects and cancellations of 30 days; None without any."""
    day = page.day
    answers: list[str] = []
    figures: list[Figure] = []
    tables: list[Table] = []
    late = day.rate("late_dispatch_rate")
    worst = next((row for row in day.warehouses if row["numerator"]), None)
    if late and worst:
        answers.append(
            f"Most late by rate in 30 days: {worst['warehouse']}, "
            f"{format_rate(worst['value'], (late['target'],))} "
            f"({worst['numerator']:,} of {worst['denominator']:,})."
        )
        figures.append(warehouse_bars(page, late["target"]))
        tables.append(warehouse_table(page, late["target"]))
    if day.tracking_defects:
        figures.append(defect_bars(page))
    chart = fault_weeks(page)
    if chart is not None:
        figures.append(chart)
    if day.cancellation_reasons:
        tables.append(reason_table(page))
    if not tables and not figures:
        return None
    summary = "The last 30 days: late orders, tracking defects, cancellations"
    return Fold(summary, tables, answers, figures)


def decisions(page: Page) -> list[Decision]:
    """The decisions that the week's statuses ask for, the worst first."""
    asked = [
        Decision(
            _DECISIONS[row["status"]].format(rate=METRICS[row["metric"]].lower),
            row_sentence(row),
            _OWNERS[row["metric"]],
        )
        for row in worst_first(page.day.headline)
        if row["status"] in ("enforcement", "breach", "approaching")
    ]
    return [*asked, *_returns_decision(page), *_network_decision(page), *_payout_decision(page)]


def _returns_decision(page: Page) -> list[Decision]:
    """The dearest margin trap; in an older warehouse the SKU with the highest lower bound."""
    costs = page.day.of.costs
    if costs.has("margin_traps"):
        worst = next((row for row in costs.traps.to_dicts() if row["kind"] in _TRAPS), None)
        if worst is None:
            return []
        ask, owner = _TRAPS[worst["kind"]]
        return [Decision(ask.format(name=worst["segment"]), traps_sentence([worst]), owner)]
    back = [row for row in page.day.shown_returns("sku").to_dicts() if row["units_returned"]]
    if not back:
        return []
    worst = back[0]
    return [
        Decision(
            f"Decide whether to keep selling {worst['seller_sku']} as it is.",
            f"{format_rate(worst['value'])} of {worst['units_ordered']:,} units came back, "
            f"at least {format_rate(worst['lower_bound'])} with 95% confidence.",
            "Product lead",
        )
    ]


def _network_decision(page: Page) -> list[Decision]:
    options = page.day.of.coverage.options
    moved = moved_option(options)
    if moved is None:
        return []
    areas = "area" if moved["sites"] == 1 else "areas"
    return [
        Decision(
            f"Decide whether to stock the ZIP {areas} {moved['site_zip3s']} instead.",
            move_sentence(options),
            "Logistics lead",
        )
    ]


def _payout_decision(page: Page) -> list[Decision]:
    states = page.day.of.settlement.states
    missing = states.get("missing", 0)
    if not missing:
        return []
    return [
        Decision(
            f"Decide who claims the payout of {plural(missing, 'delivered order')}.",
            settlement_sentence(states),
            "Finance lead",
        )
    ]
