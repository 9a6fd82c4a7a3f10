"""Where we deliver slowly, which states hold the orders, and where stock should stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.report.charts.rows import Bar, bars
from flows.report.charts.svg import Figure
from flows.report.charts.tiles import UNKNOWN, Site, state_tiles
from flows.report.formats import MISSING, format_money, format_points, format_rate, plural
from flows.report.marts.rules import FOLDED
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
    money,
    number,
    rate,
    table_of,
    words,
)
from flows.report.return_words import OBJECTIVE_WORDS
from flows.report.sentences.coverage import (
    BEST,
    PRESENT,
    REACH,
    better_option,
    concentration_sentence,
    expected_sentence,
    network_sentence,
    of_reach,
    preset_sentence,
)

ACTIVE, ALL = "(active)", "(all)"


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
    section.answers.append(_reach_words(whole, len(states)))
    section.answers += filter(None, [_concentration_words(page)])
    section.figures += _map(page, states)
    section.tables.append(_states(states, whole))
    demand = page.day.of.coverage.demand
    if demand:
        section.folds.append(Fold("Which states hold the orders", [_demand(demand)]))
    sites = frame.filter(
        (pl.col("ship_to_state") == ALL) & (pl.col("origin_set") != ACTIVE)
    ).to_dicts()
    if sites:
        section.folds.append(Fold("What each warehouse would reach alone", [_alone(sites)]))
    return section


def _reach_words(whole: Sequence[Mapping[str, Any]], states: int) -> str:
    orders = whole[0]["orders"] if whole else 0
    share = whole[0]["share_within_2_days"] if whole else None
    if share is None:
        return (
            f"{plural(orders, 'order')} went to {plural(states, 'state')}; the share within "
            "two days is not judged."
        )
    return (
        f"{format_rate(share)} of {plural(orders, 'order')} are within two days of an active "
        "warehouse."
    )


def _concentration_words(page: Page) -> str:
    marts = page.day.of.coverage
    if marts.concentration is None:
        return ""
    first = [row["ship_to_state"] for row in marts.demand[:3] if row["ship_to_state"] != UNKNOWN]
    unexpected = [row["ship_to_state"] for row in marts.demand if row["is_unexpected"]]
    missing = [
        row["ship_to_state"]
        for row in marts.demand
        if row.get("is_expected") and not row["is_in_70"]
    ]
    said = [
        concentration_sentence(marts.concentration, first),
        expected_sentence(unexpected, missing, marts.concentration.get("expected_source")),
    ]
    return " ".join(filter(None, said))


def _map(page: Page, states: Sequence[Mapping[str, Any]]) -> list[Figure]:
    shares = {r["ship_to_state"]: r["share_within_2_days"] for r in states}
    known = {state: value for state, value in shares.items() if value is not None}
    if not known or page.day.shop.market != "US":
        return []
    sites = map_sites(page)
    legend = ""
    if any(not site.is_proposed for site in sites):
        legend += " A filled mark is a warehouse."
    if any(site.is_proposed for site in sites):
        legend += " An outlined mark is a proposed site."
    return [
        state_tiles(
            page.ids,
            "Share of orders within two days, by state",
            known,
            {row["ship_to_state"]: row["orders"] for row in states},
            "Percent of a state's orders within two days; the darker the more. An outlined tile: "
            f"no order, or no zone known. ?? is an unknown state.{legend}",
            sites,
        )
    ]


def map_sites(page: Page) -> list[Site]:
    """The warehouses in use and, where a better network is known, the sites that it adds."""
    marts = page.day.of.coverage
    placed = [row for row in of_reach(marts.sites) if row["state_code"] is not None]
    present = [row for row in placed if row["plan"] == PRESENT]
    better = better_option(marts.options)
    proposed = [
        row
        for row in placed
        if better is not None
        and all(row[key] == better[key] for key in ("plan", "objective", "name"))
        and row["site_zip3"] not in {taken["site_zip3"] for taken in present}
    ]
    return [
        *(Site(row["state_code"], row.get("warehouse_ids") or _site_name(row)) for row in present),
        *(Site(row["state_code"], _site_name(row), is_proposed=True) for row in proposed),
    ]


def _site_name(row: Mapping[str, Any]) -> str:
    name, zip3 = row["site_name"], f"ZIP {row['site_zip3']}"
    return f"{name}, {zip3}" if name and name != row["site_zip3"] else zip3


_PLACE = [
    Field("Orders", lambda r: count(r["orders"]), is_number=True),
    Field("Share", lambda r: rate(r["share_of_orders"]), is_number=True),
    Field("Within 2 days", lambda r: rate(r["share_within_2_days"]), is_number=True),
    Field("Mean zone", lambda r: number(r["mean_zone"]), is_number=True),
    Field("Mean days", lambda r: number(r["mean_transit_days"]), is_number=True),
    Field("On time", lambda r: rate(r["on_time_delivery_rate"]), is_number=True),
]


def _state(row: Mapping[str, Any]) -> Cell:
    state = row["ship_to_state"]
    if state == ALL:
        return Cell("All")
    return Cell("Unknown") if state == UNKNOWN else Cell(state or MISSING)


def _states(states: Sequence[Mapping[str, Any]], whole: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        f"{plural(len(states), 'state')} from the nearest active warehouse, most orders first.",
        [Field("State", _state), *_PLACE],
        [*whole, *states],
    )


def _alone(sites: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        "What each warehouse alone would reach, all orders taken from it.",
        [Field("Warehouse", lambda r: code(r["origin_set"])), *_PLACE],
        sites,
    )


def _demand(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = rows[:FOLDED]

    def expected(row: Mapping[str, Any]) -> Cell:
        if row["is_unexpected"] is None:
            return Cell(MISSING)
        return Cell("Not expected" if row["is_unexpected"] else "")

    return table_of(
        list_caption("state", len(shown), len(rows), "most orders first"),
        [
            Field("State", _state),
            Field("Orders", lambda r: count(r["orders"]), is_number=True),
            Field("Share", lambda r: rate(r["share"]), is_number=True),
            Field("Up to here", lambda r: rate(r["cumulative_share"]), is_number=True),
            Field("Of the population", lambda r: rate(r["population_share"]), is_number=True),
            Field("Times its share", lambda r: number(r["over_index"]), is_number=True),
            Field("Expected", expected),
        ],
        shown,
    )


def network(page: Page) -> Section | None:
    """Where should stock stand? None where no network was computed."""
    marts = page.day.of.coverage
    if not marts.options:
        return None
    section = Section("network", "Where should stock stand?", "Network")
    section.answers.append(network_sentence(marts.options))
    section.answers += filter(None, [preset_sentence(marts.options)])
    reach = [row for row in of_reach(marts.options) if row["share_within_2_days"] is not None]
    if reach:
        section.figures.append(
            bars(
                page.ids,
                "Orders within two days by network",
                [
                    Bar(
                        _name(row),
                        row["share_within_2_days"],
                        format_rate(row["share_within_2_days"]),
                        "axis" if row["plan"] == PRESENT else "s1",
                    )
                    for row in reach
                ],
                "Orders of 90 days, each from the site that serves it best.",
            )
        )
        section.tables.append(_options(page, reach))
    for objective in dict.fromkeys(r["objective"] for r in marts.options if r["plan"] == BEST):
        if objective != REACH:
            rows = [r for r in marts.options if r["objective"] == objective and r["plan"] == BEST]
            name = OBJECTIVE_WORDS.get(objective, objective.replace("_", " "))
            section.folds.append(Fold(f"The best networks by {name}", [_options(page, rows)]))
    section.downloads.append(page.download("network.csv", "Every network (CSV)"))
    return section


def _name(row: Mapping[str, Any]) -> str:
    if row["plan"] == PRESENT:
        return "Present"
    if row["plan"] == BEST:
        return f"Best {plural(row['sites'], 'site')}"
    name = str(row["name"])
    return f"{name[:1].upper()}{name[1:]}"


def _gain(row: Mapping[str, Any], currency: str) -> Cell:
    """What the last site of a network adds to its objective."""
    gain = row["gain_of_this_site"]
    if gain is None:
        return Cell(MISSING)
    if row["objective"] == REACH:
        return Cell(format_points(gain), sort=f"{gain:.6g}")
    if row["objective"] == "mean_transit_days":
        return Cell(f"{gain:,.2f} days", sort=f"{gain:.6g}")
    return Cell(format_money(gain, row.get("currency") or currency), sort=f"{gain:.6g}")


def _advice(row: Mapping[str, Any]) -> Cell:
    if row["is_recommended"]:
        return Cell("Recommended")
    return Cell("Materially better" if row["is_materially_better"] else "")


def _options(page: Page, rows: Sequence[Mapping[str, Any]]) -> Table:
    currency = page.day.shop.currency
    return table_of(
        f"{plural(len(rows), 'network')}, from the orders of 90 days.",
        [
            Field("Network", lambda r: Cell(_name(r))),
            Field("Sites", lambda r: words(r["site_zip3s"])),
            Field("Within 2 days", lambda r: rate(r["share_within_2_days"]), is_number=True),
            Field("Last site adds", lambda r: _gain(r, currency), is_number=True),
            Field("Mean days", lambda r: number(r["mean_transit_days"]), is_number=True),
            Field("Mean zone", lambda r: number(r["mean_zone"]), is_number=True),
            Field(
                "On time, expected",
                lambda r: rate(r["expected_on_time_delivery_rate"]),
                is_number=True,
            ),
            Field(
                "A month",
                lambda r: money(r["cost_per_month"], r.get("currency") or currency),
                is_number=True,
            ),
            Field("Money is", lambda r: basis(r["is_assumed"])),
            Field("Advice", _advice),
        ],
        rows,
    )
