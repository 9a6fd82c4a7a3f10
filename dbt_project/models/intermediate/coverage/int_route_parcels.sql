{{ config(materialized='view') }}
{#-
  The parcels of the orders of the last months with the way they went: carrier, service, origin,
  destination, weight, cost, and their stamps, later ones too. A view, so that it never holds more of
  the past than the current day looks at.
-#}
with packages as (

    select packages.*
    from {{ ref('int_packages') }} as packages
    inner join {{ ref('int_current_days') }} as now
        on
            packages.shop_id = now.shop_id
            and packages.order_created_on
            between {{ add_days('now.as_of_on', '-' ~ route_history_days()) }} and now.as_of_on

),

costed_shipments as (

    select
        shipments.order_key,
        shipments.warehouse_id,
        shipments.tracking_number,
        shipments.carrier,
        shipments.service,
        shipments.weight_kg,
        case when coalesce(shipments.currency, shops.currency) = shops.currency then shipments.ship_cost end
            as ship_cost,
        shipments.tendered_at
    from {{ ref('int_shipments') }} as shipments
    inner join {{ source('inputs', 'shops') }} as shops
        on shipments.shop_id = shops.shop_id

),

-- Most orders leave in one shipment.
order_shipments as (

    select
        order_key,
        count(*) as shipments,
        min(warehouse_id) as warehouse_id,
        min(tracking_number) as tracking_number,
        min(carrier) as carrier,
        min(service) as service,
        max(weight_kg) as weight_kg,
        max(ship_cost) as ship_cost,
        max(tendered_at) as tendered_at
    from costed_shipments
    group by order_key

),

-- Of several the number decides; one that stands in two rows is one parcel.
numbered_shipments as (

    select
        costed_shipments.order_key,
        costed_shipments.tracking_number,
        min(costed_shipments.carrier) as carrier,
        min(costed_shipments.service) as service,
        max(costed_shipments.weight_kg) as weight_kg,
        max(costed_shipments.ship_cost) as ship_cost,
        max(costed_shipments.tendered_at) as tendered_at
    from costed_shipments
    inner join order_shipments
        on
            costed_shipments.order_key = order_shipments.order_key
            and order_shipments.shipments > 1
    group by costed_shipments.order_key, costed_shipments.tracking_number

),

matched as (

    select
        packages.*,
        orders.state_code,
        orders.deliver_by_at,
        orders.deliver_by_on,
        orders.delivered_at as stated_delivered_at,
        orders.delivered_on as stated_delivered_on,
        coalesce(orders.named_warehouse_id, order_shipments.warehouse_id) as warehouse_id,
        -- Another number is another parcel.
        order_shipments.shipments = 1
        and coalesce(packages.tracking_number = order_shipments.tracking_number, true) as is_of_order,
        {%- for value in ['carrier', 'service', 'weight_kg', 'ship_cost', 'tendered_at'] %}
        order_shipments.{{ value }} as order_{{ value }},
        numbered_shipments.{{ value }} as number_{{ value }}{{ ',' if not loop.last }}
        {%- endfor %}
    from packages
    inner join {{ ref('int_orders') }} as orders
        on packages.order_key = orders.order_key
    left join order_shipments
        on packages.order_key = order_shipments.order_key
    left join numbered_shipments
        on
            packages.order_key = numbered_shipments.order_key
            and packages.tracking_number = numbered_shipments.tracking_number

),

joined as (

    select
        matched.shop_id,
        matched.package_key,
        matched.order_id,
        matched.order_key,
        matched.tracking_number,
        matched.is_fbt,
        coalesce(
            matched.carrier, case when matched.is_of_order then matched.order_carrier end, matched.number_carrier,
            '(unknown)'
        ) as carrier,
        coalesce(
            case when matched.is_of_order then matched.order_service end, matched.number_service, '(unknown)'
        ) as service,
        coalesce(matched.warehouse_id, '(unknown)') as warehouse_id,
        coalesce(matched.state_code, '(unknown)') as ship_to_state,
        coalesce(matched.zip3, middles.zip3) as zip3,
        matched.zip3 is null and middles.zip3 is not null as is_zip3_assumed,
        {%- for value in ['weight_kg', 'ship_cost', 'tendered_at'] %}
        case when matched.is_of_order then matched.order_{{ value }} else matched.number_{{ value }} end
            as {{ value }},
        {%- endfor %}
        matched.first_possession_at,
        matched.first_possession_on,
        matched.delivered_on as scanned_delivery_on,
        -- The platform's own stamp where the feed does not know the parcel.
        {%- for stamp in ['delivered_at', 'delivered_on'] %}
        case when matched.first_event_on is null then matched.stated_{{ stamp }} else matched.{{ stamp }} end
            as {{ stamp }},
        {%- endfor %}
        matched.deliver_by_at,
        matched.deliver_by_on
    from matched
    left join {{ ref('int_state_zip3s') }} as middles
        on matched.state_code = middles.state_code

)

select
    joined.shop_id,
    joined.package_key,
    joined.order_id,
    joined.order_key,
    joined.tracking_number,
    joined.is_fbt,
    joined.carrier,
    joined.service,
    joined.warehouse_id,
    joined.ship_to_state,
    joined.zip3,
    joined.is_zip3_assumed,
    zones.zone,
    joined.weight_kg,
    {{ weight_band('joined.weight_kg') }} as weight_band,
    joined.ship_cost,
    prices.price as card_price,
    joined.tendered_at,
    joined.first_possession_at,
    joined.first_possession_on,
    joined.delivered_at,
    joined.delivered_on,
    joined.deliver_by_at,
    joined.deliver_by_on,
    -- Business days from first scan to delivery, as the scans show them; the scan's day is day 0.
    cast(arrived.business_day_index - sent.business_day_index as integer) as transit_days
from joined
left join {{ ref('int_zip3_zones') }} as zones
    on
        joined.shop_id = zones.shop_id
        and joined.zip3 = zones.zip3
        and joined.warehouse_id = zones.warehouse_id
left join {{ ref('int_route_prices') }} as prices
    on
        joined.shop_id = prices.shop_id
        and joined.carrier = prices.carrier
        and {{ fold('joined.service') }} = prices.folded_service
        and zones.zone = prices.zone
        and joined.weight_kg > prices.over_kg
        and joined.weight_kg <= prices.max_weight_kg
left join {{ ref('int_policy_days') }} as sent
    on
        joined.shop_id = sent.shop_id
        and joined.first_possession_on = sent.day_on
left join {{ ref('int_policy_days') }} as arrived
    on
        joined.shop_id = arrived.shop_id
        and joined.scanned_delivery_on = arrived.day_on
