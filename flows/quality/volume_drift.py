"""Gate 1's warnings about feeds that bring less or more than usual, later, or not at all.

Days are the shop's, and each is held against the same weekday of the eight weeks before it by
median and median deviation, so that neither a viral week before nor the rhythm of the week says
anything. A young shop has no usual yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.contracts import Contract
from flows.contracts.model import shop_date_name
from flows.quality.file_drift import event_time
from flows.quality.model import Expectation
from flows.quality.surge import AS_OF, ORDER_FEED, WEEKS, surging_shops

_FILES = "inputs.files"
_LEAST_WEEKS = 6
_LEAST_ROWS = 20
_LEAST_OF_A_WEEK = 100
# Below two fifths or above five times of the usual, and beyond what its own spread and the chance
# of counts allow.
_LOW = 0.6
_HIGH = 4.0
_DEVIATIONS = 3
_CHANCE = 4
# Median absolute deviation to standard deviation, of a normal distribution.
_MAD = 1.4826
# A feed that is looser than that is judged by its contract's own limit.
_LOOSE_DAYS = 3
_LEAST_DAYS_WITH_ROWS = 8
_LEAST_LIFE_DAYS = 28
_SILENT_DAYS = 3
_LEAST_FILES = 4
_GONE_DAYS = 7
# A feed that was given up is told for eight weeks.
_FORGOTTEN_DAYS = 56
_GAPS = 2


def volume_drift(contract: Contract) -> Iterator[Expectation]:
    """The warnings on the days of a feed of facts."""
    yield _volume(contract)
    if contract.freshness_days > _LOOSE_DAYS:
        yield _cadence(contract)


def _days(contract: Contract, reach: int) -> str:
    """Rows a day over the days before the newest that the feed has whole: `counts`, `span`."""
    day = shop_date_name(event_time(contract))
    keys = ", ".join(f"t.{key}" for key in contract.keys)
    return (
        "span as materialized (select a.shop_id, "
        f"least(any_value(a.as_of_on), max(t.{day}) - 1) as last_on, min(t.{day}) as first_on "
        f"from lake.{contract.table} as t inner join {AS_OF} as a on a.shop_id = t.shop_id "
        "group by 1), "
        # A row is there once for every file that repeats it.
        f"counts as materialized (select t.shop_id, t.{day} as day_on, "
        f"approx_count_distinct(hash({keys})) as n from lake.{contract.table} as t "
        f"inner join span as s on s.shop_id = t.shop_id and t.{day} > s.last_on - {reach} "
        f"and t.{day} <= s.last_on group by all)"
    )


def _volume(contract: Contract) -> Expectation:
    reach = 7 * (WEEKS + 1)
    usual = (
        "usual as (select d.shop_id, d.day_on, coalesce(any_value(c.n), 0) as n, "
        "count(w.week) as weeks_before, "
        "median(coalesce(b.n, 0)) as middle, mad(coalesce(b.n, 0)) as spread "
        "from (select shop_id, first_on, unnest(range(7))::integer as back, last_on - back "
        "as day_on from span) as d "
        f"inner join (select unnest(range(1, {WEEKS + 1}))::integer as week) as w "
        "on d.day_on - 7 * w.week >= d.first_on "
        "left join counts as c on c.shop_id = d.shop_id and c.day_on = d.day_on "
        "left join counts as b on b.shop_id = d.shop_id and b.day_on = d.day_on - 7 * w.week "
        "group by d.shop_id, d.day_on)"
    )
    # One slow day of a carrier or a warehouse is a holiday.
    least_days = 1 if contract.feed == ORDER_FEED else 2
    noise = f"greatest({_DEVIATIONS} * {_MAD} * spread, {_CHANCE} * sqrt(middle))"
    low = f"n < middle - greatest({_LOW} * middle, {noise})"
    days = (
        f"with {_days(contract, reach)}, {usual} select shop_id, day_on, n, middle from usual "
        f"where weeks_before >= {_LEAST_WEEKS} and middle >= {_LEAST_ROWS} and ({low}"
    )
    if contract.feed != ORDER_FEED:
        days += (
            f" or n > middle + greatest({_HIGH} * middle, 2 * {noise})) and shop_id not in "
            f"({surging_shops()}"
        )
    return _expect(
        contract,
        "volume_as_usual",
        "No day of the last week has far fewer or more rows than its weekday has",
        topic="volume",
        query="select shop_id, count(*) as failures, printf('%d rows on %s, about %d on that "
        "weekday in the eight weeks before', arg_max(n, day_on), "
        "strftime(max(day_on), '%Y-%m-%d'), arg_max(middle, day_on)::bigint) as note "
        f"from ({days})) group by 1 having count(*) >= {least_days}",
        counted="days",
    )


def _cadence(contract: Contract) -> Expectation:
    """Silence that the contract still allows, and that the shop itself has never had.

    A feed is silent between two days with rows, and between two exports.
    """
    day = shop_date_name(event_time(contract))
    within = f"interval {7 * WEEKS} day"
    return _expect(
        contract,
        "comes_as_usual",
        "The feed is not silent for longer than it ever was in the eight weeks before",
        topic="freshness",
        query="select shop_id, silent as failures, printf('newest rows are of %s, %d days before "
        "the end of the day; it was never silent for more than %d days', "
        "strftime(newest_on, '%Y-%m-%d'), silent, longest) as note from (select d.shop_id, "
        "max(d.day_on) as newest_on, min(d.day_on) as oldest_on, count(*) as days, "
        "any_value(d.as_of_on) - max(d.day_on) as silent, "
        "greatest(max(d.gap), coalesce(any_value(e.gap), 0)) as longest from "
        "(select shop_id, day_on, as_of_on, "
        "day_on - lag(day_on) over (partition by shop_id order by day_on) as gap from "
        f"(select distinct t.shop_id, t.{day} as day_on, a.as_of_on from "
        f"lake.{contract.table} as t inner join {AS_OF} as a on a.shop_id = t.shop_id "
        f"and t.{day} > a.as_of_on - {7 * WEEKS})) as d left join "
        "(select shop_id, ceil(max(epoch(gap)) / 86400)::integer as gap from (select f.shop_id, "
        "f.newest_at - lag(f.newest_at) over (partition by f.shop_id order by f.newest_at) as gap "
        f"from {_FILES} as f inner join {AS_OF} as a on a.shop_id = f.shop_id "
        f"and f.newest_at > a.ends_at - {within} where f.feed = '{contract.feed}' "
        "and f.status = 'loaded') group by 1) as e using (shop_id) group by d.shop_id) "
        f"where days >= {_LEAST_DAYS_WITH_ROWS} and newest_on - oldest_on >= {_LEAST_LIFE_DAYS} "
        f"and silent > greatest(longest + {_SILENT_DAYS}, 2 * longest) "
        f"and silent > {_LOOSE_DAYS} and silent <= {contract.freshness_days}",
    )


def vanished() -> Expectation:
    """A feed whose files came in a rhythm, and stopped while those of other feeds go on."""
    found = (
        "with known as (select f.shop_id, f.feed, f.file, "
        "least(f.newest_at, a.ends_at) as newest_at, "
        "f.newest_at - lag(f.newest_at) over (partition by f.shop_id, f.feed "
        f"order by f.newest_at, f.sha256) as gap from {_FILES} as f inner join {AS_OF} as a "
        "on a.shop_id = f.shop_id where f.status = 'loaded' and f.newest_at is not null), "
        "feeds as (select shop_id, feed, max(newest_at) as newest_at, max(gap) as longest, "
        "arg_max(file, newest_at) as file, count(distinct newest_at) as files "
        "from known group by all), "
        "silent as (select *, max(newest_at) over (partition by shop_id) - newest_at as silence "
        "from feeds) select shop_id, file, feed, newest_at, silence from silent "
        f"where files >= {_LEAST_FILES} and silence > {_GAPS} * longest "
        f"and silence between interval {_GONE_DAYS} day and interval {_FORGOTTEN_DAYS} day"
    )
    return Expectation(
        name="feeds_go_on",
        table=_FILES,
        severity="warning",
        topic="volume",
        description="Every feed that came in a rhythm still comes while others do",
        query="select shop_id, count(*) as failures, printf('%s: nothing since %s, while other "
        "feeds went on for %d days', string_agg(feed, ', ' order by feed), "
        "strftime(min(newest_at), '%Y-%m-%d %H:%M UTC'), date_part('day', max(silence))::bigint) "
        f"as note from ({found}) group by 1",
        counted="feeds",
        files=f"select shop_id, file from ({found})",
    )


def _expect(contract: Contract, name: str, description: str, **question: object) -> Expectation:
    return Expectation(
        name=name,
        table=contract.table,
        severity="warning",
        feed=contract.feed,
        description=description,
        **question,  # type: ignore[arg-type]
    )
