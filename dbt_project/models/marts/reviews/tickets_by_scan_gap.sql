{%- set gaps = [
    ('under_12h', 'scan_gap_hours < 12'),
    ('12_24h', 'scan_gap_hours >= 12 and scan_gap_hours < 24'),
    ('24_48h', 'scan_gap_hours >= 24 and scan_gap_hours < 48'),
    ('48_72h', 'scan_gap_hours >= 48 and scan_gap_hours < 72'),
    ('over_72h', 'scan_gap_hours >= 72'),
    ('no_scan', 'scan_gap_hours is null'),
] -%}
with ticket_feeds as (

    select distinct shop_id
    from {{ ref('stg_reference__support_tickets') }}

),

contacts as (

    select
        shop_id,
        order_id,
        created_on
    from {{ ref('stg_reference__support_tickets') }}
    where is_about_shipping and order_id is not null

),

orders as (

    select
        orders.shop_id,
        orders.order_key,
        case
            when scans.first_possession_at < now.ends_at
                then
                    greatest(
                        {{ epoch_micros('scans.first_possession_at') }} - {{ epoch_micros('orders.rts_at') }}, 0
                    ) / cast(3600000000 as double)
        end as scan_gap_hours,
        count(contacts.order_id) as contacts
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on
            orders.shop_id = now.shop_id
            and orders.created_on > {{ add_days('now.as_of_on', -30) }}
            and orders.counts_from_on <= now.as_of_on
            and orders.rts_on <= now.as_of_on
    left join {{ ref('int_order_scans') }} as scans
        on orders.order_key = scans.order_key
    left join contacts
        on
            orders.shop_id = contacts.shop_id
            and orders.order_id = contacts.order_id
            and now.as_of_on >= contacts.created_on
    where orders.is_rated and not orders.is_fbt
    group by 1, 2, 3

),

grouped as (

    select
        shop_id,
        case
            {%- for gap, holds in gaps %}
            when {{ holds }} then {{ loop.index }}
            {%- endfor %}
        end as place,
        case
            {%- for gap, holds in gaps %}
            when {{ holds }} then '{{ gap }}'
            {%- endfor %}
        end as scan_gap,
        cast(count(*) as bigint) as orders,
        cast(sum(contacts) as bigint) as tickets
    from orders
    group by 1, 2, 3

)

select
    grouped.shop_id,
    'rolling_30d' as window_name,
    cast(grouped.place as bigint) as place,
    grouped.scan_gap,
    grouped.orders,
    case when ticket_feeds.shop_id is not null then grouped.tickets end as tickets,
    case
        when ticket_feeds.shop_id is not null
            then 100 * {{ ratio('grouped.tickets', 'grouped.orders') }}
    end as tickets_per_100_orders
from grouped
left join ticket_feeds
    on grouped.shop_id = ticket_feeds.shop_id
