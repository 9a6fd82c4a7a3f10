"""Which files changed a published number: those that brought news of an order in its window.

A row tells several things of its order, each a mark: what it is, from which day it is known, and
which rates it can move. News is a mark that no file held when the number was published. Exports
overlap, so a file that only repeats what was known is not named.

Works on relations of the connection: `restated` (the numbers that change), and the attached
`build` and `previous`. Leaves `files_of`, one row a number and file; `is_sure` where the file was
found to hold such news, false for a file of a feed that can move the rate without its own rows.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

_LATE = "late_dispatch_rate"
_TRACKING = "valid_tracking_rate"
_CANCELLED = "seller_fault_cancellation_rate"
_DELIVERY = "on_time_delivery_rate"
_ALL = (_LATE, _TRACKING, _CANCELLED, _DELIVERY)

_ORDERS = "seller_center/orders"
_EVENTS = "carriers/tracking_events"
_SHIPMENTS = "third_party_logistics/shipments"

# What rows of each feed tell of an order, and the rates that it can move.
_MOVES: dict[str, dict[str, tuple[str, ...]]] = {
    _ORDERS: {
        "created": _ALL,
        "paid": _ALL,
        "rts": (_LATE, _TRACKING, _DELIVERY),
        "shipped": (_LATE, _TRACKING, _DELIVERY),
        "delivered": (_DELIVERY,),
        "cancelled": _ALL,
        "kind": _ALL,
        "package": (_LATE, _TRACKING, _DELIVERY),
        "fault": (_CANCELLED,),
    },
    _EVENTS: {"event": (_LATE, _TRACKING, _DELIVERY)},
    _SHIPMENTS: {"upload": (_TRACKING,)},
}
# Declarations: their rows name no order, and every row of the shop can follow from them.
_DECLARED: dict[str, tuple[str, ...]] = {
    "reference/shops": _ALL,
    "reference/handling_times": (_LATE, _DELIVERY),
}

_STAMPS = ("created", "paid", "rts", "shipped", "delivered", "cancelled")
_KIND = (
    "normal_or_pre_order",
    "order_channel",
    "payment_method",
    "fulfillment_type",
    "delivery_option",
    "delivery_option_type",
    "subtotal_before_discount",
    "subtotal_after_discount",
)
_PACKAGE = ("package_id", "tracking_number", "shipping_provider_name", "zip3")


def find_files(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `files_of` (shop_id, as_of_on, metric, basis, window_name, file, is_sure)."""
    connection.execute(_new_files())
    found = dict(
        connection.execute("select feed, count(*) from new_files group by feed").fetchall()
    )
    connection.execute(
        "create temp table news (shop_id varchar, file varchar, run_id varchar, order_id varchar, "
        "mark varchar, known_on date)"
    )
    for feed, marks in _MARKS.items():
        if feed in found:
            connection.execute(_news(feed, marks))
    connection.execute(_places() if any(feed in found for feed in _MARKS) else _NO_PLACES)
    connection.execute(_touched())


def _new_files() -> str:
    """Files of which no copy was read when the oldest of a shop's restated numbers was made."""
    feeds = _values((feed,) for feed in [*_MOVES, *_DECLARED])
    return (
        "create temp table new_files as "
        "with since as (select shop_id, min(since_run_id) as run_id from restated group by 1), "
        "files as (select shop_id, file, feed, status, sha256, "
        "left(sha256(sha256), 16) as source_id, min(run_id) over (partition by shop_id, sha256) "
        "as run_id from build.inputs.files where status <> 'refused') "
        "select files.shop_id, files.file, files.feed, files.source_id, files.run_id "
        "from files inner join since on files.shop_id = since.shop_id "
        "and files.run_id > since.run_id where files.status = 'loaded' "
        f"and files.feed in (select feed from (values {feeds}) as feeds (feed))"
    )


def _news(feed: str, marks: str) -> str:
    """Marks of the new files' rows that no other file holds, by order.

    `marks` selects shop, file, subject (what the row is about), mark, what it says and its day from
    `rows`, the rows of the subjects that the new files name.
    """
    subject = "tracking_number" if feed == _EVENTS else "order_id"
    orders = (
        "inner join (select distinct shop_id, tracking_number as subject, order_id "
        "from build.intermediate.int_order_packages where tracking_number is not null) as orders "
        "using (shop_id, subject)"
        if feed == _EVENTS
        else ""
    )
    order_id = "orders.order_id" if feed == _EVENTS else "subject"
    table = f"build.lake.{feed.replace('/', '__')}"
    return (
        "insert into news with mine as "
        f"(select shop_id, file, source_id, run_id from new_files where feed = '{feed}'), "
        f"subjects as (select distinct shop_id, {subject} as subject from {table} "
        "where source_id in (select source_id from mine)), "
        f"rows as (select lake.*, lake.{subject} as subject from {table} as lake "
        f"semi join subjects on lake.shop_id = subjects.shop_id "
        f"and lake.{subject} = subjects.subject), "
        f"marks as ({marks}), "
        "fresh as (select shop_id, subject, mark, said, min(known_on) as known_on, "
        "list(distinct source_id) as sources from marks where known_on is not null "
        "group by shop_id, subject, mark, said "
        "having bool_and((shop_id, source_id) in (select (shop_id, source_id) from mine))) "
        f"select distinct fresh.shop_id, mine.file, mine.run_id, {order_id}, fresh.mark, "
        f"fresh.known_on from fresh {orders} inner join mine on fresh.shop_id = mine.shop_id "
        "and list_contains(fresh.sources, mine.source_id)"
    )


