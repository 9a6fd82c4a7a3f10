"""Seconds that the solver takes for all ZIP3 areas of the lower 48, the hubs and one to five sites.

`python -m tests.bench.network [SEED]`: demand by the number of ZIP codes and chance; costs with an
inbound cost of each site's own, which is the hardest case.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import polars as pl

from flows.network.solver import Tier, best_sites
from flows.paths import DBT_DIR

_ELSEWHERE = ("AK", "HI", "PR", "VI", "GU", "MP", "AS")
_EDGES = (50, 150, 300, 600, 1000, 1400, 1800)
_DAYS = np.array([1, 1, 2, 2, 3, 4, 4, 5], dtype=np.int64)


def main(seed: int) -> None:
    """Solve every objective for one to five sites, and print the sites and the seconds."""
    text = {"zip3": pl.String}
    places = pl.read_csv(DBT_DIR / "seeds" / "zip3_centroids.csv", schema_overrides=text).filter(
        ~pl.col("state_code").is_in(_ELSEWHERE)
    )
    hubs = pl.read_csv(DBT_DIR / "seeds" / "network_candidates.csv", schema_overrides=text)
    sites = hubs.select("zip3").join(places, on="zip3", maintain_order="left")
    random = np.random.default_rng(seed)
    orders = (places["zip_count"].to_numpy() * random.lognormal(2, 1.5, len(places))).astype(
        int
    ) + 1
    north, east = np.radians(places["latitude"].to_numpy()), np.radians(places["longitude"])
    here, there = np.radians(sites["latitude"].to_numpy()), np.radians(sites["longitude"])
    part = (
        np.sin((north - here[:, None]) / 2) ** 2
        + np.cos(north)
        * np.cos(here)[:, None]
        * np.sin((np.asarray(east) - np.asarray(there)[:, None]) / 2) ** 2
    )
    zones = np.searchsorted(_EDGES, np.round(2 * 3958.76 * np.arcsin(np.sqrt(part)), 1))
    days = _DAYS[zones]
    late, cents = (days > 2).astype(np.int64), 325 + 35 * zones.astype(np.int64)
    inbound, storage = random.integers(20, 80, len(sites)), np.full(len(sites), 450_000)
    print(f"{len(places)} destinations, {len(sites)} sites, {orders.sum():,} orders")
    for name, tiers in {
        "share within 2 days": [Tier(late), Tier(days)],
        "mean transit days": [Tier(days), Tier(late)],
        "total cost": [Tier(cents, storage)],
        "total cost, own inbound": [Tier(cents + inbound[:, None], storage)],
    }.items():
        for count in range(1, 6):
            began = time.perf_counter()
            best = best_sites(tiers, orders, count)
            spent = time.perf_counter() - began
            print(f"{name}, {count}: {spent:.2f} s, {', '.join(sites['zip3'][list(best)])}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
