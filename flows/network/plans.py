"""Which sites each plan of a shop has: the present ones, the best of each number, the presets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flows.network.solver import Numbers, Tier, best_pair, best_sites

MOST_SITES = 5

# Two sites of different parts of the country, as sellers are advised; each the best of its part.
PRESETS = (("east + west", "east", "west"), ("central + south", "central", "south"))

_WITHIN_DAYS = 2


@dataclass(frozen=True)
class Plan:
    """Sites (rows of the network) for one objective; kind is `present`, `best` or `preset`."""

    objective: str
    kind: str
    name: str
    sites: tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """A shop's sites and destinations.

    orders: demand by destination. days: sites × destinations, transit in whole business days.
    cents: likewise what an order costs from there, None where it is not known. site_cents: by site,
    what having it costs over the time in which the orders came. is_present: by site. regions: by
    site, None outside of every preset.
    """

    orders: Numbers
    days: Numbers
    cents: Numbers | None
    site_cents: Numbers
    is_present: NDArray[np.bool_]
    regions: Sequence[str | None] = field(default_factory=list)

    @cached_property
    def objectives(self) -> dict[str, list[Tier]]:
        """What a plan can be best at; of equals, the one that is better at what stands second.

        Sets of sites that cost the same to the cent are too rare to spend a second program on.
        """
        late, days = Tier((self.days > _WITHIN_DAYS).astype(np.int64)), Tier(self.days)
        found = {"share_within_2_days": [late, days], "mean_transit_days": [days, late]}
        if self.cents is not None:
            found["total_cost"] = [Tier(self.cents, self.site_cents)]
        return found


def plans(network: Network, *, is_enough: bool) -> Iterator[Plan]:
    """Every plan of a shop; the present one alone where its demand is not enough to advise on."""
    present = tuple(int(site) for site in np.flatnonzero(network.is_present))
    for objective, tiers in network.objectives.items():
        if present:
            yield Plan(objective, "present", "present", present)
        if not is_enough:
            continue
        for count in range(1, min(MOST_SITES, len(network.is_present)) + 1):
            sites = best_sites(tiers, network.orders, count)
            yield Plan(objective, "best", f"best {count}", sites)
        for name, *parts in PRESETS:
            ones, others = ([i for i, r in enumerate(network.regions) if r == p] for p in parts)
            pair = best_pair(tiers, network.orders, ones, others)
            if pair:
                yield Plan(objective, "preset", name, pair)
