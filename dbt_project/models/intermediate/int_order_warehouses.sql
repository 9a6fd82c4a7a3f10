{#- Where an order ships from: the warehouse its export names, else the one that the 3PL names. -#}
with names as (

    select distinct shop_id, warehouse_name
    from {{ ref('int_orders') }}
    where warehouse_name is not null

),

matched_names as (

    select
        names.shop_id,
        names.warehouse_name,
        min(warehouses.warehouse_id) as warehouse_id
    from names
    inner join {{ ref('stg_reference__warehouses') }} as warehouses
        on
            names.shop_id = warehouses.shop_id
            and (
                {{ fold('names.warehouse_name') }} = {{ fold('warehouses.warehouse_id') }}
                or {{ fold('names.warehouse_name') }} = {{ fold('warehouses.warehouse_name') }}
            )
    group by names.shop_id, names.warehouse_name

),

shipped_from as (

    select shop_id, order_id, min(warehouse_id) as warehouse_id
    from {{ ref('stg_third_party_logistics__shipments') }}
    where warehouse_id is not null
    group by shop_id, order_id

)

select
    orders.shop_id,
    orders.order_id,
    orders.warehouse_name,
    coalesce(matched_names.warehouse_id, shipped_from.warehouse_id) as warehouse_id,
    orders.warehouse_name is not null and matched_names.warehouse_id is null as is_unmatched_name
from {{ ref('int_orders') }} as orders
left join matched_names
    on
        orders.shop_id = matched_names.shop_id
        and orders.warehouse_name = matched_names.warehouse_name
left join shipped_from
    on
        orders.shop_id = shipped_from.shop_id
        and orders.order_id = shipped_from.order_id
where orders.warehouse_name is not null or shipped_from.warehouse_id is not null
