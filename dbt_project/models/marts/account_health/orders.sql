with orders as (

    select * from {{ ref('int_orders_as_of') }}

),

-- The newest event of the parcels that somebody still waits for.
open_events as (

    select
        orders.shop_id,
        orders.order_id,
        events.event_at,
        events.event_code
    from orders
    inner join {{ ref('int_order_packages') }} as packages
        on
            orders.shop_id = packages.shop_id
            and orders.order_id = packages.order_id
    inner join {{ ref('stg_carriers__tracking_events') }} as events
        on
            packages.shop_id = events.shop_id
            and packages.tracking_number = events.tracking_number
            and events.event_on <= orders.as_of_on
            and events.event_at >= {{ dbt.dateadd('day', -90, 'orders.created_at') }}
    where orders.is_open
    qualify row_number() over (
        partition by orders.shop_id, orders.order_id
        order by events.event_at desc nulls last, events.event_code desc nulls last
    ) = 1

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
    orders.dispatched_at,
    orders.dispatched_on,
    orders.is_late_dispatch,
    orders.is_overdue_open,
    orders.is_open,
    orders.deliver_by_at,
    orders.deliver_by_on,
    orders.delivered_at,
    orders.delivered_on,
    orders.is_on_time_delivery,
    orders.cancelled_at,
    orders.cancelled_on,
    orders.cancel_by,
    orders.cancel_reason,
    case when orders.cancelled_at is not null then faults.platform_fault end as cancellation_fault,
    case when orders.cancelled_at is not null then faults.inferred_fault end as inferred_fault,
    creators.creator_handle,
    creators.seller_skus,
    creators.units,
    orders.zip3 as ship_to_zip3,
    orders.state_code as ship_to_state,
    orders.paid_at,
    orders.rts_at,
    orders.shipped_at,
    orders.is_paid,
    orders.is_sample,
    orders.is_replacement,
    orders.is_express,
    warehouses.warehouse_id,
    orders.warehouse_name,
    orders.carrier,
    orders.carrier_name,
    orders.tracking_number,
    cast(orders.order_amount as decimal(18, 2)) as order_amount,
    orders.currency,
    open_events.event_at as last_event_at,
    open_events.event_code as last_event_code,
    orders.policy_version
from orders
left join {{ ref('int_order_creators') }} as creators
    on
        orders.shop_id = creators.shop_id
        and orders.order_id = creators.order_id
left join {{ ref('int_cancellation_faults') }} as faults
    on
        orders.shop_id = faults.shop_id
        and orders.order_id = faults.order_id
left join {{ ref('int_order_warehouses') }} as warehouses
    on
        orders.shop_id = warehouses.shop_id
        and orders.order_id = warehouses.order_id
left join open_events
    on
        orders.shop_id = open_events.shop_id
        and orders.order_id = open_events.order_id
