with sent as (

    select
        packages.shop_id,
        packages.package_key,
        packages.shipped_on,
        packages.is_valid_tracking,
        now.as_of_on
    from {{ ref('packages') }} as packages
    inner join {{ ref('int_current_days') }} as now
        on
            packages.shop_id = now.shop_id
            and packages.shipped_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on

),

parcels as (

    select
        parcels.*,
        shops.currency,
        sent.shipped_on,
        sent.is_valid_tracking,
        sent.as_of_on
    from {{ ref('int_route_parcels') }} as parcels
    inner join sent
        on
            parcels.shop_id = sent.shop_id
            and parcels.package_key = sent.package_key
    inner join {{ source('inputs', 'shops') }} as shops
        on parcels.shop_id = shops.shop_id
    where not parcels.is_fbt

),

all_tickets as (

    select shop_id, order_id, created_on, is_about_shipping
    from {{ ref('stg_reference__support_tickets') }}

),

ticket_feeds as (

    select distinct shop_id
    from all_tickets

),

tickets as (

    select distinct
        all_tickets.shop_id,
        all_tickets.order_id
    from all_tickets
    inner join {{ ref('int_current_days') }} as now
        on
            all_tickets.shop_id = now.shop_id
            and all_tickets.created_on <= now.as_of_on
    where all_tickets.is_about_shipping and all_tickets.order_id is not null

),

-- What was paid back because a parcel came late or never.
order_refunds as (

    select
        refunds.order_key,
        sum(refunds.refund_amount) as refund_amount
    from {{ ref('int_refunds') }} as refunds
    inner join {{ ref('int_current_days') }} as now
        on
            refunds.shop_id = now.shop_id
            and refunds.returned_on <= now.as_of_on
    where refunds.reason_group = 'late' and refunds.order_key is not null
    group by refunds.order_key

),

-- The parcels of an order bear its refund in equal parts.
refunds as (

    select
        order_refunds.order_key,
        {{ ratio('order_refunds.refund_amount', 'count(*)') }} as refund_amount
    from order_refunds
    inner join parcels
        on order_refunds.order_key = parcels.order_key
    group by order_refunds.order_key, order_refunds.refund_amount

),

preferred as (

    select
        parcels.shop_id,
        parcels.warehouse_id,
        parcels.ship_to_state,
        routes.carrier,
        routes.service
    from (select distinct shop_id, warehouse_id, ship_to_state from parcels) as parcels
    inner join {{ ref('int_preferred_routes') }} as routes
        on
            parcels.shop_id = routes.shop_id
            and (routes.warehouse_id is null or parcels.warehouse_id = routes.warehouse_id)
            and (routes.ship_to_state is null or parcels.ship_to_state = routes.ship_to_state)
    qualify row_number() over (
        partition by parcels.shop_id, parcels.warehouse_id, parcels.ship_to_state
        order by routes.precision desc nulls last
    ) = 1

)

select
    parcels.shop_id,
    parcels.package_key,
    parcels.order_id,
    parcels.tracking_number,
    parcels.carrier,
    parcels.service,
    parcels.warehouse_id,
    parcels.ship_to_state,
    cast(parcels.zone as bigint) as zone,
    parcels.is_zip3_assumed,
    parcels.weight_band,
    parcels.shipped_on,
    cast(parcels.ship_cost as decimal(18, 2)) as ship_cost,
    cast(parcels.card_price as decimal(18, 2)) as card_price,
    parcels.currency,
    case
        when parcels.first_possession_on <= parcels.as_of_on and parcels.tendered_at is not null
            then greatest({{ hours_between('parcels.tendered_at', 'parcels.first_possession_at') }}, 0)
    end as first_scan_hours,
    case when parcels.delivered_on <= parcels.as_of_on then parcels.delivered_at end as delivered_at,
    case
        when parcels.deliver_by_at is null then null
        when parcels.delivered_on <= parcels.as_of_on then parcels.delivered_at <= parcels.deliver_by_at
        when parcels.deliver_by_on <= parcels.as_of_on then false
    end as is_on_time,
    parcels.is_valid_tracking,
    case when ticket_feeds.shop_id is not null then tickets.order_id is not null end as has_ticket,
    cast(coalesce(refunds.refund_amount, 0) as decimal(18, 2)) as late_refund_amount,
    preferred.carrier as preferred_carrier,
    preferred.service as preferred_service,
    -- A carrier or service that is not known cannot be held against a preferred one.
    case
        when preferred.carrier is null or parcels.carrier = '(unknown)' then null
        when parcels.carrier <> preferred.carrier then true
        when preferred.service is null then false
        when parcels.service = '(unknown)' then null
        else {{ fold('parcels.service') }} <> {{ fold('preferred.service') }}
    end as is_deviating
from parcels
left join ticket_feeds
    on parcels.shop_id = ticket_feeds.shop_id
left join tickets
    on
        parcels.shop_id = tickets.shop_id
        and parcels.order_id = tickets.order_id
left join refunds
    on parcels.order_key = refunds.order_key
left join preferred
    on
        parcels.shop_id = preferred.shop_id
        and parcels.warehouse_id = preferred.warehouse_id
        and parcels.ship_to_state = preferred.ship_to_state
