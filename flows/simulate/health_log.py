"""The log of a made-up shop's account health: violations, points won back, appeals, snapshots.

The platform says nowhere how many points an event is worth: the ones here are made up.
"""

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from flows.simulate.clock import DAY, ShopClock
from flows.simulate.plan import HealthLog, Orders
from flows.simulate.scenarios import Script
from flows.simulate.truth_rules import RULES
from flows.simulate.types import IntArray

Stream = Callable[[str], np.random.Generator]

KINDS = ("violation", "gain", "appeal", "snapshot")
VIOLATION, GAIN, APPEAL, SNAPSHOT = range(len(KINDS))

REASONS = (
    "Orders fulfilled", "High late dispatch rate", "High seller-fault cancellation rate",
    "Invalid tracking numbers", "Misleading product claims", "Score as shown",
)  # fmt: skip
_FULFILLED, _LATE, _CANCELLED, _TRACKING, _CLAIMS, _SHOWN = range(len(REASONS))

_DAYS_BEFORE = 240
_EVERY_DAYS, _SNAPSHOT_DAYS = 6, 14
_APPEAL_AFTER_DAYS = 9
_BURST_DAYS = (5, 9, 13)


def make_log(
    stream: Stream, clock: ShopClock, market: str, first: int, days: int, script: Script,
    orders: Orders,
) -> HealthLog:  # fmt: skip
    """Events by time, from `_DAYS_BEFORE` days before the shop's first order to its last day.

    Every sixth day brings a gain or a violation, in South-East Asia violations alone, every fourth
    of which is appealed and won; a scenario brings three heavy violations. `score_after` is the
    opening score and every event up to this one that has not rolled off by its day.
    """
    rng = stream("account health")
    rules = RULES[market]
    long = ShopClock(
        clock.zone, clock.first_on - timedelta(days=_DAYS_BEFORE), clock.last_on, clock.country
    )
    begin = first
    first += _DAYS_BEFORE
    day = np.arange(begin, first + days, _EVERY_DAYS)
    turn = np.arange(len(day))
    asia = rules.opening_points == 0
    lost = turn % 4 == 2
    reason = np.where(lost, rng.integers(_LATE, _CLAIMS + 1, len(day)), _FULFILLED)
    points = np.where(lost, rng.choice([4, 6, 8, 12], len(day)), 2)
    if asia:
        day, reason, points = day[lost], reason[lost], np.minimum(points[lost] // 3 + 1, 4)
    kind = np.where(reason == _FULFILLED, GAIN, VIOLATION)
    start = _burst_from(script)
    if start is not None:
        burst = first + start + np.array(_BURST_DAYS)
        burst = burst[burst < first + days]
        day = np.concatenate([day, burst])
        kind = np.concatenate([kind, np.full(len(burst), VIOLATION)])
        reason = np.concatenate([reason, np.full(len(burst), _LATE)])
        heavy = np.array([3, 4, 5] if asia else [15, 20, 25])
        points = np.concatenate([points, heavy[: len(burst)]])
    lodged = np.flatnonzero(kind == VIOLATION)[1::4]
    lodged = lodged[day[lodged] + _APPEAL_AFTER_DAYS < first + days]
    shown = np.arange(begin + 3, first + days, _SNAPSHOT_DAYS)

    of_day = np.concatenate([day, day[lodged] + _APPEAL_AFTER_DAYS, shown])
    at = long.midnights[of_day] + rng.integers(8 * 3600, 18 * 3600, len(of_day))
    kind = np.concatenate([kind, np.full(len(lodged), APPEAL), np.full(len(shown), SNAPSHOT)])
    reason = np.concatenate([reason, reason[lodged], np.full(len(shown), _SHOWN)])
    points = np.concatenate([points, points[lodged], np.zeros(len(shown), dtype=np.int64)])
    about = np.searchsorted(orders.created, at - 4 * DAY) - 1
    about = np.where(np.isin(reason, (_LATE, _CANCELLED, _TRACKING)), about, -1)
    order = np.argsort(at, kind="stable")
    at, kind, points, of_day = at[order], kind[order], points[order], of_day[order]
    change = changes(kind, points, rules.opening_points)
    held = np.tri(len(at), dtype=bool) & (of_day[None, :] + rules.roll_off_days > of_day[:, None])
    score = rules.opening_points + (held * change).sum(axis=1)
    return HealthLog(
        at=long.readable(at),
        day=of_day - _DAYS_BEFORE,
        kind=kind,
        points=points,
        score_after=score,
        reason=reason[order],
        order=about[order],
    )


def changes(kind: IntArray, points: IntArray, opening: int) -> IntArray:
    """What each event does: a violation takes from a score, or adds to violation points from 0."""
    sign = np.select([kind == VIOLATION, kind == SNAPSHOT], [-1, 0], 1)
    change: IntArray = points * sign * (1 if opening else -1)
    return change


def _burst_from(script: Script) -> int | None:
    """The first day of the first scenario, counted from the shop's first."""
    windows = (script.oversell, script.meltdown)
    days = [script.viral_day, script.live_day, script.bad_creator_from]
    days += [window[0] for window in windows if window is not None]
    return min((day for day in days if day is not None), default=None)
