"""A warehouse file with hand-made marts, for the report's tests.

The four headline rates of November 23, 2026 are the ones of the sentences' examples; the rest
is drawn with plain formulas so that lines bend, lists have rows and every state is there.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

DAY = date(2026, 11, 23)
HOSTILE = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.example","x")'

_TABLES = """
create schema marts;
create table marts.kpi_daily (shop_id text, as_of_on date, metric text, basis text,
    window_name text, window_start_on date, window_end_on date, numerator bigint,
    denominator bigint, value double, target double, enforcement double, status text,
    headroom bigint, policy_version text, known_through_at timestamp, is_complete boolean,
    min_denominator bigint);
create table marts.orders (shop_id text, order_id text, created_at timestamp, created_on date,
    order_type text, fulfillment_type text, dispatch_due_at timestamp, dispatch_due_on date,
    dispatched_at timestamp, dispatched_on date, is_late_dispatch boolean,
    is_overdue_open boolean, is_open boolean, deliver_by_at timestamp, deliver_by_on date,
    delivered_at timestamp, delivered_on date, is_on_time_delivery boolean,
    cancelled_at timestamp, cancelled_on date, cancel_by text, cancel_reason text,
    cancellation_fault text, inferred_fault text, creator_handle text, seller_skus text,
    units bigint, ship_to_zip3 text, ship_to_state text, paid_at timestamp, rts_at timestamp,
    shipped_at timestamp, is_paid boolean, is_sample boolean, is_replacement boolean,
    is_express boolean, warehouse_id text, warehouse_name text, carrier text,
    carrier_name text, tracking_number text, order_amount decimal(18, 2), currency text,
    last_event_at timestamp, last_event_code text, policy_version text);
create table marts.packages (shop_id text, package_key text, order_id text, order_count bigint,
    tracking_number text, carrier text, carrier_name text, order_created_at timestamp,
    rts_at timestamp, shipped_at timestamp, shipped_on date,
    first_acceptance_scan_at timestamp, delivered_at timestamp, is_valid_tracking boolean,
    is_scan_judged boolean, tracking_defect text, is_in_rate boolean, policy_version text);
create table marts.cancellations_weekly (shop_id text, as_of_on date, week_start_on date,
    fault text, orders bigint, confirmed_orders bigint);
create table marts.cancellation_reasons (shop_id text, as_of_on date, window_name text,
    cancel_by text, cancel_reason text, fault text, is_mapped boolean, orders bigint);
create table marts.dispatch_by_warehouse (shop_id text, as_of_on date, window_name text,
    warehouse text, numerator bigint, denominator bigint, value double);
create table marts.delivery_by_carrier (shop_id text, as_of_on date, window_name text,
    carrier text, numerator bigint, denominator bigint, value double, p50_days double,
    p90_days double);
create table marts.tracking_defects (shop_id text, as_of_on date, window_name text,
    tracking_defect text, packages bigint);
create table marts.not_judged (shop_id text, as_of_on date, subject text, reason text,
    mend_feed text, affected bigint);
create table marts.data_quality_issues (shop_id text, as_of_on date, issue text, subject text,
    rows bigint, mend text);
create table marts.feed_freshness (shop_id text, feed text, files bigint, rows bigint,
    newest_at timestamp, newest_on date);
create table marts.return_rate_by_sku (shop_id text, as_of_on date, basis text,
    window_name text, seller_sku text, product_name text, units_ordered bigint,
    units_returned bigint, value double, lower_bound double, upper_bound double,
    is_provisional boolean, closed_units_ordered bigint, closed_units_returned bigint,
    closed_value double, refund_amount decimal(18, 2), currency text, top_reason text);
create table marts.return_rate_by_creator (shop_id text, as_of_on date, basis text,
    window_name text, creator_handle text, units_ordered bigint, units_returned bigint,
    value double, lower_bound double, upper_bound double, is_provisional boolean,
    closed_units_ordered bigint, closed_units_returned bigint, closed_value double,
    refund_amount decimal(18, 2), currency text, top_reason text);
create table marts.zone_coverage (shop_id text, as_of_on date, origin_set text,
    ship_to_state text, orders bigint, share_of_orders double, mean_zone double,
    share_within_2_days double, mean_transit_days double, on_time_delivery_rate double);
create table marts.row_accounting (run_id text, shop_id text, file text, feed text,
    rows_read bigint, rows_accepted bigint, rows_quarantined bigint, rows_skipped bigint,
    sha256 text, archive_sha256 text, status text, reason text, mend text,
    is_present boolean);
