"""Databases that pass a gate: the tests break one thing each in a copy of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import yaml

from flows.contracts import Contract, lake_schema
from flows.paths import PROJECT_ROOT
from flows.warehouse.inputs import duckdb_type
from tests.quality.late_marts import LATE_MARTS
from tests.quality.return_marts import RETURN_MARTS
from tests.quality.settlement_marts import SETTLEMENT_MARTS
from tests.quality.weekly_marts import WEEKLY_MARTS

MARTS_YAML = PROJECT_ROOT / "flows" / "quality" / "marts.yaml"
_TYPES = {"number": "decimal(18, 2)"}

AS_OF = date(2026, 11, 23)
FIRST_DAY = date(2026, 10, 1)
SHOPS = ("north", "south")


def shop_rows(shops: Sequence[str]) -> str:
    """A relation `s` of one column `shop_id`."""
    return f"(select unnest({list(shops)!r}::varchar[]) as shop_id) as s"


def good_lake(path: Path, contracts: Sequence[Contract], shops: Sequence[str] = SHOPS) -> Path:
    """Schemas `lake` and `inputs` with a few rows of every feed, all of them in order."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema lake")
        connection.execute("create schema inputs")
        _inputs(connection, contracts, shops)
        for contract in contracts:
            columns = ", ".join(
                f"cast({_good_value(contract, name)} as {duckdb_type(kind)}) as {name}"
                for name, kind in lake_schema(contract).items()
            )
            connection.execute(
                f"create table lake.{contract.table} as select {columns} "
                f"from {shop_rows(shops)}, range(1, 6) as r (i)"
            )
    return path


def _good_value(contract: Contract, name: str) -> str:
    system = {
        "shop_id": "s.shop_id",
        "source_id": f"left(sha256('{contract.table}' || s.shop_id), 16)",
        "row_number": "i + 1",
    }
    if name in system:
        return system[name]
    try:
        column = contract.column(name)
    except KeyError:  # the date beside a timestamp
        return f"date '{AS_OF}'"
    if column.words:
        return "'" + column.words[0].replace("'", "''") + "'"
    if column.is_key and column.kind == "date":
        return f"date '{AS_OF}' - i::integer"
    if column.is_key and column.kind != "timestamp":
        return "i" if column.physical_type != "VARCHAR" else f"'57646{name}' || i"
    if column.kind == "timestamp":
        return f"timestamp '{AS_OF} 20:00:00'"
    if column.kind == "date":
        return f"date '{AS_OF}'"
    if column.physical_type == "VARCHAR":
        return "'text'"
    if column.physical_type == "BOOLEAN":
        return "true"
    return "1"


def _as_of(connection: duckdb.DuckDBPyConnection, shops: Sequence[str]) -> None:
    connection.execute(
        f"create table inputs.as_of as select shop_id, date '{AS_OF}' as as_of_on, "
        "timestamp '2026-11-24 08:00:00' as ends_at, true as is_current "
        f"from {shop_rows(shops)}"
    )


def _inputs(
    connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], shops: Sequence[str]
) -> None:
    _as_of(connection, shops)
    feeds = ", ".join(f"('{item.feed}', '{item.table}')" for item in contracts)
    connection.execute(
        "create table inputs.files as select 'run' as run_id, shop_id, table_name || '.csv' as "
        "file, feed, 5::bigint as rows_read, 5::bigint as rows_accepted, 0::bigint as "
        "rows_quarantined, 0::bigint as rows_skipped, table_name || shop_id as sha256, "
        "null::varchar as archive_sha256, 'loaded' as status, null::varchar as reason, "
        f"null::varchar as mend, timestamp '{AS_OF} 20:00:00' as newest_at, true as is_present "
        f"from {shop_rows(shops)}, (values {feeds}) as f (feed, table_name)"
    )


