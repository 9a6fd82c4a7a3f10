"""The marts of late orders, in order: six late orders a shop, each with a day in one stage."""

from __future__ import annotations

STAGES = ("confirm", "allocate", "pick", "pack", "label", "tender", "first_scan")
_STAMPS = ("confirmed", "allocated", "picked", "packed", "labelled", "tendered", "first_scan")
_HOURS = ", ".join(
    f"case when n = {place} then 24.0::double end as {stage}_hours"
    for place, stage in enumerate(STAGES)
)
_SHARES = ", ".join(
    f"case when n = {place} then 1.0::double end as {stage}_share"
    for place, stage in enumerate(STAGES)
)
_ATS = ", ".join(f"null::timestamp as {stamp}_at" for stamp in _STAMPS)

LATE_MARTS = (
    "update marts.orders set is_late_dispatch = true where order_id like '%11'",
    f"""
create table marts.late_dispatch_causes as
select shop_id, order_id, 'NJ-1' as warehouse, 'ups' as carrier, 'a' as seller_sku,
    '(none)' as supplier, '(none)' as creator_handle, 3::bigint as volume_decile,
    dispatch_due_at, dispatched_at, false as is_overdue_open, 1.0::double as late_hours,
    {_ATS}, {_HOURS}, {_SHARES}, 24.0::double as elapsed_hours, true as is_timeline_monotone,
    'picking' as primary_cause, null::varchar as contributing_causes,
    false as is_appeal_candidate
from (
    select *, row_number() over (partition by shop_id order by order_id) % 7 as n
    from marts.orders where is_late_dispatch
)
""",
    """
create table marts.late_dispatch_segments as
select s.shop_id, 'rolling_30d' as window_name, d.dimension, 'x' as segment, c.primary_cause,
    c.late::bigint as late_orders, 100::bigint as orders, c.late / 100.0::double as value
from {shops}, (values ('warehouse'), ('carrier')) as d (dimension),
    (values ('(all)', 6), ('picking', 4), ('stock', 2)) as c (primary_cause, late)
""",
    """
create table marts.late_dispatch_appeals as
select shop_id, order_id, created_at, dispatch_due_at, dispatch_due_at as tendered_at,
    dispatch_due_at as first_scan_at, 'S1' as shipment_id, '1Z999AA10123456784' as
    tracking_number, 'UPS' as carrier, 0::bigint as scan_count, null::varchar as scans,
    'US-2026-01-26' as policy_version, '2026-04-10' as business_days,
    null::varchar as skipped_days
from marts.orders where is_late_dispatch
""",
    """
create table marts.late_dispatch_stages as
select shop_id, 'rolling_30d' as window_name, '(all)' as warehouse, 'pick' as stage from {shops}
""",
    """
create table marts.dispatch_stage_times as
select shop_id, '(all)' as warehouse, 'pick' as stage, 5.0::double as p50_hours from {shops}
""",
    """
create table marts.first_scan_latency as
select shop_id, 'rolling_30d' as window_name, 'UPS' as carrier, '(all)' as pickup_window
from {shops}
""",
    """
create table marts.dispatch_volume_daily as
select shop_id, date '{as_of}' as day_on, 100::bigint as orders_created from {shops}
""",
)
"""Statements, with the words of the other marts' to be filled in."""
