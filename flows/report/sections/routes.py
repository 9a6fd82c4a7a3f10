"""Which route is cheapest and keeps its promise, and which parcels did not take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Field,
    Fold,
    Page,
    Section,
    Table,
    basis,
    code,
    count,
    list_caption,
    number,
    price,
    rate,
    table_of,
    words,
)
from flows.report.return_words import ROUTE_STATES
from flows.report.rule_words import words_of
from flows.report.sentences.coverage import deviation_sentence, route_sentence


def routes(page: Page) -> Section | None:
    """Which route is cheapest and on time? None without routes or in an older warehouse."""
    marts = page.day.of.coverage
    if not marts.has("route_choices") or marts.routes.is_empty():
        return None
    section = Section("routes", "Which route is cheapest and keeps its promise?", "Routes")
    section.answers.append(route_sentence(marts.routes.to_dicts()))
    section.answers += filter(None, [_deviations(marts.deviations)])
    section.tables.append(_choices(marts.routes))
    if marts.performance.height:
        section.folds.append(Fold("How each route performs", [_performance(page)]))
        section.downloads.append(
            page.download("route_performance.csv", "How each route performs (CSV)")
        )
    section.downloads.insert(0, page.download("route_choices.csv", "Routes (CSV)"))
    if marts.deviations.height:
        section.downloads.append(
            page.download("route_deviations.csv", "Parcels off the preferred route (CSV)")
        )
    return section


def _deviations(frame: pl.DataFrame) -> str:
    if frame.is_empty():
        return ""
    return deviation_sentence(int(frame["packages"].sum()), int(frame["deviating"].sum()))


def _text(row: Mapping[str, Any], *keys: str) -> str:
    return " ".join(str(row[key]) for key in keys if row.get(key))


def _choices(frame: pl.DataFrame) -> Table:
    rows = frame.head(SHOWN).to_dicts()
    return table_of(
        list_caption("route", len(rows), frame.height, "the largest saving first"),
        [
            Field("From", lambda r: code(r["warehouse_id"])),
            Field("To", lambda r: words(r["ship_to_state"])),
            Field("Weight", lambda r: words(r["weight_band"])),
            Field("Parcels", lambda r: count(r["packages"]), is_number=True),
            Field("Most used", lambda r: words(_text(r, "actual_carrier", "actual_service"))),
            Field("Best", lambda r: words(_text(r, "best_carrier", "best_service"))),
            Field("Saves a parcel", lambda r: price(r["saving"], r["currency"]), is_number=True),
            Field("Cost is", lambda r: basis(r["is_assumed"])),
            Field("State", lambda r: Cell(words_of(ROUTE_STATES, r["state"]))),
        ],
        rows,
    )


def _performance(page: Page) -> Table:
    frame = page.day.of.coverage.performance
    rows = frame.head(SHOWN).to_dicts()
    return table_of(
        list_caption("route", len(rows), frame.height, "most parcels first"),
        [
            Field("Carrier", lambda r: words(_text(r, "carrier", "service"))),
            Field("From", lambda r: code(r["warehouse_id"])),
            Field("To", lambda r: words(r["ship_to_state"])),
            Field("Parcels", lambda r: count(r["packages"]), is_number=True),
            Field("On time", lambda r: rate(r["on_time_rate"]), is_number=True),
            Field("First scan p90 h", lambda r: number(r["first_scan_p90_hours"]), is_number=True),
            Field("Valid tracking", lambda r: rate(r["valid_tracking_rate"]), is_number=True),
            Field("Costs, all in", lambda r: price(r["expected_cost"], r["currency"]), True),
            Field("Cost is", lambda r: basis(r["is_assumed"])),
        ],
        rows,
    )