_KPI = """
create table marts.kpi_daily as
select s.shop_id, d.as_of_on::date as as_of_on, m.metric, m.basis, w.window_name,
    d.as_of_on::date as window_start_on, d.as_of_on::date as window_end_on,
    m.numerator::bigint as numerator, 100::bigint as denominator, m.numerator / 100.0::double
    as value, m.target, m.enforcement, 'ok' as status, 2::bigint as headroom,
    'US-2026-01-26' as policy_version, timestamp '{as_of} 23:10:00' as known_through_at,
    m.basis = 'platform' and w.window_name = 'rolling_30d' as is_evaluated, false as is_complete
from {shops}, generate_series(timestamp '{first}', timestamp '{as_of}', interval 1 day)
    as d (as_of_on),
    (values ('late_dispatch_rate', 'platform', 2, 0.04::double, 0.1::double),
        ('late_dispatch_rate', 'due', 2, 0.04, 0.1),
        ('late_dispatch_rate', 'projected', 2, 0.04, 0.1),
        ('valid_tracking_rate', 'platform', 97, 0.95, null),
        ('seller_fault_cancellation_rate', 'platform', 1, 0.025, null),
        ('on_time_delivery_rate', 'platform', 90, 0.8, null))
    as m (metric, basis, numerator, target, enforcement),
    (values ('week'), ('rolling_7d'), ('rolling_30d')) as w (window_name)
"""

_ORDERS = """
create table marts.orders as
select s.shop_id, (576460000000000000 + i)::varchar as order_id,
    timestamp '{first} 12:00:00' + to_days((i % {days})::int) as created_at,
    (date '{first}' + (i % {days})::int) as created_on, 'regular' as order_type,
    'seller' as fulfillment_type,
    timestamp '{first} 12:00:00' + to_days((i % {days} + 2)::int) as dispatch_due_at,
    case when i > 0 then timestamp '{first} 12:00:00' + to_days((i % {days} + 1)::int) end
        as dispatched_at,
    false as is_late_dispatch, false as is_overdue_open,
    timestamp '{as_of} 12:00:00' as deliver_by_at, null::timestamp as delivered_at,
    null::boolean as is_on_time_delivery, null::timestamp as cancelled_at,
    null::varchar as cancellation_fault, '(none)' as creator_handle, '902' as ship_to_zip3,
    'CA' as ship_to_state, 'US-2026-01-26' as policy_version, 'NJ-1' as warehouse_name,
    'ups' as carrier, 'UPS' as carrier_name, true as is_paid, i = 0 as is_open
from {shops}, range({orders}) as r (i)
"""

_PACKAGES = """
create table marts.packages as
select shop_id, 'order:' || order_id as package_key, order_id, '1Z999AA10123456784' as
    tracking_number, 'ups' as carrier, created_at as first_acceptance_scan_at,
    true as is_valid_tracking, true as is_scan_judged, null::varchar as tracking_defect,
    created_on as shipped_on, true as is_in_rate
from marts.orders
"""

_RETURNS = """
create table marts.return_rate_by_{name} as
select s.shop_id, date '{as_of}' as as_of_on, b.basis, w.window_name,
    100::bigint as units_ordered, 5::bigint as units_returned, 0.05::double as value,
    case when b.basis = 'order_cohort' then 0.02::double end as lower_bound,
    case when b.basis = 'order_cohort' then 0.11::double end as upper_bound,
    true as is_provisional, 50::bigint as closed_units_ordered, 2::bigint as
    closed_units_returned, 0.04::double as closed_value, 12.5::decimal(18, 2) as refund_amount,
    'USD' as currency, 'defective' as top_reason, k.key as {column}
from {shops}, (values ('order_cohort'), ('refund_date')) as b (basis),
    (values ('rolling_30d'), ('rolling_90d')) as w (window_name),
    (values ('a'), ('b')) as k (key)
"""

