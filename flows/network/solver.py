"""The best set of sites of a given number, exactly: all sets looked at, or a mixed-integer program.

Every destination is served by that one of the chosen sites which costs it least. Costs are whole
numbers, so that totals are exact and equal totals are equal. See `zones-and-network`, 3.4: up to
three sites of sixty there are few enough sets to try them all; beyond, HiGHS solves the radius
formulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Numbers = NDArray[np.int64]

# Three sites of sixty-seven: a quarter of a second.
_MOST_SETS_TO_TRY = 50_000


class NotSolved(Exception):
    """The solver gave up; its own words are the message."""


@dataclass(frozen=True)
class Tier:
    """One thing to make as small as possible.

    costs: sites × destinations, what a unit of demand costs at a destination from a site. fixed: by
    site, what having it costs, in the unit of the costs times the weights.
    """

    costs: Numbers
    fixed: Numbers | None = None

    def total(self, weights: Numbers, sites: Sequence[int]) -> int:
        """What the sites together cost, each destination served by its cheapest one."""
        served = int(self.costs[list(sites)].min(axis=0) @ weights)
        return served + (int(self.fixed[list(sites)].sum()) if self.fixed is not None else 0)


def best_sites(tiers: Sequence[Tier], weights: Numbers, count: int) -> tuple[int, ...]:
    """The `count` sites with the least total of the first tier; of equals, of the next ones.

    weights: demand by destination. Sites are named by their row, in ascending order. Of sets that
    are equal in every tier the first in that order is taken where all sets are tried; any of them,
    the same each time, where they are not. Raises `NotSolved`, and ValueError where there are not
    so many sites.
    """
    if not 1 <= count <= tiers[0].costs.shape[0]:
        raise ValueError(f"{count} of {tiers[0].costs.shape[0]} sites cannot be chosen")
    if comb(tiers[0].costs.shape[0], count) <= _MOST_SETS_TO_TRY:
        return by_trying(tiers, weights, count)
    return by_program(tiers, weights, count)


def by_trying(tiers: Sequence[Tier], weights: Numbers, count: int) -> tuple[int, ...]:
    """`best_sites` by the totals of all sets."""
    return _least(tiers, weights, combinations(range(tiers[0].costs.shape[0]), count))


def best_pair(
    tiers: Sequence[Tier], weights: Numbers, ones: Sequence[int], others: Sequence[int]
) -> tuple[int, ...] | None:
    """The best two sites, one of each list, as `best_sites`; None where a list is empty."""
    pairs = sorted({(min(a, b), max(a, b)) for a in ones for b in others if a != b})
    return _least(tiers, weights, pairs) if pairs else None


def _least(
    tiers: Sequence[Tier], weights: Numbers, sets: Iterable[tuple[int, ...]]
) -> tuple[int, ...]:
    """The first of the sets (all of one length) with the least totals."""
    kept = np.array(list(sets), dtype=np.int64)
    for tier in tiers:
        totals = _totals(tier, weights, kept)
        kept = kept[totals == totals.min()]
    return tuple(int(site) for site in kept[0])


def _totals(tier: Tier, weights: Numbers, sets: Numbers) -> Numbers:
    """The total of each set, a few thousand of them at a time to keep memory small."""
    # Destinations that cost the same from everywhere are one.
    costs, place = np.unique(tier.costs, axis=1, return_inverse=True)
    demand = np.zeros(costs.shape[1], dtype=np.int64)
    np.add.at(demand, place.ravel(), weights)
    parts = []
    for part in np.array_split(sets, len(sets) // 4096 + 1):
        least = costs[part[:, 0]]
        for column in range(1, sets.shape[1]):
            np.minimum(least, costs[part[:, column]], out=least)
        totals = least @ demand
        if tier.fixed is not None:
            totals += tier.fixed[part].sum(axis=1)
        parts.append(totals)
    return np.concatenate(parts)


@dataclass(frozen=True)
class _Steps:
    """A tier as steps: `amounts[r]` is due where no chosen site is in row r of `near`."""

    near: csr_array
    amounts: Numbers
    floor: int


def by_program(tiers: Sequence[Tier], weights: Numbers, count: int) -> tuple[int, ...]:
    """`best_sites` by HiGHS, tier after tier, each held at its best while the next is improved."""
    held: list[tuple[Tier, _Steps, int]] = []
    sites: tuple[int, ...] = ()
    for tier in tiers:
        steps = _steps(tier, weights)
        sites = _solve(tier, steps, held, count)
        held.append((tier, steps, tier.total(weights, sites)))
    return sites


def _steps(tier: Tier, weights: Numbers) -> _Steps:
    """The radius formulation: one row for each set of sites within a cost of some destination.

    A destination pays its least cost, and on from each of its distinct costs to the next one where
    no chosen site is within it. Destinations with the same sites within a cost share the row.
    """
    from scipy.sparse import csr_array

    ranks = np.sort(tier.costs, axis=0)
    rises = np.diff(ranks, axis=0)
    at, destinations = np.nonzero(rises)
    near = tier.costs[:, destinations] <= ranks[at, destinations]
    amounts = rises[at, destinations] * weights[destinations]
    packed, row = np.unique(np.packbits(near, axis=0), axis=1, return_inverse=True)
    summed = np.zeros(packed.shape[1], dtype=np.int64)
    np.add.at(summed, row.ravel(), amounts)
    rows = np.unpackbits(packed, axis=0, count=tier.costs.shape[0]).T
    return _Steps(csr_array(rows, dtype=np.float64), summed, int(ranks[0] @ weights))


def _solve(
    tier: Tier, steps: _Steps, held: Sequence[tuple[Tier, _Steps, int]], count: int
) -> tuple[int, ...]:
    """One program: y says which sites are chosen, z which steps of this and earlier tiers are due.

    z may be any number: with whole y its least value is whole.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import block_array, csr_array, eye_array

    number = tier.costs.shape[0]
    parts = [(tier, steps), *((other, of) for other, of, _ in held)]
    lengths = [len(part.amounts) for _, part in parts]
    width = number + sum(lengths)
    # For every step: the sites within it, or the step itself.
    near = block_array([[part.near] for _, part in parts])
    constraints = [
        LinearConstraint(
            csr_array(block_array([[near, eye_array(sum(lengths))]])), lb=1.0, ub=np.inf
        ),
        LinearConstraint(_row(np.ones(number), 0, width), lb=count, ub=count),
    ]
    start = number + lengths[0]
    for (other, of, best), length in zip(held, lengths[1:], strict=True):
        line = _row(of.amounts, start, width)
        if other.fixed is not None:
            line[0, :number] = other.fixed
        # Totals are whole: half of one more is room for rounding and for no other total.
        constraints.append(LinearConstraint(line, ub=best - of.floor + 0.5))
        start += length
    objective = np.zeros(width)
    if tier.fixed is not None:
        objective[:number] = tier.fixed
    objective[number : number + lengths[0]] = steps.amounts
    integrality = np.zeros(width)
    integrality[:number] = 1
    outcome: Any = milp(
        objective,
        integrality=integrality,
        bounds=Bounds(0.0, 1.0),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    if outcome.x is None:
        raise NotSolved(str(outcome.message))
    return tuple(int(site) for site in np.flatnonzero(outcome.x[:number] > 0.5))


def _row(values: NDArray[Any], start: int, width: int) -> NDArray[np.float64]:
    row = np.zeros((1, width))
    row[0, start : start + len(values)] = values
    return row
