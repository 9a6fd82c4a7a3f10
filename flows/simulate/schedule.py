"""Which export files exist: what creation times each covers and when it was pulled."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from flows.simulate.clock import DAY, ShopClock
from flows.simulate.types import BoolArray, IntArray

SMALL_SHOP_ORDERS = 10_000
_LOOK_BACK_DAYS = 28
_CHUNK_DAYS = 30
_CHUNK_LAG_DAYS = 20
_PULL_SECOND = 6 * 3600 + 600


@dataclass(frozen=True)
class Export:
    """One file: rows dated from `covers_from` up to `covers_to`, in their state at `pulled_at`."""

    covers_from: int
    covers_to: int
    pulled_at: int
    label: str


def exports(clock: ShopClock, first: int, days: int, last_pull: int, small: bool) -> list[Export]:
    """Files of a feed over the range, the last one pulled at `last_pull`.

    A small shop pulls the last four weeks every week. A large one pulls a month at a time, some
    weeks later, each file repeating the last day of the one before.
    """
    begin, end = int(clock.midnights[first]), int(clock.midnights[first + days])

    def name(day: int) -> str:
        return (clock.first_on + timedelta(days=min(day, first + days))).isoformat()

    files = []
    if small:
        for day in range(first + 7, first + days, 7):
            pulled = int(clock.midnights[day]) + _PULL_SECOND
            covers = max(begin, int(clock.midnights[max(day - _LOOK_BACK_DAYS, 0)]))
            files.append(Export(covers, pulled, pulled, name(day)))
        covers = max(begin, int(clock.midnights[max(first + days - _LOOK_BACK_DAYS, 0)]))
        files.append(Export(covers, last_pull, last_pull, name(first + days)))
        return files
    for day in range(first, first + days, _CHUNK_DAYS):
        stop = day + _CHUNK_DAYS
        last = stop >= first + days
        covers_to = end if last else int(clock.midnights[stop])
        pulled = min(last_pull, covers_to + _CHUNK_LAG_DAYS * DAY)
        covers = max(begin, int(clock.midnights[day]) - DAY)
        files.append(Export(covers, last_pull if last else covers_to,
                            last_pull if last else pulled, name(stop)))  # fmt: skip
    return files


def covered(export: Export, dated: IntArray) -> BoolArray:
    """Which rows an export holds, by the stamp that it selects on."""
    return (dated >= export.covers_from) & (dated < min(export.covers_to, export.pulled_at))


def last_seen(files: list[Export], dated: IntArray) -> IntArray:
    """When each row was pulled for the last time; 0 for a row in no file."""
    seen = np.zeros(len(dated), dtype=np.int64)
    for export in files:
        hit = covered(export, dated)
        seen[hit] = np.maximum(seen[hit], export.pulled_at)
    return seen


def arrives_late(rng: np.random.Generator, rows: int, share: float) -> BoolArray:
    """Rows that a file lacks although it covers them; a later file brings them."""
    return rng.random(rows) < share
