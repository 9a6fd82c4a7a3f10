"""The marts of the rule book by hand: what is coming, causes, account health, restatements.

They go with the warehouse of ``marts_fixture``: its 88 open orders have clocks here, its rates an
outlook, and every text that comes from outside has a hostile value somewhere.
"""

from __future__ import annotations

from datetime import date

import duckdb

from tests.report.marts_fixture import DAY, FORMULA, HOSTILE, run

_STAGES = ("confirm", "allocate", "pick", "pack", "label", "tender", "first_scan")

_TABLES = f"""
create table marts.open_orders (shop_id text, order_id text, order_type text,
    created_at timestamp, dispatch_due_at timestamp, auto_cancel_at timestamp,
    deliver_by_at timestamp, time_left_hours double, bucket text, age_bucket text,
    is_received boolean, is_available boolean, is_quality_checked boolean, is_prepared boolean,
    is_tracking_uploaded boolean, waiting_for text, stage text, stage_at timestamp,
    remaining_p50_hours double, remaining_p90_hours double, late_chance double,
    late_chance_orders bigint, late_chance_basis text, is_prepared_unscanned boolean,
    prepared_at timestamp, unscanned_hours double, warehouse text, carrier text,
    tracking_number text, units bigint, seller_skus text, creator_handle text,
    order_amount decimal(18, 2), currency text);
create table marts.handling_capacity (shop_id text, line text, rate_line double,
    open_orders bigint, overdue_orders bigint, allowed_late bigint, allowed_late_left bigint,
    due_on date, orders_to_dispatch bigint, dispatch_days bigint, needed_per_day bigint,
    demonstrated_peak bigint, stated_capacity bigint, is_feasible boolean);
create table marts.late_dispatch_causes (shop_id text, order_id text, warehouse text,
    carrier text, seller_sku text, supplier text, creator_handle text, volume_decile bigint,
    dispatch_due_at timestamp, dispatched_at timestamp, is_overdue_open boolean,
    late_hours double, confirmed_at timestamp, allocated_at timestamp, picked_at timestamp,
    packed_at timestamp, labelled_at timestamp, tendered_at timestamp, first_scan_at timestamp,
    {", ".join(f"{s}_hours double" for s in _STAGES)},
    {", ".join(f"{s}_share double" for s in _STAGES)},
    elapsed_hours double, is_timeline_monotone boolean, primary_cause text,
    contributing_causes text, is_appeal_candidate boolean);
create table marts.late_dispatch_segments (shop_id text, window_name text, dimension text,
    segment text, primary_cause text, late_orders bigint, orders bigint, value double);
create table marts.late_dispatch_appeals (shop_id text, order_id text, order_type text,
    created_at timestamp, created_on date, dispatch_due_at timestamp, dispatch_due_on date,
    tendered_at timestamp, first_scan_at timestamp, tendered_before_due_hours double,
    scan_delay_hours double, warehouse text, shipment_id text, tracking_number text,
    carrier text, scan_count bigint, scans text, policy_version text, clock_starts text,
    day_zero_on date, business_day_count bigint, business_days text, skipped_days text);
create table marts.tracking_defects_by (shop_id text, as_of_on date, window_name text,
    dimension text, segment text, tracking_defect text, packages bigint);
create table marts.fulfillment_daily (shop_id text, as_of_on date, metric text,
    window_name text, numerator bigint, denominator bigint, value double);
create table marts.product_cancellations (shop_id text, seller_sku text, window_name text,
    orders bigint, seller_fault_cancellations bigint, value double, shop_value double,
    shop_line double, product_line double, is_past_lines boolean, is_rule_in_force boolean,
    policy_version text);
create table marts.account_health_daily (shop_id text, as_of_on date, score bigint,
    opening bigint, gained bigint, lost bigint, appealed bigint, rolled_off bigint,
    clamped bigint, zone text, milestone bigint, milestone_consequence text,
    next_milestone bigint, points_to_next_milestone bigint, is_near_milestone boolean,
    zone_48h_ago text, is_zone_changed boolean, platform_score bigint,
    platform_difference bigint, gain_per_day double, days_to_recover bigint,
    is_promotion_eligible boolean, policy_version text, points_kind text);
create table marts.account_health_waterfall (shop_id text, as_of_on date, reason text,
    kind text, points bigint, events bigint);
create table marts.compound_risk (shop_id text, as_of_on date, worsening_rates bigint,
    metrics text, is_compound_risk boolean, worsening_threshold double);
create table marts.promotions_at_risk (shop_id text, as_of_on date, promotion_id text,
    promotion_name text, starts_on date, ends_on date, min_score bigint, score bigint,
    is_at_risk boolean, reason text);
create table marts.kpi_outlook (shop_id text, as_of_on date, metric text, basis text,
    window_name text, value double, status text, slope_points_per_day double,
    days_to_breach double, breach_on_open_orders_on date, needed_to_recover bigint,
    is_small_volume boolean);
create table marts.kpi_restatements (shop_id text, as_of_on date, metric text, basis text,
    window_name text, run_id text, restated_at timestamp, previous_run_id text,
    was_numerator bigint, was_denominator bigint, was_value double, was_status text,
    was_complete boolean, is_numerator bigint, is_denominator bigint, is_value double,
    is_status text, cause text, files text);
create table marts.seven_indicators (shop_id text, as_of_on date, place bigint, indicator text,
    unit text, numerator bigint, denominator bigint, value double, previous_value double,
    change double, is_worse boolean, top_dimension text, top_reason text, top_count bigint,
    tickets_through_on date, mend_feed text);
create table marts.diagnoses (shop_id text, as_of_on date, symptom text, is_triggered boolean,
    hypothesis text, evidence_share double, other_hypothesis text, other_share double,
    evidence_orders bigint, other_orders bigint, symptom_orders bigint)
"""

