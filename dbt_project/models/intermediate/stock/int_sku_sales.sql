{{ config(materialized='view') }}
{#- What each SKU sold in the 30 days up to the current one, of orders that count by then. -#}
with recent as (

    select
        orders.order_key,
        orders.shop_id,
        orders.created_on,
        orders.is_fbt,
        now.as_of_on
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on
            orders.shop_id = now.shop_id
            and orders.created_on between {{ add_days('now.as_of_on', -29) }} and now.as_of_on
            and orders.counts_from_on <= now.as_of_on
    where orders.is_rated and (orders.cancelled_on is null or orders.cancelled_on > now.as_of_on)

),

sold as (

    select
        recent.shop_id,
        lines.seller_sku,
        lines.product_name,
        recent.is_fbt,
        recent.created_on > {{ add_days('recent.as_of_on', -7) }} as is_last_week,
        cast(lines.quantity as bigint) as units,
        -- What the buyer paid and what the platform added to it, as all sales are.
        coalesce(amounts.subtotal_after_discount, 0) + coalesce(amounts.platform_discount, 0) as sales
    from recent
    inner join {{ ref('int_order_lines') }} as lines
        on recent.order_key = lines.order_key
    inner join {{ ref('int_order_rows') }} as amounts
        on lines.row_key = amounts.row_key

)

select
    shop_id,
    seller_sku,
    max(product_name) as product_name,
    cast(sum(sales) as decimal(18, 2)) as sales_amount,
    cast(sum(units) as bigint) as units,
    -- The faster of the last week and the last 30 days: a rush must not wait for its mean.
    round(
        greatest(
            cast(coalesce(sum(units) filter (where is_last_week), 0) as double) / 7,
            cast(sum(units) as double) / 30
        ), 4
    ) as daily_units,
    round(
        greatest(
            cast(coalesce(sum(units) filter (where is_last_week and is_fbt), 0) as double) / 7,
            cast(coalesce(sum(units) filter (where is_fbt), 0) as double) / 30
        ), 4
    ) as daily_fbt_units
from sold
group by shop_id, seller_sku
