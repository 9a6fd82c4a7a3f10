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
        "deadline": (_LATE, _DELIVERY),
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

_PACKAGE = ("package_id", "tracking_number", "shipping_provider_name", "zip3")
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
_DEADLINE = ("rts_sla_at", "tts_sla_at", "delivery_due_at")
_FAULT = ("cancel_by", "cancel_reason")
_STAMPS = ("created", "paid", "rts", "shipped", "delivered", "cancelled")
# The columns that say a mark, and the day from which it is known.
_MARKS: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    _ORDERS: {
        **{stamp: ((f"{stamp}_at",), f"{stamp}_on") for stamp in _STAMPS},
        "kind": (_KIND, "created_on"),
        "deadline": (_DEADLINE, "created_on"),
        "package": (_PACKAGE, "coalesce(rts_on, shipped_on, created_on)"),
        "fault": (_FAULT, "cancelled_on"),
    },
    _EVENTS: {"event": (("event_at", "event_code", "event_zip3"), "event_on")},
    _SHIPMENTS: {"upload": (("tracking_number", "tracking_uploaded_at"), "tracking_uploaded_on")},
}
_COLUMNS: dict[str, tuple[str, ...]] = {
    _ORDERS: (
        *(f"{stamp}_{part}" for stamp in _STAMPS for part in ("at", "on")),
        *_KIND,
        *_DEADLINE,
        *_PACKAGE,
        *_FAULT,
    ),
    _EVENTS: ("event_at", "event_on", "event_code", "event_zip3"),
    _SHIPMENTS: ("tracking_number", "tracking_uploaded_at", "tracking_uploaded_on"),
}


def find_files(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `files_of` (shop_id, as_of_on, metric, basis, window_name, file, is_sure)."""
    connection.execute(_new_files())
    found = connection.execute("select distinct feed from new_files").fetchall()
    days = ", ".join(f"{metric} date" for metric in _ALL)
    connection.execute(
        "create temp table news "
        f"(shop_id varchar, file varchar, run_id varchar, order_id varchar, {days})"
    )
    for feed in sorted({feed for (feed,) in found} & set(_MOVES)):
        connection.execute(_news(feed))
    connection.execute(_spots() if found else _NO_SPOTS)
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


def _news(feed: str) -> str:
    """Of each order and new file, from which day its news could move each rate."""
    subject = "tracking_number" if feed == _EVENTS else "order_id"
    table = f"build.lake.{feed.replace('/', '__')}"
    columns = ", ".join(f"lake.{column}" for column in _COLUMNS[feed])
    parts = " union all ".join(
        f"select shop_id, source_id, is_new, subject, '{mark}' as mark, "
        f"hash(shop_id, subject, '{mark}', {', '.join(said)}) as mark_key, {day} as known_on "
        f"from rows where {day} is not null"
        for mark, (said, day) in _MARKS[feed].items()
    )
    days = ", ".join(
        f"min(known_on) filter (where mark in ({marks})) as {metric}"
        for metric in _ALL
        if (marks := ", ".join(f"'{m}'" for m, moved in _MOVES[feed].items() if metric in moved))
    )
    orders, order_id = "", "subject"
    if feed == _EVENTS:
        orders, order_id = (
            " inner join build.intermediate.int_order_packages as packages "
            "on fresh.shop_id = packages.shop_id and fresh.subject = packages.tracking_number",
            "packages.order_id",
        )
    return (
        "insert into news by name with mine as "
        f"(select shop_id, source_id, file, run_id from new_files where feed = '{feed}'), "
        f"subjects as (select distinct lake.shop_id, lake.{subject} as subject "
        f"from {table} as lake semi join mine using (shop_id, source_id)), "
        f"rows as (select lake.shop_id, lake.source_id, lake.{subject} as subject, {columns}, "
        "(lake.shop_id, lake.source_id) in (select (shop_id, source_id) from mine) as is_new "
        f"from {table} as lake semi join subjects "
        f"on lake.shop_id = subjects.shop_id and lake.{subject} = subjects.subject), "
        f"marks as ({parts}), "
        "fresh as (select * from (select * from marks where is_new) "
        "anti join (select mark_key from marks where not is_new) using (mark_key)) "
        f"select fresh.shop_id, mine.file, mine.run_id, {order_id} as order_id, {days} "
        "from fresh inner join mine "
        f"on fresh.shop_id = mine.shop_id and fresh.source_id = mine.source_id{orders} "
        "group by all"
    )


_SPOT = (
    "shop_id varchar, file varchar, run_id varchar, metric varchar, basis varchar, known_on date, "
    "from_on date, to_on date, is_standing boolean"
)
_NO_SPOTS = f"create temp table spots ({_SPOT})"


def _spots() -> str:
    """Where in time the orders of the news count, as they are now and as they were published.

    `is_standing`: on every day of the range whatever the window, as an open overdue order is.
    """
    dates = "created_on, dispatch_due_on, deliver_by_on, cancelled_on"
    now = (
        f"select orders.shop_id, orders.order_id, {dates}, states.dispatched_on, "
        "orders.rts_on, orders.shipped_on from build.intermediate.int_orders as orders "
        "semi join news using (shop_id, order_id) left join (select order_key, dispatched_on "
        "from build.intermediate.int_order_states) as states using (order_key)"
    )
    before = (
        f"select orders.shop_id, orders.order_id, {dates}, orders.dispatched_on, "
        "packages.shipped_on as rts_on, packages.shipped_on from previous.marts.orders as orders "
        "semi join news using (shop_id, order_id) left join previous.marts.packages as packages "
        "on orders.shop_id = packages.shop_id and orders.order_id = packages.order_id"
    )
    points = [
        (_LATE, "platform", "dispatched_on"),
        (_LATE, "due", "dispatch_due_on"),
        (_LATE, "projected", "dispatched_on"),
        (_TRACKING, "platform", "rts_on"),
        (_TRACKING, "platform", "shipped_on"),
        (_CANCELLED, "platform", "created_on"),
        (_DELIVERY, "platform", "deliver_by_on"),
    ]
    ranges = [(*point, point[2], "false") for point in points]
    open_to = "coalesce(least(dispatched_on, cancelled_on), date '9999-12-31')"
    ranges.append((_LATE, "projected", "dispatch_due_on", open_to, "true"))
    parts = " union all ".join(
        f"select distinct shop_id, file, run_id, '{metric}' as metric, '{basis}' as basis, "
        f"{metric} as known_on, {from_on} as from_on, {to_on} as to_on, {standing} as is_standing "
        f"from placed where {metric} is not null and {from_on} is not null"
        for metric, basis, from_on, to_on, standing in ranges
    )
    return (
        f"create temp table spots as with facts as ({now} union all {before}), "
        "placed as (select * from news inner join facts using (shop_id, order_id)) "
        f"select distinct * from ({parts})"
    )


def _touched() -> str:
    """Numbers and the files whose news lie in their window and were known by their day."""
    key = "n.shop_id, n.as_of_on, n.metric, n.basis, n.window_name"
    moved = {
        *(
            (feed, metric, False)
            for feed, of in _MOVES.items()
            for m in of.values()
            for metric in m
        ),
        *((feed, metric, True) for feed, metrics in _DECLARED.items() for metric in metrics),
    }
    return (
        "create temp table files_of as "
        f"with feeds (feed, metric, is_sure) as (values {_values(sorted(moved))}), "
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
