{{ config(materialized='view') }}
{#-
  The orders of the last ninety days that hold something of a supplier, as seen at the newest as-of
  moment. An order of two suppliers counts for each of them.
-#}
with suppliers as (

    select shop_id, seller_sku, supplier
    from {{ ref('stg_reference__skus') }}
    where supplier is not null

),

held as (

    select distinct
        items.order_key,
        items.shop_id,
        suppliers.supplier,
        now.as_of_on
    from {{ ref('int_current_days') }} as now
    inner join {{ ref('int_order_items') }} as items
        on
            now.shop_id = items.shop_id
            and items.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
    inner join suppliers
        on
            items.shop_id = suppliers.shop_id
            and items.seller_sku = suppliers.seller_sku

)

select
    held.shop_id,
    held.supplier,
    held.order_key,
    held.as_of_on,
    orders.order_id,
    orders.created_on,
    not orders.is_fbt as is_own_dispatch,
    seen.cancelled_on,
    seen.dispatched_on,
    seen.is_overdue_open,
    seen.is_late_dispatch,
    seen.is_on_time_delivery,
    coalesce(
        seen.cancelled_on is not null
        and not orders.is_fbt
        and faults.platform_fault = 'seller'
        and faults.reason_group = 'out_of_stock',
        false
    ) as is_stock_out
from held
inner join {{ ref('int_orders') }} as orders
    on held.order_key = orders.order_key
inner join {{ ref('int_orders_now') }} as seen
    on
        held.order_key = seen.order_key
        and seen.is_paid
left join {{ ref('int_cancellation_faults') }} as faults
    on held.order_key = faults.order_key
where
    orders.is_rated
    and not coalesce(orders.is_unconfirmed and seen.cancelled_on is not null, false)
