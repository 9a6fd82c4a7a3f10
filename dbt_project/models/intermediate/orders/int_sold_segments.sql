{#-
  Units ordered by every dimension of the return rates, and of the shop as a whole, by creation day:
  signed changes by the day they are known, as in `int_sold_units`. Only the days that some as-of
  day's longest window can reach.
-#}
with reach as (

    {{ as_of_reach(89) }}

),

items as (

    select
        items.shop_id,
        items.order_id,
        items.order_key,
        items.sku_id,
        items.seller_sku,
        items.product_name,
        items.creator_handle,
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
    where orders.cancelled_on is null or orders.cancelled_on > orders.counts_from_on

),

sold as (

    select
        items.shop_id,
        items.created_on,
        items.counts_from_on,
        items.cancelled_on,
        items.units,
        items.seller_sku,
        items.product_name,
        items.creator_handle,
        variations.variation,
        skus.category,
        contents.content_id,
        contents.content_type,
        coalesce(content_campaigns.campaign, creator_campaigns.campaign) as campaign,
        warehouses.warehouse_id
    from items
    left join {{ ref('int_creators_by_line') }} as contents
        on
            items.shop_id = contents.shop_id
            and items.order_id = contents.order_id
            and items.sku_id = contents.sku_id
    left join {{ ref('int_variations') }} as variations
        on
            items.shop_id = variations.shop_id
            and items.sku_id = variations.sku_id
    left join {{ ref('stg_reference__skus') }} as skus
        on
            items.shop_id = skus.shop_id
            and items.seller_sku = skus.seller_sku
    left join {{ ref('int_order_warehouses') }} as warehouses
        on items.order_key = warehouses.order_key
    left join {{ ref('int_campaigns') }} as content_campaigns
        on
            content_campaigns.matched_by = 'content'
            and items.shop_id = content_campaigns.shop_id
            and contents.content_id = content_campaigns.content_id
    left join {{ ref('int_campaigns') }} as creator_campaigns
        on
            creator_campaigns.matched_by = 'creator_and_sku'
            and items.shop_id = creator_campaigns.shop_id
            and items.creator_handle = creator_campaigns.creator_handle
            and items.seller_sku = creator_campaigns.seller_sku
            and items.created_on >= creator_campaigns.from_on
            and items.created_on < creator_campaigns.until_on

),

by_segment as (

    select
        shop_id,
        'shop' as dimension,
        '(all)' as segment,
        created_on,
        counts_from_on,
        cancelled_on,
        sum(units) as units
    from sold
    group by shop_id, created_on, counts_from_on, cancelled_on

    {% for dimension, column in return_rate_dimensions() -%}
    union all

    select
        shop_id,
        '{{ dimension }}' as dimension,
        coalesce({{ column }}, '(none)') as segment,
        created_on,
        counts_from_on,
        cancelled_on,
        sum(units) as units
    from sold
    group by shop_id, coalesce({{ column }}, '(none)'), created_on, counts_from_on, cancelled_on

    {% endfor %}
)

select
    shop_id,
    dimension,
    segment,
    created_on,
    counts_from_on as known_on,
    cast(sum(units) as bigint) as units
from by_segment
group by shop_id, dimension, segment, created_on, counts_from_on

union all

select
    shop_id,
    dimension,
    segment,
    created_on,
    cancelled_on as known_on,
    cast(-sum(units) as bigint) as units
from by_segment
where cancelled_on is not null
group by shop_id, dimension, segment, created_on, cancelled_on
