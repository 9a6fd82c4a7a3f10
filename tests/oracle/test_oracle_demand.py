"""Zones and concentration of the brute force, by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .command import CENTROIDS
from .coverage import distance_mi, read_centroids, zone_of
from .demand import StateRow, concentration, fewest_states
from .settlement import cents


@pytest.mark.parametrize(
    ("origin", "target", "zone"),
    [
        ("701", "372", 4), ("900", "941", 4), ("900", "100", 8), ("900", "631", 7),
        ("752", "631", 4), ("752", "972", 7), ("941", "641", 7),
    ],
)  # fmt: skip
def test_published_zones(origin: str, target: str, zone: int) -> None:
    places = read_centroids(CENTROIDS)
    assert zone_of(distance_mi(places[origin], places[target])) == zone


@pytest.mark.parametrize(("origin", "target", "zone"), [("380", "064", 6), ("787", "641", 4)])
def test_two_published_zones_next_to_a_band_edge_are_one_off(
    origin: str, target: str, zone: int
) -> None:
    places = read_centroids(CENTROIDS)
    assert abs(zone_of(distance_mi(places[origin], places[target])) - zone) == 1


def test_thefewest_states_states() -> None:
    # 40 + 30 of 100 are 70 %; 60 % needs both, too; a state alone has everything.
    assert (fewest_states([40, 30, 20, 10], 6), fewest_states([40, 30, 20, 10], 7)) == (2, 2)
    assert (fewest_states([60, 40], 6), fewest_states([60, 40], 7)) == (1, 2)
    assert fewest_states([], 6) == 0


def test_concentration_leaves_out_what_is_not_known() -> None:
    rows = [
        StateRow("CA", 3, 0.75, 0.75, True, True, None),
        StateRow("NY", 1, 0.25, 1.0, False, False, None),
        StateRow("(unknown)", 2, None, None, False, False, None),
    ]
    found = concentration(rows)
    assert (found.orders, found.states_60, found.states_70) == (4, 1, 1)
    assert found.herfindahl == pytest.approx(0.625)


def test_half_a_cent_goes_away_from_zero() -> None:
    assert [str(cents(Decimal(text))) for text in ("0.125", "-0.125", "2.7149")] == [
        "0.13", "-0.13", "2.71",
    ]  # fmt: skip
