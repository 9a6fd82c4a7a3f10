with states as (

    select states.*
    from {{ ref('int_order_states') }} as states
    inner join {{ ref('int_current_days') }} as now
        on
            states.shop_id = now.shop_id
            and states.valid_from_on <= now.as_of_on
            and (states.valid_to_on is null or states.valid_to_on > now.as_of_on)

),

seen as (

    -- Every order as it stands at its shop's newest as-of moment: later stamps are not seen yet.
    select
        orders.*,
        now.as_of_on,
        coalesce(orders.counts_from_on <= now.as_of_on, false) as is_paid,
        coalesce(orders.counts_from_on <= now.as_of_on, false) and orders.is_rated and not orders.is_fbt
            as is_judged,
        case when states.dispatched_on <= now.as_of_on then states.dispatched_at end as seen_dispatched_at,
        case when states.dispatched_on <= now.as_of_on then states.dispatched_on end as seen_dispatched_on,
        case when states.delivered_on <= now.as_of_on then states.delivered_at end as seen_delivered_at,
        case when states.delivered_on <= now.as_of_on then states.delivered_on end as seen_delivered_on,
        case when orders.cancelled_on <= now.as_of_on then orders.cancelled_at end as seen_cancelled_at,
        case when orders.cancelled_on <= now.as_of_on then orders.cancelled_on end as seen_cancelled_on
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on
            orders.shop_id = now.shop_id
            and orders.created_on <= now.as_of_on
    left join states
        on orders.order_key = states.order_key

),

open_orders as (

    select order_key, shop_id, created_at, as_of_on
    from seen
    where is_judged and seen_dispatched_at is null and seen_cancelled_at is null

),

-- The newest event of the parcels that somebody still waits for.
open_events as (

    select
        open_orders.order_key,
        events.event_at,
        events.event_code
    from open_orders
    inner join {{ ref('int_order_packages') }} as packages
        on open_orders.order_key = packages.order_key
    inner join {{ ref('stg_carriers__tracking_events') }} as events
        on
            packages.shop_id = events.shop_id
            and packages.tracking_number = events.tracking_number
            and open_orders.as_of_on >= events.event_on
            and events.event_at >= {{ dbt.dateadd('day', -90, 'open_orders.created_at') }}
    qualify row_number() over (
        partition by open_orders.order_key
        order by events.event_at desc nulls last, events.event_code desc nulls last
    ) = 1

),

-- What is in the orders that people act on.
contents as (

    select
        items.order_key,
        string_agg(distinct items.seller_sku, ', ' order by items.seller_sku) as seller_skus
    from {{ ref('int_order_items') }} as items
    inner join (
        select order_key from open_orders
        union
        select order_key from seen
        where seen_cancelled_at is not null
    ) as wanted
        on items.order_key = wanted.order_key
    group by items.order_key

)

select
    seen.shop_id,
    seen.order_id,
    seen.created_at,
    seen.created_on,
    seen.order_type,
    seen.fulfillment_type,
    seen.dispatch_due_at,
    seen.dispatch_due_on,
    seen.seen_dispatched_at as dispatched_at,
    seen.seen_dispatched_on as dispatched_on,
    -- Unpaid orders, samples, replacements and FBT are judged by nobody, and nothing without a due time.
    case
        when seen.is_judged and seen.dispatch_due_at is not null
            then coalesce(seen.seen_dispatched_at > seen.dispatch_due_at, false)
    end as is_late_dispatch,
    case
        when seen.is_judged and seen.dispatch_due_at is not null
            then
                seen.seen_dispatched_at is null
                and seen.seen_cancelled_at is null
                and seen.dispatch_due_on <= seen.as_of_on
    end as is_overdue_open,
    seen.is_judged and seen.seen_dispatched_at is null and seen.seen_cancelled_at is null as is_open,
    seen.deliver_by_at,
    seen.deliver_by_on,
    seen.seen_delivered_at as delivered_at,
    seen.seen_delivered_on as delivered_on,
    case
        when not seen.is_judged or seen.deliver_by_at is null then null
        -- Nobody waits for a parcel that was cancelled before it left.
        when
            seen.seen_cancelled_at is not null
            and (seen.seen_dispatched_at is null or seen.seen_cancelled_at < seen.seen_dispatched_at)
            then null
        when seen.seen_delivered_at is not null then seen.seen_delivered_at <= seen.deliver_by_at
        when seen.deliver_by_on <= seen.as_of_on then false
    end as is_on_time_delivery,
    seen.seen_cancelled_at as cancelled_at,
    seen.seen_cancelled_on as cancelled_on,
    case when seen.seen_cancelled_at is not null then seen.cancel_by end as cancel_by,
    case when seen.seen_cancelled_at is not null then seen.cancel_reason end as cancel_reason,
    case when seen.seen_cancelled_at is not null then faults.platform_fault end as cancellation_fault,
    case when seen.seen_cancelled_at is not null then faults.inferred_fault end as inferred_fault,
    seen.creator_handle,
    contents.seller_skus,
    seen.units,
    seen.zip3 as ship_to_zip3,
    coalesce(seen.state_code, '(unknown)') as ship_to_state,
    case when seen.paid_on <= seen.as_of_on then seen.paid_at end as paid_at,
    case when seen.rts_on <= seen.as_of_on then seen.rts_at end as rts_at,
    case when seen.shipped_on <= seen.as_of_on then seen.shipped_at end as shipped_at,
    seen.is_paid,
    seen.is_sample,
    seen.is_replacement,
    seen.is_express,
    warehouses.warehouse_id,
    seen.warehouse_name,
    scans.carrier,
    scans.carrier_name,
    scans.tracking_number,
    cast(seen.order_amount as decimal(18, 2)) as order_amount,
    seen.currency,
    open_events.event_at as last_event_at,
    open_events.event_code as last_event_code,
    seen.policy_version
from seen
left join {{ ref('int_order_scans') }} as scans
    on seen.order_key = scans.order_key
left join {{ ref('int_cancellation_faults') }} as faults
    on seen.order_key = faults.order_key
left join {{ ref('int_order_warehouses') }} as warehouses
    on seen.order_key = warehouses.order_key
left join open_events
    on seen.order_key = open_events.order_key
left join contents
    on seen.order_key = contents.order_key
