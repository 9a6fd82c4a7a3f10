{#-
  By what late orders are grouped: one value of each dimension an order, so that the groups of a
  dimension add up to the orders.

  orders: a relation with shop_id, order_key, created_on and creator_handle. Gives a query of its
  order keys and dimensions.
-#}
{% macro order_segments(orders) -%}
    select
        orders.order_key,
        coalesce(warehouses.warehouse_id, warehouses.warehouse_name, '(unknown)') as warehouse,
        coalesce(scans.carrier, stages.carrier, '(unknown)') as carrier,
        coalesce(contents.seller_sku, '(none)') as seller_sku,
        coalesce(contents.supplier, '(none)') as supplier,
        orders.creator_handle as creator,
        volumes.volume_decile
    from {{ orders }} as orders
    left join {{ ref('int_order_warehouses') }} as warehouses
        on orders.order_key = warehouses.order_key
    left join {{ ref('int_order_scans') }} as scans
        on orders.order_key = scans.order_key
    left join {{ ref('int_order_stages') }} as stages
        on orders.order_key = stages.order_key
    left join (
        select
            wanted.order_key,
            case
                when min(items.seller_sku) = max(items.seller_sku) then min(items.seller_sku)
                else '(several)'
            end as seller_sku,
            case
                when min(skus.supplier) = max(skus.supplier) and count(*) = count(skus.supplier)
                    then min(skus.supplier)
                when count(skus.supplier) = 0 then '(none)'
                else '(several)'
            end as supplier
        from {{ orders }} as wanted
        inner join {{ ref('int_order_items') }} as items
            on wanted.order_key = items.order_key
        left join {{ ref('stg_reference__skus') }} as skus
            on
                items.shop_id = skus.shop_id
                and items.seller_sku = skus.seller_sku
        group by wanted.order_key
    ) as contents
        on orders.order_key = contents.order_key
    left join {{ ref('int_order_volumes') }} as volumes
        on
            orders.shop_id = volumes.shop_id
            and orders.created_on = volumes.created_on
{%- endmacro %}