"""

# metric, target, enforcement, minimum, denominator a week, mean, swing
_RATES = """
(values ('late_dispatch_rate', 0.04, 0.10, 25, 1000, 0.031, 0.012),
        ('valid_tracking_rate', 0.95, null, 20, 1000, 0.968, 0.012),
        ('seller_fault_cancellation_rate', 0.025, null, 40, 1000, 0.019, 0.008),
        ('on_time_delivery_rate', 0.80, null, 10, 900, 0.86, 0.05))
    as r(metric, target, enforcement, least, weekly, middle, swing)
"""

_KPI = f"""
insert into marts.kpi_daily
with days as (select unnest(range(date '2026-07-01', $day + 1, interval 1 day))::date as d),
cells as (
    select d, r.*, w.window_name, b.basis,
        case w.window_name when 'week' then date_trunc('week', d)::date
            when 'rolling_7d' then d - 6 else d - 29 end as first_on,
        (weekly * case w.window_name when 'rolling_30d' then 4 else 1 end)::bigint as n
    from days cross join {_RATES}
    cross join (values ('week'), ('rolling_7d'), ('rolling_30d')) as w(window_name)
    cross join (values ('platform', 0.0), ('due', 0.004), ('projected', 0.011)) as b(basis, more)
    where b.basis = 'platform' or r.metric = 'late_dispatch_rate'
), counted as (
    select *, round(n * (middle + swing * sin((d - date '2026-07-01') / 9.0)
        + case basis when 'due' then 0.004 when 'projected' then 0.011 else 0 end))::bigint as k
    from cells
)
select $shop, d, metric, basis, window_name, first_on, d, k, n, k / n, target, enforcement,
    case when (target < 0.5 and k / n > enforcement) then 'enforcement'
         when (target < 0.5 and k / n > target) or (target > 0.5 and k / n < target) then 'breach'
         when (target < 0.5 and k / n >= target * 0.75)
           or (target > 0.5 and k / n <= target + (1 - target) * 0.25) then 'approaching'
         else 'ok' end,
    case when target < 0.5 then floor(target * n) - k
         else floor(round((1 - target) * n, 6)) - (n - k) end::bigint,
    'us-2026-04-01', (d + 1)::timestamp + interval 8 hour, true, least
from counted
"""

# The last day's headline rows, by hand: the examples of the sentences.
_HEADLINE = """
update marts.kpi_daily as k set numerator = h.a, denominator = h.b,
    value = case when h.b = 0 then null else h.a / h.b end, status = h.s, headroom = h.r,
    known_through_at = timestamp '2026-11-24 07:10:00', is_complete = false
from (values
    ('late_dispatch_rate', 'platform', 38, 1000, 'approaching', 2),
    ('late_dispatch_rate', 'projected', 50, 1012, 'breach', -10),
    ('valid_tracking_rate', 'platform', 971, 1000, 'ok', 21),
    ('seller_fault_cancellation_rate', 'platform', 29, 1000, 'breach', -4),
    ('on_time_delivery_rate', 'platform', 6, 8, 'insufficient_volume', -1)
) as h(metric, basis, a, b, s, r)
where k.shop_id = $shop and k.as_of_on = $day and k.window_name = 'week'
    and k.metric = h.metric and k.basis = h.basis
"""

_OPEN = """
insert into marts.orders
select $shop, (576461234567890000 + i)::text, made, made::date, 'regular', 'seller', due,
    (due - interval 8 hour)::date, null, null, null, kind = 'overdue', true, due + interval 4 day,
    null, null, null, null, null, null, null, null, null, null,
    case when i % 7 = 0 then $hostile when i % 7 = 1 then $formula else 'creator_' || i % 5 end,
    'SKU-' || (100 + i % 9), 1 + i % 3, '070', 'NJ', made, made, null, true, false, false, false,
    case when i % 12 < 7 then 'NJ-1' else 'LA-2' end,
    case when i % 12 < 7 then 'NJ-1' else 'LA-2' end,
    case when i % 3 = 0 then 'UPS' else 'USPS' end,
    case when i % 3 = 0 then 'UPS Ground' else 'USPS' end,
    '94001118992231' || (10000000 + i), 19.9 + i % 50, 'USD',
    made + interval 20 hour, 'label_created', 'us-2026-01-26'
from (
    select i, kind, timestamp '2026-11-20 18:00:00' - (i % 40) * interval 17 minute as made,
        case kind when 'overdue' then timestamp '2026-11-21 07:59:59.999' + (i % 3) * interval 1 day
            when 'due_tomorrow' then timestamp '2026-11-25 07:59:59.999'
            else timestamp '2026-11-26 07:59:59.999' + (i % 4) * interval 1 day end as due
    from (
        select i, case when i < $overdue then 'overdue'
            when i < $overdue + $tomorrow then 'due_tomorrow' else 'due_later' end as kind
        from range($overdue + $tomorrow + $later) as r(i)
    )
)
"""

_CANCELLED = """
insert into marts.orders
select $shop, (576461234599990000 + i)::text, stamp, stamp::date, 'regular',
    'seller', stamp, stamp::date,
    null, null, null, false, false, stamp, null, null, null, null, stamp + interval 1 day,
    (stamp + interval 1 day)::date, 'Seller', case when i % 5 = 0 then '+1 changed, see "note"'
    else 'Out of stock' end, case when i % 5 = 0 then 'unknown' else 'seller' end, null,
    $hostile, 'SKU-104', 1, '100', 'NY', stamp, null, null, true, false, false, false, 'NJ-1',
    'NJ-1', null, null, null, 25, 'USD', null, null, 'us-2026-01-26'
