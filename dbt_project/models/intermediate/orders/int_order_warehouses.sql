{#- Where an order ships from: the warehouse its export names, else the one that the 3PL names. -#}
with unnamed as (

    select
        orders.order_key,
        min(shipments.warehouse_id) as warehouse_id
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('stg_third_party_logistics__shipments') }} as shipments
        on
            orders.shop_id = shipments.shop_id
            and orders.order_id = shipments.order_id
    where orders.named_warehouse_id is null and shipments.warehouse_id is not null
    group by orders.order_key

)

select
    orders.order_key,
    orders.shop_id,
    orders.warehouse_name,
    coalesce(orders.named_warehouse_id, unnamed.warehouse_id) as warehouse_id
from {{ ref('int_orders') }} as orders
left join unnamed
    on orders.order_key = unnamed.order_key
