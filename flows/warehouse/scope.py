"""Which as-of days a build computes for which shop, and how much of the publication it replaces.

The publication never goes back in time. A shop whose requested days reach its published newest day
is replaced whole: the build computes every day that it ever published and the requested ones, so
that what is published depends on the data and the set of days alone. A shop of which only earlier
days are requested gets those days' `as_of_on` rows replaced, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.home.state import PublicationState


@dataclass(frozen=True)
class Scope:
    """What one build covers.

    `days`: the requested days in order. `as_of`: by shop the days to compute, in order. `whole`:
    the shops whose rows are all replaced; the other shops of `as_of` are replaced by day.
    """

    days: tuple[date, ...]
    as_of: dict[str, tuple[date, ...]]
    whole: frozenset[str]

    @property
    def shops(self) -> tuple[str, ...]:
        """The shops of the build."""
        return tuple(sorted(self.as_of))

    def only(self, shops: set[str]) -> Scope:
        """The same scope for fewer shops."""
        return Scope(
            self.days,
            {shop: days for shop, days in self.as_of.items() if shop in shops},
            self.whole & shops,
        )

    def to_json(self) -> dict[str, Any]:
        """The scope as plain data."""
        return {
            "days": [day.isoformat() for day in self.days],
            "as_of": {s: [day.isoformat() for day in days] for s, days in self.as_of.items()},
            "whole": sorted(self.whole),
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Scope:
        """The scope that `to_json` wrote."""
        return cls(
            tuple(map(date.fromisoformat, content["days"])),
            {s: tuple(map(date.fromisoformat, days)) for s, days in content["as_of"].items()},
            frozenset(content["whole"]),
        )

    def current(self, shop_id: str) -> date:
        """The day that a shop's marts without `as_of_on` are built for."""
        return self.as_of[shop_id][-1]


def plan(days: tuple[date, ...], shops: list[str], state: PublicationState) -> Scope:
    """The scope of a run that asks for `days` (at least one) of `shops`."""
    requested = tuple(sorted(set(days)))
    as_of: dict[str, tuple[date, ...]] = {}
    whole: set[str] = set()
    for shop in shops:
        published = state.shops.get(shop)
        newest = published.newest_day if published else None
        if newest is None or requested[-1] >= newest:
            whole.add(shop)
            known = {date.fromisoformat(day) for day in published.days} if published else set()
            as_of[shop] = tuple(sorted(known | set(requested)))
        else:
            as_of[shop] = requested
    return Scope(requested, as_of, frozenset(whole))


def snapshot_scope(day: date, shops: list[str]) -> Scope:
    """The scope of a build that stands beside the publication: one day, every row."""
    return what_if_scope((day,), shops)


def what_if_scope(days: tuple[date, ...], shops: list[str]) -> Scope:
    """The scope of a build that is compared with the publication: these days alone, every row."""
    requested = tuple(sorted(set(days)))
    return Scope(requested, dict.fromkeys(shops, requested), frozenset(shops))