# Every seventh open order is prepared and unscanned; of too few past orders there is no chance.
_OPEN = """
insert into marts.open_orders
select shop_id, order_id, order_type, created_at, dispatch_due_at,
    dispatch_due_at + interval 5 day, deliver_by_at,
    epoch(dispatch_due_at - timestamp '2026-11-24 08:00:00') / 3600.0,
    case when is_overdue_open then 'overdue' when dispatch_due_on = $day + 1 then 'tomorrow'
        else 'later' end,
    case when is_overdue_open then 'past_due' else 'over_48h' end,
    true, i % 7 > 1, null, i % 7 = 0, false,
    case i % 7 when 0 then 'first_scan' when 1 then 'stock' when 6 then 'label'
        else 'picking' end,
    'received', created_at + interval 3 hour, 12.5, 40.0,
    case when is_overdue_open then 1 when i % 5 = 0 then 0.996 else (i % 50) / 50.0 end,
    case when i % 11 = 0 then 19 else 210 end, 'warehouse_carrier', i % 7 = 0,
    case when i % 7 = 0 then created_at + interval 9 hour end,
    case when i % 7 = 0 then 60.5 - i / 10.0 end,
    case when i = 7 then $hostile else coalesce(warehouse_name, '(unknown)') end, carrier,
    case when i = 14 then '-1+cmd' else tracking_number end, units, seller_skus,
    creator_handle, order_amount, currency
from (select *, (order_id::bigint - 576461234567890000) as i from marts.orders
    where shop_id = $shop and is_open);
insert into marts.handling_capacity values
    ($shop, 'target', 0.04, 3000, 0, 120, 120, date '2026-11-26', 2880, 2, 1440, 900, null, false),
    ($shop, 'enforcement', 0.10, 3000, 0, 300, 300, date '2026-11-26', 2700, 2, 1350, 900, null,
     false)
"""

