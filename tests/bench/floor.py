"""The floor: one DuckDB process that reads all CSVs into typed Parquet; the rates in plain SQL.

It knows where everything is and forgives nothing: no detection of formats, no quarantine, no gates,
no report, no as-of regimes. What it takes is what any pipeline over these files has to take.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

_ORDERS = [
    "Created Time", "Paid Time", "RTS Time", "Shipped Time", "Delivered Time", "Cancelled Time",
]  # fmt: skip
_TEXTS = [
    "Order ID", "Order Status", "Order Substatus", "SKU ID", "Seller SKU", "Product Name",
    "Cancel By", "Cancel Reason", "Fulfillment Type", "Warehouse Name", "Tracking ID",
    "Delivery Option Type", "Delivery Option", "Shipping Provider Name", "State", "Zipcode",
    "Payment Method", "Package ID", "Order Channel", "Creator Handle", "Normal or Pre-order",
]  # fmt: skip
_MONEY = ["SKU Subtotal Before Discount", "SKU Subtotal After Discount", "Order Amount"]


def _offset_case(column: str, zone: ZoneInfo) -> str:
    """Hours from local wall time to UTC as a CASE of dated offsets."""
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    spans: list[tuple[str, int]] = []
    hours = None
    while moment.year < 2029:
        local = moment.astimezone(zone)
        offset = local.utcoffset()
        assert offset is not None
        now = -int(offset.total_seconds() // 3600)
        if now != hours:
            spans.append((local.strftime("%Y-%m-%d %H:%M:%S"), now))
            hours = now
        moment += timedelta(hours=1)
    cases = " ".join(f"when {column} >= timestamp '{at}' then {h}" for at, h in reversed(spans))
    return f"case {cases} end"


def _name(header: str) -> str:
    return header.strip().lower().replace(" ", "_").replace("-", "_")


def _stamp(header: str, formats: list[str]) -> str:
    choices = ", ".join(f"'{f}\t', '{f}'" for f in formats)
    return f"try_strptime(nullif(\"{header}\", '\t'), [{choices}])"


def _csv(folder: Path, pattern: str) -> str:
    files = sorted(str(path) for path in folder.rglob(pattern))
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
    options = "header = true, all_varchar = true, union_by_name = true, quote = '\"'"
    return f"read_csv([{listed}], {options})"


def ingest(con: duckdb.DuckDBPyConnection, landing: Path, out: Path, zone: ZoneInfo) -> None:
    """All CSVs of five feeds into typed Parquet, with fast expressions."""

    def utc(column: str) -> str:
        return f"{column} + to_hours({_offset_case(column, zone)})"

    def write(name: str, select: str) -> None:
        con.execute(f"copy ({select}) to '{out / name}.parquet' (format parquet, compression zstd)")

    us = ["%m/%d/%Y %I:%M:%S %p"]
    day_first = ["%d/%m/%Y %H:%M:%S"]
    stamps = ", ".join(f"{_stamp(h, us)} as {_name(h)}" for h in _ORDERS)
    texts = ", ".join(f"rtrim(\"{h}\", '\t') as {_name(h)}" for h in _TEXTS)
    money = ", ".join(f'try_cast("{h}" as decimal(18, 2)) as {_name(h)}' for h in _MONEY)
    names = ", ".join([_name(h) for h in _TEXTS + _MONEY])
    both = ", ".join(
        f"{utc(_name(h))} as {_name(h)}, {_name(h)}::date as {_name(h)}_on" for h in _ORDERS
    )
    write(
        "orders",
        f"select {names}, quantity, {both} from (select {texts}, {money}, {stamps}, "
        f'try_cast("Quantity" as integer) as quantity from {_csv(landing, "All order*.csv*")}) '
        "where created_time is not null",
    )
    write(
        "returns",
        "select rtrim(\"Return Order ID\", '\t') as return_order_id, "
        "rtrim(\"Order ID\", '\t') as order_id, rtrim(\"SKU ID\", '\t') as sku_id, "
        '"Seller SKU" as seller_sku, "Return Status" as return_status, '
        '"Return Reason" as return_reason, try_cast("Return Quantity" as integer) as quantity, '
        'try_cast("Return unit price" as decimal(18, 2)) as refund_amount, '
        f"{_stamp('Time Requested', day_first)} as requested_at, "
        f"{_stamp('Refund Time', day_first)} as refunded_at "
        f"from {_csv(landing, 'Return*.csv*')}",
    )
    write(
        "affiliate",
        "select rtrim(\"Order ID\", '\t') as order_id, rtrim(\"SKU ID\", '\t') as sku_id, "
        f'"Creator Username" as creator, {_stamp("Time Created", day_first)} as created_at '
        f"from {_csv(landing, 'Affiliate*.csv*')}",
    )
    write(
        "events",
        "select tracking_number, carrier, event_at::timestamptz as event_at, "
        "event_code, left(event_postal_code, 3) as zip3 "
        f"from {_csv(landing, 'tracking*.csv*')}",
    )
    write(
        "shipments",
        "select shipment_id, order_id, warehouse_id, "
        "try_cast(packed_at as timestamptz) as packed_at, "
        "try_cast(tendered_at as timestamptz) as tendered_at, tracking_number "
        f"from {_csv(landing, 'shipments*.csv*')}",
    )


def rates(con: duckdb.DuckDBPyConnection, out: Path, calendar: Path) -> int:
    """Newest versions, orders with deadlines, first scans, four rates a day, returns for one day.

    Returns:
        The number of rate rows, so that nobody can say that nothing was computed.
    """
    con.execute(f"create view o as select * from '{out}/orders.parquet'")
    con.execute(
        f"""
        create table days as
        with c as (select * from read_csv('{calendar}') where calendar_id = 'US_FEDERAL'),
        b as (select * from c where is_business_day)
        select c.day_on, b2.day_on as due_on, b6.day_on as deliver_on
        from c
        left join b b2 on b2.business_day_index = c.business_day_index + 2
        left join b b6 on b6.business_day_index = c.business_day_index + 6
        """
    )
    con.execute(
        """
        create table repeated as
        select order_id, sku_id from o group by all having count(*) > 1
        """
    )
    con.execute(
        """
        create table lines as
        select o.* from o anti join repeated using (order_id, sku_id)
        union all
        select o.* from o join repeated using (order_id, sku_id)
        qualify row_number() over (
            partition by order_id, sku_id order by
            (paid_time is not null)::int + (rts_time is not null)::int
            + (shipped_time is not null)::int + (delivered_time is not null)::int
            + (cancelled_time is not null)::int desc,
            greatest(paid_time, rts_time, shipped_time, delivered_time, cancelled_time) desc) = 1
        """
    )
    con.execute(
        f"""
        create table parcels as
        select tracking_number,
            min(event_at) filter (
                where event_code not in ('label_created', 'tendered')) as scanned_at,
            min(event_at) filter (where event_code = 'delivered') as delivered_at
        from '{out}/events.parquet' group by tracking_number
        """
    )
    con.execute(
        """
        create table orders as
        select l.*, d.due_on, d.deliver_on, p.scanned_at, p.scanned_at::date as scanned_on,
            p.delivered_at::date as arrived_on
        from (select order_id, any_value(created_time) as created_at,
            any_value(created_time_on) as created_on, any_value(paid_time) as paid_at,
            any_value(paid_time_on) as paid_on, any_value(rts_time) as rts_at,
            any_value(shipped_time) as shipped_at, any_value(shipped_time_on) as shipped_on,
            any_value(delivered_time) as delivered_at, any_value(cancelled_time) as cancelled_at,
            any_value(cancelled_time_on) as cancelled_on, any_value(cancel_by) as cancel_by,
            any_value(cancel_reason) as reason, any_value(fulfillment_type) as fulfillment,
            any_value(warehouse_name) as warehouse, any_value(state) as state,
            any_value(zipcode) as zipcode, any_value(package_id) as package_id,
            any_value(tracking_id) as tracking_number, any_value(shipping_provider_name) as carrier,
            any_value(creator_handle) as creator, sum(quantity) as units
            from lines group by order_id) l
        left join days d on d.day_on = l.created_on
        left join parcels p using (tracking_number)
        where paid_on is not null
        """
    )
    con.execute(
        """
        create table changes as
        select 'ldr' as metric, coalesce(scanned_on, shipped_on) as on_day, count(*) as den,
            count(*) filter (where coalesce(scanned_on, shipped_on) > due_on) as num
        from orders where coalesce(scanned_on, shipped_on) is not null group by all
        union all
        select 'sfcr', created_on, count(*),
            count(*) filter (where cancelled_on is not null and cancel_by <> 'User')
        from orders group by all
        union all
        select 'otdr', deliver_on, count(*), count(*) filter (where arrived_on <= deliver_on)
        from orders where deliver_on is not null group by all
        union all
        select 'vtr', shipped_on, count(*), count(*) filter (where scanned_on is not null)
        from orders where shipped_on is not null group by all
        """
    )
    con.execute(
        """
        create table kpi as
        select metric, day_on, w, sum(num) as num, sum(den) as den
        from (select distinct created_on as day_on from orders) d
        cross join (values (7), (30)) as windows (w)
        join changes c on c.on_day between d.day_on - w + 1 and d.day_on
        group by all
        """
    )
    con.execute(
        f"""
        create table sold as
        select l.seller_sku, coalesce(a.creator, l.creator_handle) as creator,
            l.created_time_on as on_day, sum(l.quantity) as ordered, sum(r.quantity) as returned
        from lines l
        left join '{out}/affiliate.parquet' a on a.order_id = l.order_id and a.sku_id = l.sku_id
        left join '{out}/returns.parquet' r on r.order_id = l.order_id and r.sku_id = l.sku_id
        group by all
        """
    )
    con.execute(
        """
        create table returned as
        select d.day_on, s.seller_sku, s.creator, sum(ordered) as ordered, sum(returned) as returned
        from (select distinct created_on as day_on from orders) d
        join sold s on s.on_day between d.day_on - 29 and d.day_on
        group by all
        """
    )
    row = con.execute("select count(*) from kpi").fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    """Run the floor and print its seconds by stage as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("landing", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("calendar", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"threads": 2})
    con.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
    started = time.perf_counter()
    ingest(con, arguments.landing, arguments.out, ZoneInfo("America/Los_Angeles"))
    read = time.perf_counter()
    rows = rates(con, arguments.out, arguments.calendar)
    ended = time.perf_counter()
    print(json.dumps({"ingest_s": read - started, "rates_s": ended - read, "kpi_rows": rows}))


if __name__ == "__main__":
    main()
