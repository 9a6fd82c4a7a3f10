"""Do parcels arrive on time?"""

from __future__ import annotations

from flows.report.charts.rows import Span, spans
from flows.report.formats import plural
from flows.report.model import (
    Column,
    Page,
    Row,
    Section,
    Table,
    count,
    number,
    rate,
    words,
)
from flows.report.sections.shipping import basis_table, trend
from flows.report.sentences.rates import row_sentence

METRIC = "on_time_delivery_rate"


def delivery(page: Page) -> Section:
    """Do parcels arrive on time?"""
    day = page.day
    section = Section("delivery", "Do parcels arrive on time?", "Delivery")
    now = day.rate(METRIC)
    if now is None:
        section.answers.append("No order is known on this day.")
        return section
    section.answers.append(row_sentence(now))
    section.figures += trend(page, METRIC)
    timed = [r for r in day.carriers if r["p50_days"] is not None and r["p90_days"] is not None]
    if timed:
        section.figures.append(
            spans(
                page.ids,
                "Business days to delivery by carrier, last 30 days",
                [
                    Span(
                        row["carrier"] or "(none)",
                        row["p50_days"],
                        row["p90_days"],
                        f"{row['p50_days']:.1f}",
                        f"{row['p90_days']:.1f} days, n {row['denominator']:,}",
                    )
                    for row in timed[:12]
                ],
                "Filled dot: half of the orders arrive within. Hollow dot: nine of ten do.",
                percent=False,
                are_dots=True,
            )
        )
    section.tables.append(basis_table(page, METRIC))
    if day.carriers:
        section.tables.append(_carriers(page, now["target"]))
    return section


def _carriers(page: Page, target: float) -> Table:
    rows = [
        Row(
            [
                words(row["carrier"]),
                count(row["denominator"]),
                count(row["numerator"]),
                rate(row["value"], target),
                number(row["p50_days"]),
                number(row["p90_days"]),
            ]
        )
        for row in page.day.carriers[:200]
    ]
    return Table(
        f"{plural(len(rows), 'carrier')}, last 30 days, the lowest rate first.",
        [
            Column("Carrier"),
            Column("Orders", True),
            Column("On time", True),
            Column("Rate", True),
            Column("p50 days", True),
            Column("p90 days", True),
        ],
        rows,
    )
