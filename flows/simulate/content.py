"""What creators show and when: one video, live or showcase a week each."""

import zlib
from dataclasses import dataclass

import numpy as np

from flows.simulate.clock import ShopClock
from flows.simulate.plan import Plan
from flows.simulate.sites import HEROES
from flows.simulate.types import IntArray

CONTENT_TYPES = ("Livestream", "Video", "Showcase")
CAMPAIGNS = ("Spring Drop", "Payday Picks", "Creator Week", "Home Refresh")

_MONDAY = np.datetime64("2018-01-01")
_WEEKS = 4000
_WEEKS_BACK = 17
_WEEKS_OF_CAMPAIGN = 4
_FIRST_ID = 7_400_000_000_000_000_000
_GO_LIVE_SECOND = 18 * 3600
_AHEAD_DAYS = (2, 5, 9, 12, 16)


def content_of(plan: Plan, creator: IntArray, at: IntArray) -> IntArray:
    """The content of each creator that sold at each moment, as a number."""
    on = plan.clock.date_of(plan.clock.day(at))
    return creator * _WEEKS + (on - _MONDAY).astype(np.int64) // 7


def content_ids(plan: Plan, content: IntArray) -> IntArray:
    """The platform's numbers of contents."""
    shop = zlib.crc32(plan.shop_id.encode()) % 1000
    return _FIRST_ID + shop * 10**12 + content * 7_919


def _monday(clock: ShopClock, week: IntArray) -> IntArray:
    """The clock's day on which each week begins."""
    first = (_MONDAY - np.datetime64(clock.first_on, "D")).astype(np.int64)
    days: IntArray = first + 7 * week
    return days


@dataclass(frozen=True)
class Calendar:
    """Entries of a content calendar; `content` is -1 before there is any.

    `campaign` points into `CAMPAIGNS`, -1 for none; `at` are UTC seconds.
    """

    at: IntArray
    creator: IntArray
    sku: IntArray
    content: IntArray
    campaign: IntArray
    expected_units: IntArray


def make_calendar(plan: Plan) -> Calendar:
    """What went live in the last weeks and what will within some two weeks.

    A week's content goes live on the evening before its Monday. What is ahead shows heroes, which
    are expected to sell a fifth above their usual pace.
    """
    clock, creators = plan.clock, plan.creators
    count = len(creators)
    end = clock.number_of(plan.end_on)
    this_week = content_of(plan, np.zeros(1, dtype=np.int64), clock.midnights[end : end + 1])[0]
    weeks = np.arange(max(this_week - _WEEKS_BACK, 0), this_week + 1)
    weeks = weeks[_monday(clock, weeks) > 0]
    week, creator = np.repeat(weeks, count), np.tile(np.arange(count), len(weeks))
    sunday = _monday(clock, week) - 1
    in_campaign = (week + creator) % 2 == 0
    daily = np.bincount(
        plan.lines.sku, weights=plan.lines.quantity, minlength=len(plan.catalogue)
    ) / max((plan.end_on - plan.start_on).days + 1, 1)

    ahead = np.array(_AHEAD_DAYS)
    turn = np.arange(len(ahead))
    shown = turn * 2 % HEROES
    expected = np.append(np.zeros(len(week)), daily[shown] * 0.2 * 14)
    return Calendar(
        at=clock.midnights[np.append(sunday, end + ahead)] + _GO_LIVE_SECOND,
        creator=np.append(creator, turn % count),
        sku=np.append(creators.product[creator], shown),
        content=np.append(creator * _WEEKS + week, np.full(len(ahead), -1)),
        campaign=np.append(
            np.where(in_campaign, week // _WEEKS_OF_CAMPAIGN % len(CAMPAIGNS), -1),
            np.zeros(len(ahead), dtype=np.int64),
        ),
        expected_units=np.ceil(expected).astype(np.int64),
    )