_SMALL = (
    """
create table marts.zone_coverage as
select s.shop_id, date '{as_of}' as as_of_on, o.origin_set, p.state as ship_to_state,
    p.orders::bigint as orders, p.orders / 10.0::double as share_of_orders,
    3.0::double as mean_zone, 0.5::double as share_within_2_days, 3.0::double as
    mean_transit_days, 0.9::double as on_time_delivery_rate
from {shops}, (values ('(active)'), ('NJ-1')) as o (origin_set),
    (values ('CA', 6), ('NY', 4), ('(all)', 10)) as p (state, orders)
""",
    """
create table marts.row_accounting as
select 'run' as run_id, shop_id, 'orders.csv' as file, 'seller_center/orders' as feed,
    10::bigint as rows_read, 8::bigint as rows_accepted, 1::bigint as rows_quarantined,
    1::bigint as rows_skipped, 'ab' as sha256, null::varchar as archive_sha256, 'loaded' as status
from {shops}
""",
    """
create table marts.cancellations_weekly as
select shop_id, date '{as_of}' as as_of_on, date '{as_of}' as week_start_on, 'seller' as fault,
    1::bigint as orders, 100::bigint as confirmed_orders
from {shops}
""",
    """
create table marts.cancellation_reasons as
select shop_id, date '{as_of}' as as_of_on, 'rolling_30d' as window_name, 'Seller' as cancel_by,
    'Out of stock' as cancel_reason, 'seller' as fault, true as is_mapped, 1::bigint as orders
from {shops}
""",
    """
create table marts.dispatch_by_warehouse as
select shop_id, date '{as_of}' as as_of_on, 'rolling_30d' as window_name, w.warehouse,
    1::bigint as numerator, 50::bigint as denominator, 0.02::double as value
from {shops}, (values ('NJ-1'), ('LA-2')) as w (warehouse)
""",
    """
create table marts.open_orders as
select shop_id, order_id, order_type, created_at, dispatch_due_at,
    null::timestamp as auto_cancel_at, deliver_by_at, 5.0::double as time_left_hours,
    'T-12' as bucket, '12-24h' as age_bucket, true as is_received, true as is_available,
    null::boolean as is_quality_checked, false as is_prepared, false as is_tracking_uploaded,
    'packing' as waiting_for, 'picked' as stage, created_at as stage_at,
    3.5::double as remaining_p50_hours, 9.0::double as remaining_p90_hours,
    0.2::double as late_chance, 40::bigint as late_chance_orders,
    'warehouse' as late_chance_basis, false as is_prepared_unscanned,
    null::timestamp as prepared_at, null::double as unscanned_hours, 'NJ-1' as warehouse, carrier,
    null::varchar as tracking_number, 1::bigint as units, 'A' as seller_skus, creator_handle,
    18.00::decimal(18, 2) as order_amount, 'USD' as currency
from marts.orders where is_open
""",
    """
create table marts.handling_capacity as
select shop_id, l.line, l.rate_line::double as rate_line, 1::bigint as open_orders,
    0::bigint as overdue_orders, 0::bigint as allowed_late, 0::bigint as allowed_late_left,
    date '{as_of}' as due_on, 1::bigint as orders_to_dispatch, 1::bigint as dispatch_days,
    1::bigint as needed_per_day, 20::bigint as demonstrated_peak, 30::bigint as stated_capacity,
    true as is_feasible
from {shops}, (values ('target', 0.04), ('enforcement', 0.1)) as l (line, rate_line)
""",
    """
create table marts.dispatch_schedule as
select shop_id, date '{as_of}' as due_on, 1::bigint as orders_due from {shops}
""",
    """
create table marts.delivery_by_carrier as
select shop_id, date '{as_of}' as as_of_on, 'rolling_30d' as window_name, c.carrier,
    45::bigint as numerator, 50::bigint as denominator, 0.9::double as value,
    3.0::double as p50_days, 5.0::double as p90_days
from {shops}, (values ('ups'), ('usps')) as c (carrier)
""",
    """
create table marts.tracking_defects as
select shop_id, date '{as_of}' as as_of_on, 'rolling_30d' as window_name, 'no_scan' as
    tracking_defect, 3::bigint as packages
from {shops}
""",
    """
create table marts.account_health_daily as
select shop_id, date '{as_of}' as as_of_on, 200::bigint as opening, 3::bigint as gained,
    -8::bigint as lost, 0::bigint as appealed, 0::bigint as rolled_off, 0::bigint as clamped,
    195::bigint as score
from {shops}
""",
    """
create table marts.account_health_waterfall as
select shop_id, date '{as_of}' as as_of_on, 'rolling_30d' as window_name, w.kind,
    '(all)' as reason, w.points::bigint as points, 1::bigint as events
from {shops}, (values ('opening', 200), ('violation', -8), ('gain', 3), ('closing', 195))
    as w (kind, points)
""",
    """
create table marts.tracking_defects_by as
select shop_id, date '{as_of}' as as_of_on, 'rolling_30d' as window_name, d.dimension,
    d.segment, p.tracking_defect, p.packages::bigint as packages
from {shops}, (values ('carrier', 'UPS'), ('warehouse', 'NJ-1'), ('label_source', 'seller'))
    as d (dimension, segment),
    (values ('(valid)', 97), ('no_scan', 3)) as p (tracking_defect, packages)
""",
    """
create table marts.fulfillment_daily as
select shop_id, date '{as_of}' as as_of_on, 'unshipped_order_rate' as metric,
    'rolling_30d' as window_name, 1::bigint as numerator, 50::bigint as denominator,
    0.02::double as value
from {shops}
""",
    """
create table marts.product_cancellations as
select shop_id, 'MUG' as seller_sku, 'rolling_30d' as window_name, 10::bigint as orders,
    1::bigint as seller_fault_cancellations, 0.1::double as value, 0.05::double as shop_value,
    0.05::double as shop_line, 0.1::double as product_line, true as is_past_lines
from {shops}
""",
    """
create table marts.not_judged as
select shop_id, date '{as_of}' as as_of_on, 'zones' as subject, 'no warehouse file' as reason,
    'reference/warehouses' as mend_feed, 10::bigint as affected
from {shops}
""",
    """
create table marts.data_quality_issues as
select shop_id, date '{as_of}' as as_of_on, 'none' as issue, 'x' as subject, 0::bigint as rows,
    '' as mend
from {shops}
""",
    """
create table marts.feed_freshness as
select shop_id, 'seller_center/orders' as feed, 1::bigint as files, 10::bigint as rows,
    timestamp '{as_of} 20:00:00' as newest_at, date '{as_of}' as newest_on
from {shops}
""",
)


