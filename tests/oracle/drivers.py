"""What moved the rates of a full week: its orders and packages one by one, by SKU and creator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeVar

from .clock import end_of
from .kpis import Window, count, standings_at
from .orders import Order
from .read import Exports
from .returns import read_creators
from .standing import Feed
from .tracking import PackageJudge, packages_as_of

NONE, SEVERAL = "(none)", "(several)"
Thing = TypeVar("Thing")
Counts = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class DriverRow:
    """One row of ``marts.rate_change_drivers``."""

    metric: str
    dimension: str
    segment: str
    previous_numerator: int
    previous_denominator: int
    numerator: int
    denominator: int
    rate_effect: Fraction | None
    mix_effect: Fraction | None


def _one(names: Iterable[str]) -> str:
    known = {name for name in names if name}
    return SEVERAL if len(known) > 1 else next(iter(known), NONE)


def _groups(things: Iterable[Thing], key: Callable[[Thing], str]) -> dict[str, list[Thing]]:
    found: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return found


class Drivers:
    """The segments of one shop's orders and packages, and their rates in two weeks."""

    def __init__(self, exports: Exports, orders: list[Order]) -> None:
        self.exports, self.orders, self.feed = exports, orders, Feed(exports.events)
        self.judge = PackageJudge(self.feed, exports)
        creators = read_creators(exports)
        self.of_order: dict[str, dict[str, str]] = {"sku": {}, "creator": {}}
        shared: dict[str, list[str]] = defaultdict(list)
        for order in orders:
            self.of_order["sku"][order.order_id] = _one(x.seller_sku for x in order.lines)
            self.of_order["creator"][order.order_id] = _one(
                creators.get((order.order_id, x.sku_id)) or x.creator_handle for x in order.lines
            )
            for key in order.packages:
                shared[key].append(order.order_id)
        self.of_package = {
            dimension: {key: _one(names[n] for n in ids) for key, ids in shared.items()}
            for dimension, names in self.of_order.items()
        }

    def rows(self, sunday: date, bases: Mapping[str, str]) -> list[DriverRow]:
        """Every row of the week that ends on ``sunday``; ``bases``: by metric, as judged."""
        before = self._week(sunday - timedelta(days=7), bases)
        now = self._week(sunday, bases)
        found = []
        for key in sorted({*before, *now}):
            found += _effects(*key, before.get(key, {}), now.get(key, {}))
        return found

    def _week(self, sunday: date, bases: Mapping[str, str]) -> dict[tuple[str, str], Counts]:
        zone = self.exports.zone
        end, window = end_of(sunday, zone), Window(sunday - timedelta(days=6), sunday, zone)
        standings = standings_at(self.orders, self.feed, end)
        packages = packages_as_of(standings, self.judge, sunday, end)
        found: dict[tuple[str, str], Counts] = {}
        for dimension in self.of_order:
            names, of_package = self.of_order[dimension], self.of_package[dimension]
            by_order = _groups(standings, lambda s, n=names: n[s.order.order_id])  # type: ignore[misc]
            by_package = _groups(packages, lambda p, n=of_package: n[p.package_key])  # type: ignore[misc]
            for metric, basis in bases.items():
                found[metric, dimension] = {
                    name: counted
                    for name in {*by_order, *by_package}
                    if (
                        counted := count(
                            metric,
                            basis,
                            window,
                            by_order.get(name, []),
                            by_package.get(name, []),
                            end,
                        )
                    )[1]
                }
        return found


def _effects(metric: str, dimension: str, before: Counts, now: Counts) -> list[DriverRow]:
    totals = [(sum(n for n, _ in c.values()), sum(d for _, d in c.values())) for c in (before, now)]
    rows = []
    for segment in sorted({*before, *now}):
        (n0, d0), (n1, d1) = before.get(segment, (0, 0)), now.get(segment, (0, 0))
        rate_effect = mix_effect = None
        if totals[0][1] and totals[1][1]:
            w0, w1 = Fraction(d0, totals[0][1]), Fraction(d1, totals[1][1])
            r0 = Fraction(n0, d0) if d0 else Fraction(n1, d1)
            r1 = Fraction(n1, d1) if d1 else Fraction(n0, d0)
            middle = (Fraction(*totals[0]) + Fraction(*totals[1])) / 2
            rate_effect = (w0 + w1) / 2 * (r1 - r0)
            mix_effect = (w1 - w0) * ((r0 + r1) / 2 - middle)
        rows.append(DriverRow(metric, dimension, segment, n0, d0, n1, d1, rate_effect, mix_effect))
    return rows
