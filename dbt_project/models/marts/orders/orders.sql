with seen as (

    select * from {{ ref('int_orders_now') }}

),

acted_on as (

    select order_key, shop_id, as_of_on, is_open
    from seen
    where is_open or cancelled_at is not null

),

-- The newest event of the parcels that somebody still waits for.
open_events as (

    select
        acted_on.order_key,
        events.event_at,
        events.event_code
    from acted_on
    inner join {{ ref('int_orders') }} as orders
        on acted_on.order_key = orders.order_key
    inner join {{ ref('int_order_packages') }} as packages
        on acted_on.order_key = packages.order_key
    inner join {{ ref('stg_carriers__tracking_events') }} as events
        on
            packages.shop_id = events.shop_id
            and packages.tracking_number = events.tracking_number
            and acted_on.as_of_on >= events.event_on
            and events.event_at >= {{ dbt.dateadd('day', -90, 'orders.created_at') }}
    where acted_on.is_open
    qualify row_number() over (
        partition by acted_on.order_key
        order by events.event_at desc nulls last, events.event_code desc nulls last
    ) = 1

),

-- What is in the orders that people act on.
contents as (

    select
        items.order_key,
        {{ joined_text('items.seller_sku') }} as seller_skus
    from {{ ref('int_order_items') }} as items
    inner join acted_on
        on items.order_key = acted_on.order_key
    group by items.order_key

)

select
    orders.shop_id,
    orders.order_id,
    orders.created_at,
    orders.created_on,
    orders.order_type,
    orders.fulfillment_type,
    orders.dispatch_due_at,
    orders.dispatch_due_on,
    seen.dispatched_at,
    seen.dispatched_on,
    seen.is_late_dispatch,
    seen.is_overdue_open,
    seen.is_open,
    orders.deliver_by_at,
    orders.deliver_by_on,
    seen.delivered_at,
    seen.delivered_on,
    seen.is_on_time_delivery,
    seen.cancelled_at,
    seen.cancelled_on,
    case when seen.cancelled_at is not null then orders.cancel_by end as cancel_by,
    case when seen.cancelled_at is not null then orders.cancel_reason end as cancel_reason,
    case when seen.cancelled_at is not null then faults.platform_fault end as cancellation_fault,
    case when seen.cancelled_at is not null then faults.inferred_fault end as inferred_fault,
    orders.creator_handle,
    contents.seller_skus,
    orders.units,
    orders.zip3 as ship_to_zip3,
    coalesce(orders.state_code, '(unknown)') as ship_to_state,
    case when orders.paid_on <= seen.as_of_on then orders.paid_at end as paid_at,
    case when orders.rts_on <= seen.as_of_on then orders.rts_at end as rts_at,
    case when orders.shipped_on <= seen.as_of_on then orders.shipped_at end as shipped_at,
    seen.is_paid,
    orders.is_sample,
    orders.is_replacement,
    orders.is_express,
    warehouses.warehouse_id,
    orders.warehouse_name,
    scans.carrier,
    scans.carrier_name,
    scans.tracking_number,
    cast(orders.order_amount as decimal(18, 2)) as order_amount,
    orders.currency,
    open_events.event_at as last_event_at,
    open_events.event_code as last_event_code,
    orders.policy_version
from {{ ref('int_orders') }} as orders
inner join seen
    on orders.order_key = seen.order_key
left join {{ ref('int_order_scans') }} as scans
    on orders.order_key = scans.order_key
left join {{ ref('int_cancellation_faults') }} as faults
    on orders.order_key = faults.order_key
left join {{ ref('int_order_warehouses') }} as warehouses
    on orders.order_key = warehouses.order_key
left join open_events
    on orders.order_key = open_events.order_key
left join contents
    on orders.order_key = contents.order_key