def good_marts(path: Path, shops: Sequence[str] = SHOPS, orders: int = 540) -> Path:
    """Schemas `marts` and `inputs` as a build leaves them, all in order."""
    words = {
        "shops": shop_rows(shops),
        "as_of": AS_OF.isoformat(),
        "first": FIRST_DAY.isoformat(),
        "days": (AS_OF - FIRST_DAY).days + 1,
        "orders": orders,
    }
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema inputs")
        _as_of(connection, shops)
        by_subject = (*LATE_MARTS, *RETURN_MARTS, *SETTLEMENT_MARTS, *WEEKLY_MARTS)
        for statement in (_KPI, _ORDERS, _PACKAGES, *_SMALL, *by_subject):
            connection.execute(statement.format(**words))
        for name, column in (("sku", "seller_sku"), ("creator", "creator_handle")):
            connection.execute(_RETURNS.format(name=name, column=column, **words))
        _make_empty_ones(connection)
    return path


def _make_empty_ones(connection: duckdb.DuckDBPyConnection) -> None:
    """The marts that are given no rows here, each with the columns that the gate asks for."""
    made = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    listed = yaml.safe_load(MARTS_YAML.read_text(encoding="utf-8"))
    for table in sorted(set(listed) - {name for (name,) in made}):
        kinds = {
            **dict.fromkeys(listed[table]["grain"], "text"),
            **listed[table].get("columns", {}),
        }
        columns = ", ".join(f"{name} {_TYPES.get(kind, kind)}" for name, kind in kinds.items())
        connection.execute(f"create table marts.{table} ({columns})")


def change(path: Path, *statements: str) -> Path:
    """Run statements on the database, so that it is no longer in order."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path
