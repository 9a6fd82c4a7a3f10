"""Do parcels arrive on time, and where do we deliver slowly?"""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.report.charts.rows import Span, spans
from flows.report.charts.tiles import UNKNOWN, state_tiles
from flows.report.formats import MISSING, format_rate, plural
from flows.report.model import (
    Cell,
    Column,
    Page,
    Row,
    Section,
    Table,
    code,
    count,
    number,
    rate,
    words,
)
from flows.report.sections.shipping import basis_table, trend
from flows.report.sentences.rates import row_sentence

METRIC = "on_time_delivery_rate"
ACTIVE, ALL = "(active)", "(all)"


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


def coverage(page: Page) -> Section:
    """Where do we deliver slowly?"""
    section = Section("coverage", "Where do we deliver slowly?", "Coverage")
    frame = page.day.coverage
    active = frame.filter(pl.col("origin_set") == ACTIVE)
    whole = active.filter(pl.col("ship_to_state") == ALL).to_dicts()
    states = active.filter(pl.col("ship_to_state") != ALL).to_dicts()
    section.notes += page.not_judged("reference/warehouses")
    section.downloads = [page.download("coverage.csv", "Coverage, every warehouse (CSV)")]
    if not states:
        section.answers.append("No order of the last 30 days has a destination to cover.")
        return section
    orders = whole[0]["orders"] if whole else 0
    share = whole[0]["share_within_2_days"] if whole else None
    if share is None:
        section.answers.append(
            f"{plural(orders, 'order')} went to {plural(len(states), 'state')}; the share within "
            "two days is not judged."
        )
    else:
        section.answers.append(
            f"{format_rate(share)} of {plural(orders, 'order')} are within two days of an active "
            "warehouse."
        )
    shares = {r["ship_to_state"]: r["share_within_2_days"] for r in states}
    known = {state: value for state, value in shares.items() if value is not None}
    if known and page.day.shop.market == "US":
        section.figures.append(
            state_tiles(
                page.ids,
                "Share of orders within two days, by state",
                known,
                {row["ship_to_state"]: row["orders"] for row in states},
                "Percent of a state's orders within two days; the darker the more. An outline: no "
                "order, or no zone known. ?? is an unknown state.",
            )
        )
    section.tables.append(_states(states, whole))
    sites = frame.filter(
        (pl.col("ship_to_state") == ALL) & (pl.col("origin_set") != ACTIVE)
    ).to_dicts()
    if sites:
        section.tables.append(_sites(sites))
    return section


def _place(row: dict[str, Any]) -> list[Cell]:
    return [
        count(row["orders"]),
        rate(row["share_of_orders"]),
        rate(row["share_within_2_days"]),
        number(row["mean_zone"]),
        number(row["mean_transit_days"]),
        rate(row["on_time_delivery_rate"]),
    ]


_PLACE_COLUMNS = [
    Column("Orders", True),
    Column("Share", True),
    Column("Within 2 days", True),
    Column("Mean zone", True),
    Column("Mean days", True),
    Column("On time", True),
]


def _states(states: list[dict[str, Any]], whole: list[dict[str, Any]]) -> Table:
    def name(row: dict[str, Any]) -> Cell:
        state = row["ship_to_state"]
        if state == ALL:
            return Cell("All")
        return Cell("Unknown") if state == UNKNOWN else Cell(state or MISSING)

    rows = [Row([name(row), *_place(row)]) for row in [*whole, *states]]
    return Table(
        f"{plural(len(states), 'state')} from the nearest active warehouse, most orders first.",
        [Column("State"), *_PLACE_COLUMNS],
        rows,
    )


def _sites(sites: list[dict[str, Any]]) -> Table:
    rows = [Row([code(row["origin_set"]), *_place(row)]) for row in sites]
    return Table(
        "What each warehouse alone would reach, all orders taken from it.",
        [Column("Warehouse"), *_PLACE_COLUMNS],
        rows,
    )
