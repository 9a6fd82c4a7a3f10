"""Shipping zones against pairs whose zone is published, and against their own bounds."""

from __future__ import annotations

import pytest

from tests.warehouse.conftest import Models

# Origin and destination ZIP3 with the zone that was published, and whether the distance between
# the centroids gives it; the two that miss lie next to an edge of their band.
PUBLISHED = [
    ("701", "372", 4, True),  # New Orleans, Nashville
    ("900", "941", 4, True),  # Los Angeles, San Francisco
    ("900", "100", 8, True),  # Los Angeles, New York
    ("900", "631", 7, True),  # Los Angeles, St. Louis
    ("752", "631", 4, True),  # Dallas, St. Louis
    ("752", "972", 7, True),  # Dallas, Portland
    ("941", "641", 7, True),  # San Francisco, Kansas City
    ("380", "064", 6, False),  # Memphis, New Haven: 989 miles
    ("787", "641", 4, False),  # Austin, Kansas City: 635 miles
]
# From New Jersey: miles as the reference rounds them, and zones.
FROM_NEW_JERSEY = {
    "100": (13, 1),  # New York
    "752": (1359, 6),  # Dallas
    "770": (1410, 7),  # Houston
    "981": (2390, 8),  # Seattle
    "972": (2426, 8),  # Portland
    "900": (2437, 8),  # Los Angeles
}


@pytest.fixture(scope="module")
def zones(models: Models) -> dict[tuple[str, str], tuple[float, int, str, bool]]:
    """Miles, zone, source and nearness to an edge by origin and destination ZIP3."""
    origins = sorted({pair[0] for pair in PUBLISHED} | {"070"})
    models.fill(
        "lake.reference__warehouses",
        [{"shop_id": "us", "warehouse_id": f"W{zip3}", "zip3": zip3} for zip3 in origins],
    )
    models.run("int_zip3_zones", "shipping_zones")
    rows = models.connection.execute(
        "select origin_zip3, destination_zip3, distance_mi, zone, zone_source, is_near_band_edge "
        "from marts.shipping_zones"
    ).fetchall()
    return {(row[0], row[1]): row[2:] for row in rows}


def test_the_published_pairs(
    zones: dict[tuple[str, str], tuple[float, int, str, bool]],
) -> None:
    """Seven of nine exactly, the others within one zone and flagged."""
    exact = 0
    for origin, destination, published, is_met in PUBLISHED:
        _, zone, source, is_near = zones[origin, destination]
        assert source == "computed"
        assert abs(zone - published) <= 1
        assert (zone == published) is is_met
        assert is_met or is_near
        exact += zone == published
    assert exact == 7


def test_new_jersey_reaches_the_west_in_zone_8(
    zones: dict[tuple[str, str], tuple[float, int, str, bool]],
) -> None:
    for zip3, (miles, zone) in FROM_NEW_JERSEY.items():
        assert zones["070", zip3][0] == pytest.approx(miles, abs=1)
        assert zones["070", zip3][1] == zone


def test_every_destination_has_a_zone_from_every_warehouse(
    zones: dict[tuple[str, str], tuple[float, int, str, bool]], models: Models
) -> None:
    row = models.connection.execute("select count(*) from seeds.zip3_centroids").fetchone()
    assert row is not None
    assert len(zones) == row[0] * len({origin for origin, _ in zones})
    assert {zone for _, zone, _, _ in zones.values()} <= set(range(1, 9))
    assert all(zones[origin, origin][:2] == (0.0, 1) for origin, _ in zones)


def test_a_pair_has_one_distance_in_both_directions(
    zones: dict[tuple[str, str], tuple[float, int, str, bool]],
) -> None:
    origins = {origin for origin, _ in zones}
    assert all(
        zones[one, other][0] == pytest.approx(zones[other, one][0])
        for one in origins
        for other in origins
    )
