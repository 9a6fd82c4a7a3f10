"""The best sites against every set tried by hand, on small networks made up at random."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.network.solver import Tier, best_pair, best_sites, by_program, by_trying

Table = list[list[int]]


def _tier(costs: Table, fixed: list[int] | None = None) -> Tier:
    array = np.array(costs, dtype=np.int64)
    return Tier(array, None if fixed is None else np.array(fixed, dtype=np.int64))


def _weights(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def _by_hand(
    costs: Table, fixed: list[int] | None, weights: list[int], sites: tuple[int, ...]
) -> int:
    """Each destination at its cheapest site, in plain Python."""
    total = sum(
        weight * min(costs[site][place] for site in sites) for place, weight in enumerate(weights)
    )
    return total + sum(fixed[site] for site in sites) if fixed else total


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[tuple[Table, list[int] | None]], list[int], int]:
    """One or two tiers over up to seven sites and twelve destinations, and how many to choose."""
    sites, places = draw(st.integers(1, 7)), draw(st.integers(1, 12))
    highest = draw(st.sampled_from([1, 4, 900]))
    weights = draw(st.lists(st.integers(0, 50), min_size=places, max_size=places))
    tiers = []
    for _ in range(draw(st.integers(1, 2))):
        row = st.lists(st.integers(0, highest), min_size=places, max_size=places)
        costs = draw(st.lists(row, min_size=sites, max_size=sites))
        paid = st.lists(st.integers(0, 300), min_size=sites, max_size=sites)
        tiers.append((costs, draw(st.none() | paid)))
    return tiers, weights, draw(st.integers(1, min(5, sites)))


@settings(max_examples=120, deadline=None)
@given(networks())
def test_both_ways_are_as_good_as_brute_force(
    network: tuple[list[tuple[Table, list[int] | None]], list[int], int],
) -> None:
    written, weights, count = network
    tiers = [_tier(costs, fixed) for costs, fixed in written]

    def totals(sites: tuple[int, ...]) -> list[int]:
        return [_by_hand(costs, fixed, weights, sites) for costs, fixed in written]

    best = min(totals(sites) for sites in combinations(range(len(written[0][0])), count))
    for choose in (by_trying, by_program, best_sites):
        sites = choose(tiers, _weights(weights), count)
        assert len(set(sites)) == count
        assert totals(sites) == best


def test_one_site_of_three() -> None:
    # With as many orders at either end the middle is best, 40 against 60, until one weighs more.
    tier = _tier([[1, 5], [5, 1], [2, 2]])
    assert best_sites([tier], _weights([10, 10]), 1) == (2,)
    assert best_sites([tier], _weights([10, 20]), 1) == (2,)
    assert best_sites([tier], _weights([10, 50]), 1) == (1,)


def test_two_sites_serve_what_is_near_each() -> None:
    tier = _tier([[1, 5], [5, 1], [2, 2]])
    assert best_sites([tier], _weights([10, 10]), 2) == (0, 1)
    assert tier.total(_weights([10, 10]), (0, 1)) == 20


def test_equals_in_the_first_tier_are_told_apart_by_the_second() -> None:
    late, days = _tier([[0, 0], [0, 0]]), _tier([[2, 2], [1, 2]])
    assert best_sites([late], _weights([1, 1]), 1) == (0,)
    assert best_sites([late, days], _weights([1, 1]), 1) == (1,)


def test_the_first_tier_is_never_given_up_for_the_second() -> None:
    late, days = _tier([[0, 1], [1, 1]]), _tier([[9, 9], [1, 1]])
    for choose in (by_trying, by_program):
        assert choose([late, days], _weights([1, 1]), 1) == (0,)


def test_what_a_site_costs_counts_once_however_much_it_ships() -> None:
    # The second site saves 4 an order and costs 100: worth it from 26 orders on.
    tier = _tier([[5], [1]], fixed=[0, 100])
    for choose in (by_trying, by_program):
        assert choose([tier], _weights([24]), 1) == (0,)
        assert choose([tier], _weights([26]), 1) == (1,)


def test_the_first_of_equal_sets_is_taken() -> None:
    assert best_sites([_tier([[1], [1], [1]])], _weights([1]), 2) == (0, 1)


def test_a_pair_has_one_of_each_side() -> None:
    # The two best sites are both in the east.
    tier = _tier([[1, 9, 9], [9, 1, 9], [9, 9, 3], [9, 9, 4]])
    weights = _weights([10, 10, 1])
    assert best_sites([tier], weights, 2) == (0, 1)
    assert best_pair([tier], weights, [0, 1], [2, 3]) == (0, 2)
    assert best_pair([tier], weights, [0, 1], []) is None
    assert best_pair([tier], weights, [0], [0]) is None


@pytest.mark.parametrize("count", [0, 3])
def test_no_more_sites_than_there_are(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} of 2 sites"):
        best_sites([_tier([[1], [2]])], _weights([1]), count)


def test_sixty_sites_and_five_to_choose_are_solved_to_the_optimum() -> None:
    """No swap of one site improves what the solver says, and one site fewer is never better."""
    random = np.random.default_rng(5)
    here, there = random.uniform(0, 50, (60, 2)), random.uniform(0, 50, (300, 2))
    miles = np.hypot(*np.moveaxis(here[:, None] - there[None], 2, 0))
    tier = Tier(np.ceil(miles / 10).astype(np.int64))
    weights = random.integers(1, 400, 300)
    totals = [tier.total(weights, best_sites([tier], weights, count)) for count in range(1, 6)]
    assert totals == sorted(totals, reverse=True)
    best = best_sites([tier], weights, 5)
    swaps = [
        (*best[:out], site, *best[out + 1 :])
        for out in range(5)
        for site in range(60)
        if site not in best
    ]
    assert min(tier.total(weights, swap) for swap in swaps) >= totals[-1]