_CAUSES = f"""
insert into marts.late_dispatch_causes
select $shop, (576461234588880000 + i)::text, if(i % 3 = 0, 'LA-2', 'NJ-1'), 'USPS',
    'SKU-' || (100 + i % 9), if(i % 2 = 0, $hostile, 'Acme'),
    if(i % 5 = 0, $formula, 'creator_1'), 1 + i % 10, due, due + interval 9 hour, false, 9,
    due - interval 50 hour, due - interval 44 hour, due - interval 30 hour,
    due - interval 20 hour, due - interval 15 hour, due - interval 3 hour, due + interval 9 hour,
    1, 6, 14, 10, 5, 12, 12, {", ".join(f"{h} / 60.0" for h in (1, 6, 14, 10, 5, 12, 12))},
    60, true, if(i % 2 = 0, 'carrier_scan', 'picking'), 'hand_over', i % 6 = 0
from (select i, timestamp '2026-11-20 07:59:59.999' - (i % 25) * interval 1 day as due
    from range(155) as r(i));
insert into marts.late_dispatch_segments
with counts as (
    select unnest([('NJ-1', 'carrier_scan', 80, 2300), ('NJ-1', 'picking', 50, 2300),
        ('LA-2', 'stock', 15, 1500), ('LA-2', 'unknown', 7, 1500),
        ('(unknown)', 'unknown', 3, 200)]) as c
), warehouses as (
    select 'warehouse' as dimension, c[1] as segment, c[2] as cause, c[3] as late, c[4] as orders
    from counts
), more as (
    select 'carrier' as dimension, 'USPS' as segment, 'carrier_scan' as cause, 91 as late,
        1000 as orders
    union all select 'seller_sku', $formula, 'stock', 12, 100
    union all select 'creator', $hostile, 'picking', 9, 60
    union all select 'supplier', 'Tiny', 'stock', 5, 19
), every as (select * from warehouses union all select * from more)
select $shop, 'rolling_30d', dimension, segment, cause, late, orders, late / orders from every
union all
select $shop, 'rolling_30d', dimension, segment, '(all)', sum(late), max(orders),
    sum(late) / max(orders) from every group by dimension, segment;
insert into marts.late_dispatch_appeals
select shop_id, order_id, 'regular', confirmed_at, confirmed_at::date, dispatch_due_at,
    dispatch_due_at::date, tendered_at, first_scan_at, 3, 12, warehouse, 'SH-' || order_id,
    '94001118992231' || right(order_id, 8), carrier, 2,
    '2026-11-20 12:00:00 accepted, ' || $hostile, 'US-2026-01-26', 'order', confirmed_at::date, 2,
    '2026-11-19, 2026-11-20', null
from marts.late_dispatch_causes where shop_id = $shop and is_appeal_candidate
"""

