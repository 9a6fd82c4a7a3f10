{#-
  What an appeal needs: the orders that were handed over by their due time and scanned after it, with
  the hand-over, the scans, and the days that were counted to the due time.
-#}
{%- set day_text = 'cast(calendar.day_on as ' ~ dbt.type_string() ~ ')' -%}
{%- set scan_text = 'cast(events.event_at as ' ~ dbt.type_string() ~ ") || ' ' || events.event_code" -%}
with candidates as (

    select
        causes.*,
        orders.created_on,
        orders.order_type,
        orders.calendar_id,
        clocks.dispatch_business_days,
        case
            -- A due time that the platform names is not ours to explain, unless both agree.
            when
                abs({{ hours_between('orders.counted_dispatch_due_at', 'causes.dispatch_due_at') }}) * 3600 >= 1
                or clocks.clock_starts is null
                then 'platform'
            else clocks.clock_starts
        end as clock_starts,
        now.ends_at
    from {{ ref('late_dispatch_causes') }} as causes
    inner join {{ ref('int_current_days') }} as now
        on
            causes.shop_id = now.shop_id
            and causes.dispatch_due_on between {{ add_days('now.as_of_on', -29) }} and now.as_of_on
    inner join {{ ref('int_orders') }} as orders
        on
            causes.shop_id = orders.shop_id
            and causes.order_id = orders.order_id
    left join {{ ref('policy_clocks') }} as clocks
        on
            causes.policy_version = clocks.policy_version
            and orders.order_type = clocks.order_type
    where causes.is_appeal_candidate

),

-- The day from which the days are counted: that of the order, or the last business day by which a
-- pre-order had closed.
spans as (

    select
        spans.*,
        case when spans.clock_starts = 'closing' then zero.day_on else spans.created_on end as day_zero_on
    from (
        select distinct calendar_id, clock_starts, dispatch_business_days, created_on, dispatch_due_on
        from candidates
    ) as spans
    inner join {{ ref('business_calendar') }} as due
        on
            spans.calendar_id = due.calendar_id
            and spans.dispatch_due_on = due.day_on
    left join {{ ref('business_calendar') }} as zero
        on
            spans.calendar_id = zero.calendar_id
            and due.business_day_index - spans.dispatch_business_days = zero.business_day_index
            and zero.is_business_day

),

counted_days as (

    select
        spans.calendar_id,
        spans.clock_starts,
        spans.created_on,
        spans.dispatch_due_on,
        spans.day_zero_on,
        count(case when calendar.is_business_day then 1 end) as business_day_count,
        {{ joined_text('case when calendar.is_business_day then ' ~ day_text ~ ' end') }} as business_days,
        {{ joined_text(
            'case when not calendar.is_business_day then ' ~ day_text
            ~ " || coalesce(' ' || calendar.holiday_name, '') end"
        ) }} as skipped_days
    from spans
    left join {{ ref('business_calendar') }} as calendar
        on
            spans.calendar_id = calendar.calendar_id
            and calendar.day_on > spans.day_zero_on
            and calendar.day_on <= spans.dispatch_due_on
    group by
        spans.calendar_id, spans.clock_starts, spans.created_on, spans.dispatch_due_on, spans.day_zero_on

),

handed_over as (

    select
        candidates.shop_id,
        candidates.order_id,
        {{ joined_text('shipments.shipment_id') }} as shipment_id,
        {{ joined_text('shipments.tracking_number') }} as tracking_number,
        {{ joined_text('shipments.carrier') }} as carrier
    from candidates
    inner join {{ ref('int_shipments') }} as shipments
        on
            candidates.shop_id = shipments.shop_id
            and candidates.order_id = shipments.order_id
    group by candidates.shop_id, candidates.order_id

),

scanned as (

    -- What the carriers say of the order's numbers, in the order of time.
    select
        candidates.shop_id,
        candidates.order_id,
        count(distinct {{ scan_text }}) as scan_count,
        {{ joined_text(scan_text) }} as scans
    from candidates
    inner join {{ ref('int_order_packages') }} as packages
        on
            candidates.shop_id = packages.shop_id
            and candidates.order_id = packages.order_id
    inner join {{ ref('stg_carriers__tracking_events') }} as events
        on
            packages.shop_id = events.shop_id
            and packages.tracking_number = events.tracking_number
            and candidates.ends_at > events.event_at
            and events.event_at >= {{ dbt.dateadd('day', -90, 'candidates.created_at') }}
    group by candidates.shop_id, candidates.order_id

)

select
    candidates.shop_id,
    candidates.order_id,
    candidates.order_type,
    candidates.created_at,
    candidates.created_on,
    candidates.dispatch_due_at,
    candidates.dispatch_due_on,
    candidates.tendered_at,
    candidates.first_scan_at,
    {{ hours_between('candidates.tendered_at', 'candidates.dispatch_due_at') }} as tendered_before_due_hours,
    {{ hours_between('candidates.tendered_at', 'candidates.first_scan_at') }} as scan_delay_hours,
    candidates.warehouse,
    handed_over.shipment_id,
    handed_over.tracking_number,
    coalesce(handed_over.carrier, candidates.carrier) as carrier,
    cast(coalesce(scanned.scan_count, 0) as bigint) as scan_count,
    scanned.scans,
    candidates.policy_version,
    candidates.clock_starts,
    counted_days.day_zero_on,
    cast(coalesce(counted_days.business_day_count, 0) as bigint) as business_day_count,
    counted_days.business_days,
    counted_days.skipped_days
from candidates
left join handed_over
    on
        candidates.shop_id = handed_over.shop_id
        and candidates.order_id = handed_over.order_id
left join scanned
    on
        candidates.shop_id = scanned.shop_id
        and candidates.order_id = scanned.order_id
left join counted_days
    on
        candidates.calendar_id = counted_days.calendar_id
        and candidates.clock_starts = counted_days.clock_starts
        and candidates.created_on = counted_days.created_on
        and candidates.dispatch_due_on = counted_days.dispatch_due_on
