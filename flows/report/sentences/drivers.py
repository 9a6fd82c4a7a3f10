"""What moved a rate, in words whose parts add up to the change that is printed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import Any

from flows.report.formats import format_points, format_rate
from flows.report.sentences.rates import METRICS

LARGEST = 5
"""Segments that are named; the rest stand together."""

UNTOLD = frozenset({("carrier", "(none)"), ("sku", "(none)")})
"""Segments that are a want of data: a package without a number has no carrier either."""

UNKNOWN = "(unknown)"

_LEAST = 3
"""A segment that moved fewer orders than this may well be chance, and is not named first."""

_CHANCE = 0.05
"""How often a dimension may be named for what is chance: shared out among its segments."""

_CLEAR = 0.5
"""A segment that brings this share of the change more than its share of the orders stands out."""


@dataclass(frozen=True)
class Part:
    """A part of a change: its name, its exact size, and the tenths of a point that are printed."""

    label: str
    effect: float
    tenths: int
    is_segment: bool = True

    @property
    def text(self) -> str:
        """``+0.9``, ``−0.2``."""
        return signed(self.tenths)


def signed(tenths: int) -> str:
    """Tenths of a point with their sign: ``+0.9``, ``−0.2``, ``0.0``."""
    sign = "" if tenths == 0 else "+" if tenths > 0 else "−"
    return f"{sign}{abs(tenths) / 10:.1f}"


def tenths_of(change: float) -> int:
    """A difference of rates in tenths of a point, rounded as a printed change is."""
    return int((Decimal(repr(change)) * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shared_out(effects: Sequence[float], total: int) -> list[int]:
    """Each effect in tenths of a point so that they add up to ``total``: largest remainders."""
    if not effects:
        return []
    exact = [effect * 1000 for effect in effects]
    floors = [math.floor(value + 1e-9) for value in exact]
    order = sorted(range(len(exact)), key=lambda n: (floors[n] - exact[n], -abs(exact[n]), n))
    missing = total - sum(floors)
    step = 1 if missing > 0 else -1
    if step < 0:
        order.reverse()
    for place in range(abs(missing)):
        floors[order[place % len(order)]] += step
    return floors


def parts_of(rows: Sequence[Mapping[str, Any]]) -> list[Part]:
    """The largest segments, the others and the mix; their tenths add up to the change.

    ``rows``: a metric's segments of one dimension, with effects.
    """
    # A stable sort: of equal effects the first row stays the first.
    moved = sorted(
        (row for row in rows if row["rate_effect"]), key=lambda row: -abs(row["rate_effect"])
    )
    # A sixth segment takes no more room than a line for the others.
    named = moved if len(moved) == LARGEST + 1 else moved[:LARGEST]
    others = moved[len(named) :]
    effects = [(str(row["segment"]), float(row["rate_effect"])) for row in named]
    if others:
        effects.append(("others", math.fsum(row["rate_effect"] for row in others)))
    effects.append(("mix", math.fsum(row["mix_effect"] for row in rows)))
    total = tenths_of(change_of(rows))
    shares = shared_out([effect for _, effect in effects], total)
    return [
        Part(label, effect, tenths, is_segment=place < len(named))
        for place, ((label, effect), tenths) in enumerate(zip(effects, shares, strict=True))
    ]


def change_of(rows: Sequence[Mapping[str, Any]]) -> float:
    """The change of the shop's rate that the rows stand behind."""
    return float(rows[0]["shop_value"] - rows[0]["shop_previous_value"])


def stands_out(rows: Sequence[Mapping[str, Any]]) -> float:
    """How far one segment's part of the change is above its part of the orders, 1 at most.

    Near 0 where every segment moved alike, so that the dimension explains nothing. What moved
    between segments counts too. Orders of which no file tells the segment, effects of fewer than
    three orders, and rates that differ by no more than chance explain nothing.
    """
    change = change_of(rows)
    known = [
        row
        for row in rows
        if row["segment"] != UNKNOWN and (row["dimension"], row["segment"]) not in UNTOLD
    ]
    if not change:
        return 0.0
    orders = sum(row["denominator"] + row["previous_denominator"] for row in rows) / 2
    # Where some have no known segment, the shares of all others move with theirs.
    mix = math.fsum(row["mix_effect"] for row in rows) if len(known) == len(rows) else 0.0
    found = [mix / change] if abs(mix) * orders >= _LEAST else []
    found += [
        row["rate_effect"] / change - (row["share"] + row["previous_share"]) / 2
        for row in known
        if abs(row["rate_effect"]) * orders >= _LEAST and _is_sure(row, len(known))
    ]
    return float(min(1.0, max(found, default=0.0)))


def _is_sure(row: Mapping[str, Any], segments: int) -> bool:
    """Whether a segment's two rates differ by more than chance: the test of two proportions.

    ``segments``: how many are tested; the more, the likelier one of them is chance (Bonferroni).
    """
    before, now = row["previous_denominator"], row["denominator"]
    if not before or not now:
        return False
    pooled = (row["previous_value"] * before + row["value"] * now) / (before + now)
    error = math.sqrt(pooled * (1 - pooled) * (1 / before + 1 / now))
    sure = NormalDist().inv_cdf(1 - _CHANCE / 2 / segments)
    return bool(abs(row["value"] - row["previous_value"]) >= sure * error)


def explains(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one segment of the dimension moved the rate for the most part."""
    return len(rows) > 1 and stands_out(rows) >= _CLEAR


def driver_sentence(rows: Sequence[Mapping[str, Any]], dimension: str) -> str:
    """``Late dispatch rose 0.8 points, by warehouse: NJ-1 +0.9, LA-2 −0.2, mix +0.1.``"""
    change = change_of(rows)
    shown = [f"{part.label} {part.text}" for part in parts_of(rows) if part.tenths]
    said = ", ".join(shown)
    words = METRICS[str(rows[0]["metric"])]
    verb = "rose" if change > 0 else "fell"
    return f"{words.label} {verb} {format_points(change)}, by {dimension}: {said}."


def unexplained_sentence(metric: str, change: float) -> str:
    """``Valid tracking fell 0.4 points; no warehouse, carrier, SKU or creator stands out.``"""
    verb = "rose" if change > 0 else "fell"
    return (
        f"{METRICS[metric].label} {verb} {format_points(change)}; no warehouse, carrier, SKU or "
        "creator stands out."
    )


def held_sentence(metric: str, value: float) -> str:
    """``On-time delivery held at 88.6%.``"""
    return f"{METRICS[metric].label} held at {format_rate(value)}."


def incomparable_sentence(metric: str) -> str:
    """``Valid tracking cannot be compared: one of the two weeks has too few to be judged.``"""
    return (
        f"{METRICS[metric].label} cannot be compared: one of the two weeks has too few to be "
        "judged."
    )