from (select i, timestamp '2026-11-10 15:00:00' + i * interval 5 hour as stamp
    from range(30) as r(i))
"""

_PACKAGES = """
insert into marts.packages
select $shop, (1152900000000000000 + i)::text, (576461234577770000 + i)::text, 1,
    case when i % 6 = 0 then null when i % 6 = 1 then '-1+cmd'
        else '1Z999AA1012345' || (6000 + i) end,
    case when i % 3 = 0 then 'UPS' else 'USPS' end,
    case when i % 3 = 0 then 'UPS' else 'U.S. Mail' end,
    stamp - interval 1 day, stamp, stamp, stamp::date, null, null, false, true,
    (['missing_number', 'bad_format', 'carrier_mismatch', 'no_scan', 'no_scan', 'zip_mismatch'])
        [1 + i % 6], true, 'us-2026-01-26'
from (select i, timestamp '2026-11-22 20:00:00' - i * interval 11 hour as stamp
    from range(29) as r(i))
"""

_SMALL = """
insert into marts.tracking_defects
select shop_id, $day, 'rolling_30d', tracking_defect, count(*) from marts.packages
where shop_id = $shop group by 1, 4;
insert into marts.cancellations_weekly
select $shop, $day, date '2026-10-05' + 7 * w::integer, f,
    case f when 'seller' then 14 + 3 * (w % 4) when 'buyer' then 25 + 4 * (w % 3)
        when 'platform' then 2 else w % 2 * 3 end, 1000
from range(8) as r(w) cross join (values ('seller'), ('buyer'), ('platform'), ('unknown')) as x(f);
insert into marts.cancellation_reasons values
    ($shop, $day, 'rolling_30d', 'Seller', 'Out of stock', 'seller', true, 61),
    ($shop, $day, 'rolling_30d', 'Buyer', 'No longer needed', 'buyer', true, 88),
    ($shop, $day, 'rolling_30d', 'System', $hostile, 'unknown', false, 6),
    ($shop, $day, 'rolling_30d', 'System', 'Payment failed', 'platform', true, 8);
insert into marts.dispatch_by_warehouse values
    ($shop, $day, 'rolling_30d', 'NJ-1', 130, 2300, 130 / 2300),
    ($shop, $day, 'rolling_30d', 'LA-2', 22, 1500, 22 / 1500),
    ($shop, $day, 'rolling_30d', '(unknown)', 3, 200, 3 / 200);
insert into marts.delivery_by_carrier values
    ($shop, $day, 'rolling_30d', 'USPS', 1790, 2100, 1790 / 2100, 3, 5),
    ($shop, $day, 'rolling_30d', 'UPS', 1210, 1300, 1210 / 1300, 2, 4),
    ($shop, $day, 'rolling_30d', 'UniUni', 160, 210, 160 / 210, 4, 9);
insert into marts.not_judged values
    ($shop, $day, 'stage times',
     'There is no shipment file, so what happened in the warehouse is unknown.',
     'third_party_logistics/shipments', 4000),
    ($shop, $day, 'pre-orders',
     'The closing date of a pre-order is in no export, so it has no due time.',
     null, 3);
insert into marts.data_quality_issues values
    ($shop, $day, 'unmapped_cancel_reason', 'System: ' || $hostile, 6,
     'Add the reason to the cancel_reasons seed: until then its fault is unknown.'),
    ($shop, $day, 'unknown_state', 'Nowhere', 2, 'States are two-letter codes or full names.');
insert into marts.feed_freshness values
    ($shop, 'seller_center/orders', 12, 48210, timestamp '2026-11-24 07:41:00', date '2026-11-23'),
    ($shop, 'carriers/tracking_events', 9, 190311,
     timestamp '2026-11-24 07:10:00', date '2026-11-23'),
    ($shop, 'seller_center/returns', 3, 1201, timestamp '2026-11-22 21:00:00', date '2026-11-22');