def _order_marks() -> str:
    stamps = [
        f"select shop_id, source_id, subject, '{stamp}' as mark, hash({stamp}_at) as said, "
        f"{stamp}_on as known_on from rows"
        for stamp in _STAMPS
    ]
    others = [
        ("kind", _KIND, "created_on"),
        ("package", _PACKAGE, "coalesce(rts_on, shipped_on, created_on)"),
        ("fault", ("cancel_by", "cancel_reason"), "cancelled_on"),
    ]
    texts = [
        f"select shop_id, source_id, subject, '{mark}', hash({', '.join(columns)}), {day} from rows"
        for mark, columns, day in others
    ]
    return " union all ".join([*stamps, *texts])


_MARKS = {
    _ORDERS: _order_marks(),
    _EVENTS: "select shop_id, source_id, subject, 'event' as mark, "
    "hash(event_at, event_code, event_zip3) as said, event_on as known_on from rows",
    _SHIPMENTS: "select shop_id, source_id, subject, 'upload' as mark, "
    "hash(tracking_number, tracking_uploaded_at) as said, tracking_uploaded_on as known_on "
    "from rows",
}

_PLACE = "shop_id, order_id, metric, basis, from_on, to_on, is_standing"
_NO_PLACES = (
    "create temp table places (shop_id varchar, order_id varchar, metric varchar, basis varchar, "
    "from_on date, to_on date, is_standing boolean)"
)


def _places() -> str:
    """In which windows the orders of the news are, as they are now and as they were published.

    `is_standing`: on every day of the range whatever the window, as an open overdue order is.
    """
    now = (
        "select o.shop_id, o.order_id, o.created_on, o.dispatch_due_on, o.deliver_by_on, "
        "o.cancelled_on, states.dispatched_on, o.rts_on, o.shipped_on "
        "from build.intermediate.int_orders as o semi join news using (shop_id, order_id) "
        "left join build.intermediate.int_order_states as states on o.order_key = states.order_key"
    )
    before = (
        "select o.shop_id, o.order_id, o.created_on, o.dispatch_due_on, o.deliver_by_on, "
        "o.cancelled_on, o.dispatched_on, packages.shipped_on as rts_on, packages.shipped_on "
        "from previous.marts.orders as o semi join news using (shop_id, order_id) "
        "left join previous.marts.packages as packages "
        "on o.shop_id = packages.shop_id and o.order_id = packages.order_id"
    )
    days = [
        (_LATE, "platform", "dispatched_on"),
        (_LATE, "due", "dispatch_due_on"),
        (_LATE, "projected", "dispatched_on"),
        (_TRACKING, "platform", "rts_on"),
        (_TRACKING, "platform", "shipped_on"),
        (_CANCELLED, "platform", "created_on"),
        (_DELIVERY, "platform", "deliver_by_on"),
    ]
    points = [
        f"select shop_id, order_id, '{metric}' as metric, '{basis}' as basis, {day} as from_on, "
        f"{day} as to_on, false as is_standing from facts"
        for metric, basis, day in days
    ]
    standing = (
        f"select shop_id, order_id, '{_LATE}', 'projected', dispatch_due_on, "
        "coalesce(least(dispatched_on, cancelled_on), date '9999-12-31'), true from facts"
    )
    return (
        f"create temp table places as with facts as ({now} union all {before}) "
        f"select distinct {_PLACE} from ({' union all '.join([*points, standing])}) "
        "where from_on is not null"
    )


def _touched() -> str:
    """Numbers and the files whose news lie in their window and were known by their day."""
    key = "n.shop_id, n.as_of_on, n.metric, n.basis, n.window_name"
    moves = _values(
        (feed, mark, metric)
        for feed, marks in _MOVES.items()
        for mark, metrics in marks.items()
        for metric in metrics
    )
    by_feed = _values(
        sorted(
            {
                (feed, metric, feed in _DECLARED)
                for feed, metrics in [
                    *((f, m) for f, marks in _MOVES.items() for m in marks.values()),
                    *_DECLARED.items(),
                ]
                for metric in metrics
            }
        )
    )
    return (
        "create temp table files_of as "
        f"with moves (feed, mark, metric) as (values {moves}), "
        f"feeds (feed, metric, is_sure) as (values {by_feed}), "
        "spots as (select distinct news.shop_id, news.file, news.run_id, places.metric, "
        "places.basis, news.known_on, places.from_on, places.to_on, places.is_standing "
        "from news inner join places using (shop_id, order_id) "
        "inner join (select distinct mark, metric from moves) as moves "
        "on news.mark = moves.mark and places.metric = moves.metric), "
        f"sure as (select distinct {key}, spots.file from restated as n inner join spots "
        "on n.shop_id = spots.shop_id and n.metric = spots.metric and n.basis = spots.basis "
        "and spots.run_id > n.since_run_id and spots.known_on <= n.as_of_on "
        "and spots.from_on <= n.as_of_on "
        "and spots.to_on >= case when spots.is_standing then n.as_of_on "
        "else n.window_start_on end), "
        f"possible as (select {key}, new_files.file, feeds.is_sure from restated as n "
        "inner join new_files on n.shop_id = new_files.shop_id "
        "and new_files.run_id > n.since_run_id "
        "inner join feeds on new_files.feed = feeds.feed and n.metric = feeds.metric) "
        "select possible.* replace (possible.is_sure or sure.file is not null as is_sure) "
        "from possible left join sure "
        "using (shop_id, as_of_on, metric, basis, window_name, file)"
    )


def _values(rows: Iterable[tuple[str | bool, ...]]) -> str:
    """Tuples of words and flags as the rows of an SQL VALUES list."""
    return ", ".join(
        "(" + ", ".join(str(c) if isinstance(c, bool) else f"'{c}'" for c in row) + ")"
        for row in rows
    )
