"""Sentences on concentration, the network of sites, and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flows.report.formats import format_price, format_rate, plural, with_assumed
from flows.report.sentences.ahead import joined

BEST, PRESENT, PRESET = "best", "present", "preset"
REACH = "share_within_2_days"


def concentration_sentence(row: Mapping[str, Any], first: Sequence[str]) -> str:
    """``3 states hold 60% of 4,000 orders, 5 hold 70%: CA, TX and NY lead.``

    ``row``: a ``demand_concentration`` row; ``first``: the states with most orders.
    """
    few, more = row["states_60"], row["states_70"]
    if few is None or more is None:
        return ""
    verb = "holds" if few == 1 else "hold"
    lead = f"; {joined(list(first[:3]))} {'leads' if len(first) == 1 else 'lead'}" if first else ""
    return (
        f"{plural(few, 'state')} {verb} 60% of {plural(row['orders'], 'order')}, {more:,} "
        f"{'holds' if more == 1 else 'hold'} 70%{lead}."
    )


def expected_sentence(
    unexpected: Sequence[str], missing: Sequence[str], source: str | None = "declared"
) -> str:
    """Which of the leading states nobody expected, and which expected ones do not lead.

    ``source``: ``population`` where the shop has declared no state and its people stand in.
    """
    parts = []
    if unexpected and source == "population":
        verb = "orders" if len(unexpected) == 1 else "order"
        parts.append(f"{joined(list(unexpected))} {verb} far more than the population explains")
    elif unexpected:
        verb = "was" if len(unexpected) == 1 else "were"
        parts.append(f"{joined(list(unexpected))} {verb} not expected among them")
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        parts.append(f"{joined(list(missing))} {verb} expected and not among them")
    return f"{'; '.join(parts)}." if parts else ""


def network_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the present network reaches, and what the recommended one would.

    ``rows``: ``network_options`` rows.
    """
    mine = of_reach(rows)
    present = next((row for row in mine if row["plan"] == PRESENT), None)
    best = [row for row in mine if row["plan"] == BEST]
    better = better_option(rows)
    now = ""
    if present is not None and present["share_within_2_days"] is not None:
        now = (
            f"the present {plural(present['sites'], 'site')} "
            f"{'reaches' if present['sites'] == 1 else 'reach'} "
            f"{format_rate(present['share_within_2_days'])} of orders within two days"
        )
    if better is not None:
        could = (
            f"{plural(better['sites'], 'site')} could reach "
            f"{format_rate(better['share_within_2_days'])}"
        )
        if not now:
            return f"{could} of orders within two days."
        return f"{now[0].upper()}{now[1:]}; {could}, which is materially better."
    if not now:
        return "Which sites would reach most orders is not known."
    if not best:
        return f"{now[0].upper()}{now[1:]}."
    return f"{now[0].upper()}{now[1:]}; no network of up to five sites is materially better."


def of_reach(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The networks that are best at, or measured by, the share within two days."""
    return [row for row in rows if row["objective"] == REACH]


def better_option(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The recommended network: the last one of which each site still brings five points."""
    return next((row for row in of_reach(rows) if row["is_recommended"]), None)


def preset_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """``East + west reaches 63.0%, central + south 43.0%.``"""
    said = [
        f"{row['name']} {'reaches ' if place == 0 else ''}{format_rate(row['share_within_2_days'])}"
        for place, row in enumerate(
            r
            for r in of_reach(rows)
            if r["plan"] == PRESET and r["share_within_2_days"] is not None
        )
    ]
    text = ", ".join(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def route_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many routes cost more than the cheapest feasible one, and the one that would save most.

    ``rows``: ``route_choices`` rows, the largest saving first.
    """
    if not rows:
        return "No route had enough parcels to be compared."
    dearer = [row for row in rows if (row["saving"] or 0) > 0]
    if not dearer:
        return (
            f"Of {plural(len(rows), 'route')}, each in use is the cheapest that keeps its promise."
        )
    worst = dearer[0]
    saving: Decimal | float = worst["saving"]
    money = with_assumed(format_price(saving, worst.get("currency")), worst.get("is_assumed"))
    verb = "costs" if len(dearer) == 1 else "cost"
    return (
        f"{len(dearer):,} of {plural(len(rows), 'route')} {verb} more than the cheapest that keeps "
        f"the promise; first: {worst['warehouse_id']} to {worst['ship_to_state']}, {money} a "
        "parcel."
    )


def deviation_sentence(packages: int, deviating: int) -> str:
    """``30 of 400 parcels (7.5%) did not take the preferred route.``"""
    if not packages:
        return ""
    if not deviating:
        return f"All {plural(packages, 'parcel')} with a preferred route took it."
    return f"{deviating:,} of {plural(packages, 'parcel')} did not take the preferred route."
