{#-
  Units ordered by SKU, creator and creation day: signed changes by the day they are known. Only the
  days that some as-of day's longest window can reach.
-#}
with reach as (

    {{ as_of_reach(89) }}

),

sold as (

    select
        items.shop_id,
        items.seller_sku,
        coalesce(items.creator_handle, '(none)') as creator_handle,
        items.product_name,
        items.units,
        orders.created_on,
        orders.counts_from_on,
        orders.cancelled_on
    from {{ ref('int_order_items') }} as items
    inner join reach
        on
            items.shop_id = reach.shop_id
            and items.created_on between reach.from_on and reach.to_on
    inner join {{ ref('int_orders') }} as orders
        on
            items.order_key = orders.order_key
            and orders.is_rated
            and orders.counts_from_on is not null

)

select
    shop_id,
    seller_sku,
    creator_handle,
    created_on,
    counts_from_on as known_on,
    cast(sum(units) as bigint) as units,
    max(product_name) as product_name
from sold
where cancelled_on is null or cancelled_on > counts_from_on
group by shop_id, seller_sku, creator_handle, created_on, counts_from_on

union all

select
    shop_id,
    seller_sku,
    creator_handle,
    created_on,
    cancelled_on as known_on,
    cast(-sum(units) as bigint) as units,
    max(product_name) as product_name
from sold
where cancelled_on > counts_from_on
group by shop_id, seller_sku, creator_handle, created_on, cancelled_on
