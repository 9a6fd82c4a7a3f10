"""Sentences on concentration, the network of sites, and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        parts.append(f"{_few(unexpected)} {verb} far more than the population explains")
    elif unexpected:
        verb = "was" if len(unexpected) == 1 else "were"
        parts.append(f"{_few(unexpected)} {verb} not expected among them")
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        parts.append(f"{_few(missing)} {verb} expected and not among them")
    return f"{'; '.join(parts)}." if parts else ""


def _few(states: Sequence[str]) -> str:
    """The first three names, and how many more there are."""
    shown = list(states[:3])
    return joined([*shown, f"{len(states) - 3:,} more"] if len(states) > 3 else shown)


def network_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the present network reaches, and what the recommended one would.

    ``rows``: ``network_options`` rows.
    """
    best = [row for row in of_reach(rows) if row["plan"] == BEST]
    better = better_option(rows)
    now = _present_words(rows)
    if better is not None:
        could = (
            f"{plural(better['sites'], 'site')} could reach "
            f"{format_rate(better['share_within_2_days'])}"
        )
        if not now:
            return f"{could} of orders within two days."
        return f"{now}; {could}, which is materially better."
    if not now:
        return "Which sites would reach most orders is not known."
    if not best:
        return f"{now}."
    return f"{now}; no network of up to five sites is materially better."


def _present_words(rows: Sequence[Mapping[str, Any]]) -> str:
    present = next((row for row in of_reach(rows) if row["plan"] == PRESENT), None)
    if present is None or present["share_within_2_days"] is None:
        return ""
    one = present["sites"] == 1
    who = "The present site reaches" if one else f"The present {present['sites']} sites reach"
    return f"{who} {format_rate(present['share_within_2_days'])} of orders within two days"


def of_reach(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The networks that are best at, or measured by, the share within two days."""
    return [row for row in rows if row["objective"] == REACH]


def better_option(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The recommended network: the last one of which each site still brings five points."""
    return next((row for row in of_reach(rows) if row["is_recommended"]), None)


def moved_option(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The best network of no more sites than the present one, if it is materially better.

    More sites nearly always reach more orders; that fewer or as many do means that they stand in
    the wrong places.
    """
    mine = of_reach(rows)
    present = next((row for row in mine if row["plan"] == PRESENT), None)
    found = [
        row
        for row in mine
        if present is not None
        and row["plan"] == BEST
        and row["is_materially_better"]
        and row["sites"] <= present["sites"]
    ]
    return max(found, key=lambda row: row["sites"], default=None)


def move_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """``The present 2 sites reach 57.0% of orders within two days, 2 at other places 71.0%.``"""
    moved = moved_option(rows)
    if moved is None:
        return ""
    sites = f"{moved['sites']}" if moved["sites"] > 1 else "one"
    place = "at other places" if moved["sites"] > 1 else "at another place"
    return f"{_present_words(rows)}, {sites} {place} {format_rate(moved['share_within_2_days'])}."


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
    """How many routes are too dear or miss the promise, and which one would save most.

    ``rows``: ``route_choices`` rows, the largest saving first.
    """
    judged = [row for row in rows if row["state"] != "not_judged"]
    if not judged:
        return "No route had enough parcels to be judged."
    dearer = [row for row in judged if row["state"] == "dearer"]
    missing = [row for row in judged if row["state"] == "misses_the_promise"]
    none = [row for row in judged if row["state"] == "none_feasible"]
    unknown = [row for row in judged if row["state"] == "cost_unknown"]
    parts = []
    if dearer:
        verb = "costs" if len(dearer) == 1 else "cost"
        parts.append(f"{len(dearer):,} {verb} 10% more than another that keeps the promise")
    if missing:
        verb = "misses" if len(missing) == 1 else "miss"
        parts.append(f"{len(missing):,} {verb} the promise where another keeps it")
    if none:
        verb = "has" if len(none) == 1 else "have"
        parts.append(f"{len(none):,} {verb} no carrier that keeps it")
    if unknown:
        verb = "keeps" if len(unknown) == 1 else "keep"
        parts.append(f"{len(unknown):,} {verb} the promise at a cost that is not known")
    whole = plural(len(judged), "route")
    if not parts:
        return f"Of {whole}, each keeps the promise and none is much dearer than another."
    return f"Of {whole}, {joined(parts)}.{_saving(dearer)}"


def _saving(dearer: Sequence[Mapping[str, Any]]) -> str:
    if not dearer:
        return ""
    first = dearer[0]
    money = with_assumed(format_price(first["saving"], first["currency"]), first["is_assumed"])
    place = f"{first['warehouse_id']} to {first['ship_to_state']}"
    return f" First: {place}, {money} a parcel."


def deviation_sentence(packages: int, deviating: int) -> str:
    """``30 of 400 parcels (7.5%) did not take the preferred route.``"""
    if not packages:
        return ""
    if not deviating:
        return f"All {plural(packages, 'parcel')} with a preferred route took it."
    return f"{deviating:,} of {plural(packages, 'parcel')} did not take the preferred route."
