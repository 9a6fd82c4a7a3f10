{{ config(materialized='view') }}
{#-
  What the shop's mean order costs to send, by zone: the cheapest price of its rate card at that
  weight, else the assumed figure of the zone.
-#}
with sold as (

    select
        sales.shop_id,
        sales.seller_sku,
        sum(sales.units) as units
    from {{ ref('int_current_days') }} as now
    inner join {{ ref('int_sold_units') }} as sales
        on
            now.shop_id = sales.shop_id
            and sales.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
            and sales.known_on <= now.as_of_on
    group by sales.shop_id, sales.seller_sku

),

orders as (

    select
        orders.shop_id,
        count(*) as orders
    from {{ ref('int_current_days') }} as now
    inner join {{ ref('int_orders') }} as orders
        on
            now.shop_id = orders.shop_id
            and orders.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
            and orders.counts_from_on <= now.as_of_on
    where orders.is_rated and (orders.cancelled_on is null or orders.cancelled_on > now.as_of_on)
    group by orders.shop_id

),

means as (

    select
        shops.shop_id,
        shops.currency,
        {{ ratio('sum(sold.units)', 'max(orders.orders)') }} as units_per_order,
        -- Of the units whose weight is known.
        round(
            {{ ratio(
                'sum(sold.units * cast(skus.weight_kg as decimal(18, 3)))',
                'sum(sold.units) filter (where skus.weight_kg is not null)'
            ) }}
            * {{ ratio('sum(sold.units)', 'max(orders.orders)') }},
            3
        ) as weight_kg
    from {{ source('inputs', 'shops') }} as shops
    inner join orders
        on shops.shop_id = orders.shop_id
    left join sold
        on shops.shop_id = sold.shop_id
    left join {{ ref('stg_reference__skus') }} as skus
        on
            sold.shop_id = skus.shop_id
            and sold.seller_sku = skus.seller_sku
    group by shops.shop_id, shops.currency

),

steps as (

    -- The step that holds the weight, else the heaviest; without a weight the lightest.
    select
        card.shop_id,
        card.zone,
        card.price
    from {{ ref('stg_reference__rate_card') }} as card
    inner join means
        on
            card.shop_id = means.shop_id
            and coalesce(card.currency, means.currency) = means.currency
    where card.price is not null
    qualify row_number() over (
        partition by card.shop_id, card.carrier_name, card.service, card.zone
        order by
            case when card.max_weight_kg >= coalesce(means.weight_kg, 0) then 0 else 1 end,
            case when card.max_weight_kg >= coalesce(means.weight_kg, 0) then card.max_weight_kg end nulls last,
            card.max_weight_kg desc nulls last
    ) = 1

),

cards as (

    select
        shop_id,
        zone,
        min(price) as price
    from steps
    group by shop_id, zone

),

costs as (

    {{ shop_costs(['postage_base', 'postage_per_zone']) | indent(4) }}

)

select
    means.shop_id,
    zones.zone,
    round(means.units_per_order, 4) as units_per_order,
    means.weight_kg,
    cast(coalesce(cards.price, costs.postage_base + zones.zone * costs.postage_per_zone) as decimal(18, 2))
        as postage_amount,
    means.currency,
    cards.price is null
    and (coalesce(costs.postage_base_is_assumed, false) or coalesce(costs.postage_per_zone_is_assumed, false))
        as is_assumed
from means
cross join {{ ref('transit_zones') }} as zones
left join cards
    on
        means.shop_id = cards.shop_id
        and zones.zone = cards.zone
left join costs
    on means.shop_id = costs.shop_id
