{#- What was bought: one row an order and SKU, with the creator who is credited for it. -#}
select
    shop_id,
    order_id,
    order_key,
    coalesce(sku_id, '') as sku_id,
    seller_sku,
    product_name,
    credited_creator as creator_handle,
    cast(quantity as bigint) as units,
    created_on
from {{ ref('int_order_lines') }}
where not is_ranked

union all

select
    min(shop_id) as shop_id,
    min(order_id) as order_id,
    order_key,
    coalesce(sku_id, '') as sku_id,
    max(seller_sku) as seller_sku,
    max(product_name) as product_name,
    max(credited_creator) as creator_handle,
    cast(sum(quantity) as bigint) as units,
    max(created_on) as created_on
from {{ ref('int_order_lines') }}
where is_ranked
group by order_key, coalesce(sku_id, '')