insert into marts.row_accounting values
    ('r-1', $shop, 'orders/2026-11-23.csv', 'seller_center/orders', 1310, 1306, 3, 1,
     repeat('ab', 32), null, 'loaded', null, null, true),
    ('r-1', $shop, 'tracking.zip!/events.csv', 'carriers/tracking_events', 5200, 5200, 0, 0,
     repeat('cd', 32), repeat('ce', 32), 'loaded', null, null, true),
    ('r-1', $shop, '@notes<b>.xlsx', null, null, null, null, null,
     repeat('ef', 32), null, 'refused', 'no contract', 'Export it again as CSV.', true),
    ('r-1', $shop, '@notes<b>.xlsx', null, null, null, null, null,
     repeat('fe', 32), null, 'refused', 'no contract', 'Export it again as CSV.', false),
    ('r-0', $shop, 'orders/2026-10.csv', 'seller_center/orders', 46900, 46899, 0, 1,
     repeat('12', 32), null, 'loaded', null, null, true);
"""

_RETURNS = """
insert into marts.return_rate_by_{by}
with cells as (
    select i, b.basis, w.window_name, (900 / (1 + i / 3.0))::bigint * w.f as n
    from range({count}) as r(i)
    cross join (values ('order_cohort'), ('refund_date')) as b(basis)
    cross join (values ('rolling_30d', 1), ('rolling_90d', 3)) as w(window_name, f)
), rates as (
    select *, (n * (0.03 + 0.02 * (i % 7)))::bigint as k, 1.96 as z from cells
), bounds as (
    select *, k / n as p, (k / n + z * z / (2 * n)) / (1 + z * z / n) as c,
        z * sqrt(k / n * (1 - k / n) / n + z * z / (4.0 * n * n)) / (1 + z * z / n) as h
    from rates
)
select $shop, $day, basis, window_name, {names}, n, k, p,
    case when basis = 'order_cohort' then greatest(0, c - h) end,
    case when basis = 'order_cohort' then least(1, c + h) end,
    i % 3 > 0, n // 2, k // 2, case when n // 2 > 0 then (k // 2) / (n // 2) end, k * 17.45, 'USD',
    case when i % 2 = 0 then 'Item not as described' else 'Too small' end
from bounds
"""
_SKU_NAMES = "'SKU-' || (100 + i), case when i = 0 then $hostile else 'Lip balm set ' || i end"
_CREATOR_NAMES = (
    "case i when 0 then $hostile when 1 then $formula when 2 then '(none)' else 'creator_' || i end"
)

_COVERAGE = """
insert into marts.zone_coverage
with states as (
    select unnest(['CA', 'TX', 'NY', 'FL', 'PA', 'NJ', 'IL', 'OH', 'GA', 'WA', 'AZ', 'NC', 'MI',
        'CO', 'TN', 'AK', 'HI', 'PR', 'ME', 'MT', '(unknown)']) as s, unnest(range(21)) as i
), origins as (select unnest(['(active)', 'NJ-1', 'LA-2']) as o, unnest([1.0, 0.6, 0.5]) as f)
select $shop, $day, o, s, (700 / (1 + i))::bigint, (700 / (1 + i)) / 2500.0,
    case when s <> '(unknown)' then 2 + i % 7 end,
    case when s <> '(unknown)' then f * (0.05 + 0.95 * ((i * 7) % 11) / 10.0) end,
    case when s <> '(unknown)' then 1.5 + i % 4 end, 0.8 + 0.01 * (i % 10)
from states cross join origins
union all
select $shop, $day, o, '(all)', 2558, 1.0, 4.1, f * 0.62, 2.9, 0.86 from origins
"""


def create(path: Path) -> duckdb.DuckDBPyConnection:
    """A new warehouse file with empty marts."""
    connection = duckdb.connect(str(path))
    connection.execute(_TABLES)
    return connection


def run(connection: duckdb.DuckDBPyConnection, sql: str, **named: object) -> None:
    """Run statements, each with those of the parameters that it names."""
    for statement in sql.split(";\n"):
        if statement.strip():
            bound = {name: value for name, value in named.items() if f"${name}" in statement}
            connection.execute(statement, bound)


def add_shop(
    connection: duckdb.DuckDBPyConnection,
    shop: str,
    *,
    day: date = DAY,
    overdue: int = 12,
    tomorrow: int = 31,
    later: int = 45,
) -> None:
    """A shop with all its marts, and as many open orders as asked for."""
    named = {"shop": shop, "day": day, "hostile": HOSTILE, "formula": FORMULA}
    run(connection, _KPI, **named)
    run(connection, _HEADLINE, **named)
    run(connection, _OPEN, **named, overdue=overdue, tomorrow=tomorrow, later=later)
    run(connection, _CANCELLED, **named)
    run(connection, _PACKAGES, **named)
    run(connection, _SMALL, **named)
    run(connection, _RETURNS.format(by="sku", count=30, names=_SKU_NAMES), **named)
    run(connection, _RETURNS.format(by="creator", count=20, names=_CREATOR_NAMES), **named)
    run(connection, _COVERAGE, **named)
