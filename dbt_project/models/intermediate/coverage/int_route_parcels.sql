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

shipments as (

    -- What the warehouse says of a number; a number in two rows is one parcel.
    select
        shipments.order_key,
        shipments.tracking_number,
        min(shipments.carrier) as carrier,
        min(shipments.service) as service,
        max(shipments.weight_kg) as weight_kg,
        max(
            case when coalesce(shipments.currency, shops.currency) = shops.currency then shipments.ship_cost end
        ) as ship_cost,
        max(shipments.tendered_at) as tendered_at
    from {{ ref('int_shipments') }} as shipments
    inner join {{ source('inputs', 'shops') }} as shops
        on shipments.shop_id = shops.shop_id
    group by shipments.order_key, shipments.tracking_number

),

-- A package whose number the warehouse does not have is the one shipment of its order.
only_shipments as (

    select
        order_key,
        max(tracking_number) as tracking_number,
        max(carrier) as carrier,
        max(service) as service,
        max(weight_kg) as weight_kg,
        max(ship_cost) as ship_cost,
        max(tendered_at) as tendered_at
    from shipments
    group by order_key
    having count(*) = 1

),

joined as (

    select
        packages.shop_id,
        packages.package_key,
        packages.order_id,
        packages.order_key,
        packages.tracking_number,
        packages.is_fbt,
        coalesce(packages.carrier, shipments.carrier, only_shipments.carrier, '(unknown)') as carrier,
        coalesce(shipments.service, only_shipments.service, '(unknown)') as service,
        coalesce(origins.warehouse_id, '(unknown)') as warehouse_id,
        coalesce(orders.state_code, '(unknown)') as ship_to_state,
        coalesce(packages.zip3, middles.zip3) as zip3,
        packages.zip3 is null and middles.zip3 is not null as is_zip3_assumed,
        coalesce(shipments.weight_kg, only_shipments.weight_kg) as weight_kg,
        coalesce(shipments.ship_cost, only_shipments.ship_cost) as ship_cost,
        coalesce(shipments.tendered_at, only_shipments.tendered_at) as tendered_at,
        packages.first_possession_at,
        packages.first_possession_on,
        packages.delivered_on as scanned_delivery_on,
        -- The platform's own stamp where the feed does not know the parcel.
        case when packages.first_event_on is null then orders.delivered_at else packages.delivered_at end
            as delivered_at,
        case when packages.first_event_on is null then orders.delivered_on else packages.delivered_on end
            as delivered_on,
        orders.deliver_by_at,
        orders.deliver_by_on
    from packages
    inner join {{ ref('int_orders') }} as orders
        on packages.order_key = orders.order_key
    left join {{ ref('int_order_warehouses') }} as origins
        on packages.order_key = origins.order_key
    left join shipments
        on
            packages.order_key = shipments.order_key
            and packages.tracking_number = shipments.tracking_number
    left join only_shipments
        on
            packages.order_key = only_shipments.order_key
            and shipments.order_key is null
            and packages.order_count = 1
    left join {{ ref('int_state_zip3s') }} as middles
        on
            orders.state_code = middles.state_code
            and packages.zip3 is null

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