_SMALL = """
insert into marts.tracking_defects_by
select $shop, $day, 'rolling_30d', d, s, t, n from (
    select unnest(['carrier', 'carrier', 'carrier', 'warehouse', 'warehouse', 'label_source',
        'label_source']) as d,
    unnest(['USPS', 'USPS', $hostile, 'NJ-1', 'NJ-1', 'seller', 'seller']) as s,
    unnest(['(valid)', 'no_scan', '(valid)', '(valid)', 'no_scan', '(valid)', 'no_scan']) as t,
    unnest([900, 29, 71, 971, 29, 971, 29]) as n);
insert into marts.fulfillment_daily values
    ($shop, $day, 'out_of_stock_cancellation_rate', 'rolling_7d', 8, 1000, 0.008),
    ($shop, $day, 'out_of_stock_cancellation_rate', 'rolling_30d', 61, 4000, 0.01525),
    ($shop, $day, 'unshipped_order_rate', 'rolling_7d', 88, 1000, 0.088),
    ($shop, $day, 'unshipped_order_rate', 'rolling_30d', 88, 4000, 0.022);
insert into marts.product_cancellations values
    ($shop, 'SKU-104', 'rolling_30d', 200, 30, 0.15, 0.06, 0.05, 0.10, true, false, 'US'),
    ($shop, 'SKU-104', 'rolling_7d', 50, 9, 0.18, 0.06, 0.05, 0.10, true, false, 'US'),
    ($shop, $formula, 'rolling_30d', 90, 10, 10 / 90, 0.06, 0.05, 0.10, true, false, 'US'),
    ($shop, 'SKU-105', 'rolling_30d', 300, 3, 0.01, 0.06, 0.05, 0.10, false, false, 'US');
insert into marts.account_health_daily
select $shop, d::date, 187, 190, 3, 6, 0, 0, 0, 'orange', null, null, 150, 37, false,
    'green', d::date = $day, 180, -7, 0.5, 26, false, 'US-2026-04-01', 'score'
from range($day - 40, $day + 1, interval 1 day) as r(d);
insert into marts.account_health_waterfall values
    ($shop, $day, '(all)', 'opening', 200, 0),
    ($shop, $day, 'Late dispatch', 'violation', -20, 2),
    ($shop, $day, $hostile, 'violation', -8, 1),
    ($shop, $day, 'Orders fulfilled', 'gain', 15, 12),
    ($shop, $day, '(all)', 'closing', 187, 0);
insert into marts.compound_risk values
    ($shop, $day, 2, 'late_dispatch_rate, valid_tracking_rate', true, 0.001);
insert into marts.promotions_at_risk values
    ($shop, $day, 'P-1', 'Black Friday ' || $hostile, date '2026-11-27', date '2026-11-30', 200,
     187, true, 'below_score'),
    ($shop, $day, 'P-2', 'Cyber week', date '2026-12-01', date '2026-12-05', 150, 187, false,
     'eligible');
insert into marts.kpi_outlook
select $shop, $day, metric, basis, window_name, value, status,
    case metric when 'late_dispatch_rate' then 0.08 when 'valid_tracking_rate' then -0.7 end,
    case metric when 'valid_tracking_rate' then 3.0 end,
    case when metric = 'late_dispatch_rate' then date '2026-11-25' end,
    case metric when 'seller_fault_cancellation_rate' then 160 else 0 end,
    status = 'insufficient_volume'
from marts.kpi_daily where shop_id = $shop and as_of_on = $day;
insert into marts.kpi_restatements values
    ($shop, $day - 3, 'late_dispatch_rate', 'platform', 'week', 'run-2',
     timestamp '2026-11-23 10:00:00', 'run-1', 20, 980, 20 / 980, 'ok', true, 31, 1000, 0.031,
     'approaching', 'files', 'tracking/2026-11-22.csv, ' || $hostile),
    ($shop, $day - 3, 'late_dispatch_rate', 'platform', 'rolling_7d', 'run-2',
     timestamp '2026-11-23 10:00:00', 'run-1', 20, 980, 20 / 980, 'ok', true, 31, 1000, 0.031,
     'approaching', 'files', 'tracking/2026-11-22.csv'),
    ($shop, $day - 1, 'valid_tracking_rate', 'platform', 'week', 'run-2',
     timestamp '2026-11-23 10:00:00', 'run-1', 900, 950, 900 / 950, 'breach', false, 960, 1000,
     0.96, 'ok', 'time', null);
insert into marts.seven_indicators values
    ($shop, $day, 1, 'late_dispatch', 'share', 38, 1000, 0.038, 0.030, 0.008, true, 'warehouse',
     'NJ-1', 30, null, null),
    ($shop, $day, 2, 'valid_tracking', 'share', 971, 1000, 0.971, 0.975, -0.004, true,
     'tracking_defect', 'no_scan', 29, null, null),
    ($shop, $day, 3, 'seller_fault_cancellation', 'share', 29, 1000, 0.029, 0.029, 0, false,
     'cancel_reason', 'Out of stock', 61, null, null),
    ($shop, $day, 4, 'unshipped_orders', 'share', 12, 88, 12 / 88, 0.15, 12 / 88 - 0.15, false,
     null, null, null, null, null),
    ($shop, $day, 5, 'refund_reasons', 'share', 40, 2500, 0.016, 0.012, 0.004, true,
     'return_reason', $hostile, 25, null, null),
    ($shop, $day, 6, 'delivery_complaints', 'per_100_orders', 12, 1000, 1.2, 0.9, 0.3, true,
     'topic', 'shipping_status', 7, $day - 3, null),
    ($shop, $day, 7, 'shipping_tickets', 'per_100_orders', null, null, null, null, null, null,
     null, null, null, $day - 3, 'reference/support_tickets');
insert into marts.diagnoses values
    ($shop, $day, 'late_dispatch', true, 'carrier_scan_timing', 80 / 155, 'stock_readiness',
     15 / 155, 80, 15, 155),
    ($shop, $day, 'tracking_complaints', false, null, null, null, null, 0, 0, 3),
    ($shop, $day, 'product_mismatch', true, 'sku_confirmation', 0.6, 'quality_control', 0.4, 12,
     8, 20)
"""


def create_rules(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the empty marts of the rule book."""
    connection.execute(_TABLES)


def add_rules(connection: duckdb.DuckDBPyConnection, shop: str, *, day: date = DAY) -> None:
    """The rule book's rows of a shop that ``marts_fixture.add_shop`` has added."""
    connection.execute("alter table marts.kpi_daily add column if not exists is_evaluated boolean")
    connection.execute(
        "update marts.kpi_daily set is_evaluated = (basis = 'platform' and window_name = 'week'), "
        "policy_version = 'US-2026-04-01' where shop_id = ?",
        [shop],
    )
    named = {"shop": shop, "day": day, "hostile": HOSTILE, "formula": FORMULA}
    for statements in (_OPEN, _CAUSES, _SMALL):
        run(connection, statements, **named)
