"""Gate 1's warnings about rows that are there twice under other ids, and exports that were cut."""

from __future__ import annotations

from collections.abc import Iterator

from flows.contracts import Contract
from flows.quality.model import Expectation
from flows.quality.surge import ORDER_FEED

_FILES = "inputs.files"
_DAYS = 7
_DAYS_BEFORE = 63
_LEAST_ROWS = 50
_COPIED = 0.2
_BEYOND_CHANCE = 5
_AT_ONCE = 100
# A file is told of while it is among the newest of its feed: nobody exports an old one again.
_NEW_DAYS = 7
# Row limits of exports and of spreadsheets; a larger file of the same feed shows that it is none.
_LIMITS = (500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 500_000, 1_000_000, 1_048_575)


def copies(contract: Contract) -> Iterator[Expectation]:
    """The warnings on copied rows and cut exports of a feed of facts."""
    if contract.feed == ORDER_FEED:
        yield _copied(contract)
    yield _last_row(contract)


def _copied(contract: Contract) -> Expectation:
    """Lines of the week that equal older lines but for their order id and a shift of whole days.

    Chance makes twins in a shop of one SKU, but as many at any number of days; a copy has one.
    Equal lines of one second are counted before they are compared, so that a file of nothing else
    costs no more than another; a second that very many orders share tells nothing.
    """
    found = (
        "with span as (select shop_id, as_of_on from inputs.as_of where is_current), "
        "single as (select distinct t.shop_id, t.order_id, hash(t.sku_id, t.quantity, "
        "t.subtotal_before_discount, t.zip3) as content, epoch(t.created_at)::bigint as second, "
        f"t.created_on as day_on, t.created_on > s.as_of_on - {_DAYS} as is_of_week "
        f"from lake.{contract.table} as t inner join span as s on s.shop_id = t.shop_id "
        f"and t.created_on <= s.as_of_on and t.created_on > s.as_of_on - {_DAYS_BEFORE}), "
        "lines as materialized (select shop_id, content, second, second % 86400 as clock, day_on, "
        "is_of_week, count(*) as n, min(order_id) as one from single "
        f"group by all having count(*) <= {_AT_ONCE}), "
        "week as (select shop_id, sum(n)::bigint as whole from lines where is_of_week group by 1), "
        # A day may lie between them on which the clocks were changed by an hour.
        "sought as (select *, unnest([0, 3600, 82800]) as changed from lines where is_of_week), "
        "twins as (select w.shop_id, w.day_on - b.day_on as shift, w.changed, "
        "sum(w.n)::bigint as n from sought as w inner join lines as b on b.shop_id = w.shop_id "
        "and b.content = w.content and b.clock = (w.clock + w.changed) % 86400 "
        "where w.day_on > b.day_on and (w.n > 1 or b.n > 1 or w.one <> b.one) group by all), "
        "others as (select *, (sum(n) over (partition by shop_id) - n) "
        "/ greatest(count(*) over (partition by shop_id) - 1, 1) as chance from twins) "
        "select shop_id, shift, n, whole from others inner join week using (shop_id) "
        f"where whole >= {_LEAST_ROWS} and n > {_COPIED} * whole and n > {_BEYOND_CHANCE} * chance"
    )
    return Expectation(
        name="no_copied_rows",
        table=contract.table,
        severity="warning",
        topic="volume",
        feed=contract.feed,
        description="The week's orders are not older ones again under other ids",
        query="select shop_id, max(n) as failures, printf('%d of the %d order lines of the last 7 "
        "days equal lines of %d days before, but for their order ids', max(n), any_value(whole), "
        f"arg_max(shift, n)) as note from ({found}) group by 1",
    )


def _last_row(contract: Contract) -> Expectation:
    """A file of which the last row was refused: it may have been cut where it was read or sent."""
    last = "case when f.file ilike '%.json%' then f.rows_read else f.rows_read + 1 end"
    found = (
        "select f.shop_id, f.file, f.rows_read from (select shop_id, file, rows_read, "
        f"left(sha256(sha256), 16) as source_id from {_FILES} where feed = '{contract.feed}' "
        "and status = 'loaded' and rows_quarantined > 0) as f inner join "
        f"lake.{contract.table} as t on t.shop_id = f.shop_id and t.source_id = f.source_id "
        f"group by all having max(t.row_number) < {last}"
    )
    return Expectation(
        name="last_row_is_whole",
        table=contract.table,
        severity="warning",
        topic="volume",
        feed=contract.feed,
        description="No file ends in a row that had to be refused",
        query="select shop_id, count(*) as failures, printf('the last row of %d was refused, as if "
        f"the file had been cut: export it again', count(*)) as note from ({found}) group by 1",
        counted="files",
        files=f"select shop_id, file from ({found})",
    )


def round_limits() -> Expectation:
    """New files that end at a round number of rows, which no file of their feed exceeds."""
    limits = ", ".join(str(limit) for limit in _LIMITS)
    # A declaration has no newest content, and stands until another takes its place.
    found = (
        "select shop_id, file, rows from (select shop_id, file, "
        "rows_accepted + rows_quarantined as rows, max(rows_accepted + rows_quarantined) "
        "over (partition by shop_id, feed) as most, coalesce(newest_at >= max(newest_at) "
        f"over (partition by shop_id, feed) - interval {_NEW_DAYS} day, true) as is_new "
        f"from {_FILES} where status = 'loaded') "
        f"where rows = most and rows in ({limits}) and is_new"
    )
    return Expectation(
        name="no_row_limit",
        table=_FILES,
        severity="warning",
        topic="volume",
        description="No new file ends at the row limit of an export",
        query="select shop_id, count(*) as failures, printf('exactly %d rows, and no file of the "
        "feed has more: it may have been cut, so export shorter periods', max(rows)::bigint) as "
        f"note from ({found}) group by 1",
        counted="files",
        files=f"select shop_id, file from ({found})",
    )
