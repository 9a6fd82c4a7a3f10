{#-
  What each order's SKU sells for and costs until it is with its buyer. Orders of the last 90 days of
  any as-of day, and older ones whose return was refunded in them. Stamps only: what of it counts at a
  moment is for the marts to say.
-#}
with reach as (

    select
        shop_id,
        {{ add_days('min(as_of_on)', -89) }} as from_on,
        max(as_of_on) as to_on
    from {{ source('inputs', 'as_of') }}
    group by shop_id

),

refunded_orders as (

    select distinct returns.order_key
    from {{ ref('int_returns') }} as returns
    inner join reach
        on
            returns.shop_id = reach.shop_id
            and returns.returned_on between reach.from_on and reach.to_on
    where returns.is_refunded and returns.order_key is not null

),

wanted as (

    {% for source in ['recent', 'refunded'] -%}
    select
        orders.shop_id,
        orders.order_id,
        orders.order_key,
        orders.units as order_units,
        orders.created_on,
        orders.counts_from_on,
        orders.cancelled_on
    from {{ ref('int_orders') }} as orders
    inner join reach
        on
            orders.shop_id = reach.shop_id
            {%- if source == 'recent' %}
            and orders.created_on between reach.from_on and reach.to_on
            {%- else %}
            and orders.created_on < reach.from_on
    inner join refunded_orders
        on orders.order_key = refunded_orders.order_key
            {%- endif %}
    where orders.is_rated and orders.counts_from_on is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

items as (

    select
        lines.order_key,
        coalesce(lines.sku_id, '') as sku_id,
        max(lines.seller_sku) as seller_sku,
        max(lines.credited_creator) as creator_handle,
        cast(sum(lines.quantity) as bigint) as units,
        cast(sum(coalesce(rows.subtotal_after_discount, 0)) as decimal(18, 2)) as paid_by_buyer,
        cast(sum(coalesce(rows.platform_discount, 0)) as decimal(18, 2)) as platform_discount,
        -- Said of the whole order on each of its lines.
        cast(max(coalesce(rows.shipping_fee_after_discount, 0)) as decimal(18, 2)) as order_shipping
    from wanted
    inner join {{ ref('int_order_lines') }} as lines
        on wanted.order_key = lines.order_key
    inner join {{ ref('int_order_rows') }} as rows
        on
            lines.row_key = rows.row_key
            and lines.created_on = rows.created_on
    group by lines.order_key, coalesce(lines.sku_id, '')

),

running as (

    -- Of orders with several SKUs, which alone have to be counted through.
    select
        items.order_key,
        items.sku_id,
        cast(sum(items.units) over (
            partition by items.order_key
            order by items.sku_id nulls last
            rows between unbounded preceding and current row
        ) as bigint) as units_so_far,
        max(items.order_shipping) over (partition by items.order_key) as order_shipping,
        sum(items.paid_by_buyer + items.platform_discount) over (partition by items.order_key) as order_sales
    from wanted
    inner join items
        on
            wanted.order_key = items.order_key
            and wanted.order_units <> items.units

),

shipped as (

    -- Carriage counts where the warehouse gives it of every parcel of the order.
    select
        shipments.order_key,
        sum(shipments.ship_cost) as ship_cost
    from wanted
    inner join {{ ref('int_shipments') }} as shipments
        on wanted.order_key = shipments.order_key
    inner join {{ source('inputs', 'shops') }} as shops
        on shipments.shop_id = shops.shop_id
    group by shipments.order_key
    having
        count(*) = count(shipments.ship_cost)
        and bool_and(coalesce(shipments.currency, shops.currency) = shops.currency)

),

sku_list as (

    select distinct
        wanted.shop_id,
        items.seller_sku
    from wanted
    inner join items
        on wanted.order_key = items.order_key

),

costs as (

    {{ sku_costs('sku_list', [
        'unit_cost_share', 'pick_pack_cost', 'referral_fee_rate', 'outbound_shipping_cost'
    ]) }}

),

prices as (

    -- All that depends on the SKU alone, so that the lines are joined with it once.
    select
        costs.*,
        case when coalesce(skus.currency, shops.currency) = shops.currency then skus.unit_cost end
            as unit_cost,
        shops.currency
    from costs
    inner join {{ source('inputs', 'shops') }} as shops
        on costs.shop_id = shops.shop_id
    left join {{ ref('stg_reference__skus') }} as skus
        on
            costs.shop_id = skus.shop_id
            and costs.seller_sku = skus.seller_sku

),

joined as (

    select
        wanted.shop_id,
        wanted.order_id,
        wanted.order_key,
        wanted.created_on,
        wanted.counts_from_on,
        wanted.cancelled_on,
        wanted.order_units,
        items.sku_id,
        items.seller_sku,
        coalesce(items.creator_handle, '(none)') as creator_handle,
        items.units,
        coalesce(running.units_so_far, items.units) as units_so_far,
        items.paid_by_buyer,
        items.platform_discount,
        items.paid_by_buyer + items.platform_discount as sale_amount,
        coalesce(running.order_shipping, items.order_shipping) as order_shipping,
        coalesce(running.order_sales, items.paid_by_buyer + items.platform_discount) as order_sales,
        shipped.ship_cost,
        coalesce(shipped.ship_cost, prices.outbound_shipping_cost) as carriage,
        prices.unit_cost,
        prices.unit_cost_share,
        prices.unit_cost_share_is_assumed,
        prices.pick_pack_cost,
        prices.pick_pack_cost_is_assumed,
        prices.referral_fee_rate,
        prices.referral_fee_rate_is_assumed,
        prices.outbound_shipping_cost_is_assumed,
        prices.currency,
        creators.est_commission_amount,
        creators.actual_commission_amount,
        creators.commission_paid_at
    from wanted
    inner join items
        on wanted.order_key = items.order_key
    inner join prices
        on
            wanted.shop_id = prices.shop_id
            and items.seller_sku = prices.seller_sku
    left join running
        on
            items.order_key = running.order_key
            and items.sku_id = running.sku_id
    left join shipped
        on wanted.order_key = shipped.order_key
    left join {{ ref('int_creators_by_line') }} as creators
        on
            wanted.order_id = creators.order_id
            and items.sku_id = creators.sku_id
            and wanted.shop_id = creators.shop_id

)

select
    shop_id,
    order_id,
    order_key,
    sku_id,
    seller_sku,
    creator_handle,
    created_on,
    counts_from_on,
    cancelled_on,
    units_so_far = units as is_first_item,
    units,
    paid_by_buyer,
    platform_discount,
    sale_amount,
    {{ cents('coalesce(unit_cost * units, unit_cost_share * sale_amount)') }} as unit_cost,
    unit_cost is null and unit_cost_share_is_assumed as unit_cost_is_assumed,
    -- An order's parcel is carried by its units, so that the parts add up to it to the cent.
    cast(
        {{ cents(ratio('carriage * units_so_far', 'order_units')) }}
        - {{ cents(ratio('carriage * (units_so_far - units)', 'order_units')) }}
        as decimal(18, 2)
    ) as outbound_shipping,
    ship_cost is null and outbound_shipping_cost_is_assumed as outbound_shipping_is_assumed,
    {{ cents('pick_pack_cost * units') }} as pick_pack,
    pick_pack_cost_is_assumed as pick_pack_is_assumed,
    -- What the buyer pays for shipping is carried by the units like the carriage.
    cast(
        {{ cents(ratio('order_shipping * units_so_far', 'order_units')) }}
        - {{ cents(ratio('order_shipping * (units_so_far - units)', 'order_units')) }}
        as decimal(18, 2)
    ) as shipping_paid,
    {{ cents('referral_fee_rate * sale_amount') }} as item_referral_fee,
    -- Its fee goes by the sales: so an order pays what its statement says, whatever its rates.
    {{ cents(
        'referral_fee_rate * (sale_amount + coalesce('
        ~ ratio('sale_amount * order_shipping', 'order_sales') ~ ', '
        ~ ratio('units * order_shipping', 'order_units') ~ ', 0))'
    ) }} as referral_fee,
    referral_fee_rate_is_assumed as referral_fee_is_assumed,
    cast(coalesce(est_commission_amount, actual_commission_amount, 0) as decimal(18, 2)) as est_commission,
    cast(actual_commission_amount as decimal(18, 2)) as settled_commission,
    case when actual_commission_amount is not null then commission_paid_at end as commission_settled_at,
    currency
from joined
