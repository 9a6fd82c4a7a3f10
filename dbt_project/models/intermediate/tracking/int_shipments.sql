{#-
  The newest version of each shipment of the orders that somebody may ask about: those of the last
  months, every order that was ever late, and orders that were shipped before their `RTS Time` was
  known (the upload stamp stands in for it). The others need no stages.
-#}
{%- set stamps = [
    'received_at', 'allocated_at', 'picked_at', 'quality_checked_at', 'packed_at',
    'label_created_at', 'tendered_at', 'tracking_uploaded_at'
] -%}
with oldest_days as (

    select shop_id, {{ add_days('min(as_of_on)', -120) }} as recent_from_on
    from {{ source('inputs', 'as_of') }}
    group by shop_id

),

wanted as (

    select
        orders.shop_id,
        orders.order_id,
        orders.order_key
    from {{ ref('int_orders') }} as orders
    inner join oldest_days
        on orders.shop_id = oldest_days.shop_id
    left join (
        select distinct order_key
        from {{ ref('int_order_states') }}
        where
            is_rated
            and not is_fbt
            and counts_from_on is not null
            and (dispatched_at is null or dispatched_at > dispatch_due_at)
    ) as late
        on orders.order_key = late.order_key
    where
        orders.created_on >= oldest_days.recent_from_on
        or late.order_key is not null
        or (orders.shipped_on is not null and coalesce(orders.rts_on > orders.shipped_on, true))

),

versions as (

    select
        shipments.*,
        wanted.order_key
    from {{ ref('stg_third_party_logistics__shipments') }} as shipments
    inner join wanted
        on
            shipments.shop_id = wanted.shop_id
            and shipments.order_id = wanted.order_id

),

newest as (

    select *
    from versions
    qualify row_number() over (
        partition by shop_id, shipment_id
        order by
            (
                {%- for stamp in stamps %}
                case when {{ stamp }} is null then 0 else 1 end{{ ' +' if not loop.last }}
                {%- endfor %}
            ) desc nulls last,
            greatest({{ stamps | join(', ') }}) desc nulls last,
            content_fingerprint desc nulls last
    ) = 1

)

select
    newest.shop_id,
    newest.shipment_id,
    newest.order_id,
    newest.order_key,
    newest.warehouse_id,
    newest.carrier_name,
    coalesce(carriers.carrier, newest.carrier_name) as carrier,
    newest.service,
    newest.ship_cost,
    newest.currency,
    newest.tracking_number,
    newest.ship_to_zip3,
    newest.weight_kg,
    {%- for stamp in stamps %}
    newest.{{ stamp }},
    {%- endfor %}
    newest.tracking_uploaded_on
from newest
left join {{ ref('carriers') }} as carriers
    on {{ fold('newest.carrier_name') }} = carriers.alias
