{%- set missing_feeds = [
    (
        'carriers/tracking_events', 'scans',
        'There is no tracking feed, so first scans and deliveries are taken from the platform''s own stamps.'
    ),
    ('reference/warehouses', 'zones', 'There is no warehouse file, so no zone and no transit time is known.'),
    ('seller_center/returns', 'returns', 'There is no return export, so no return is counted.'),
    (
        'seller_center/affiliate_orders', 'creators',
        'There is no affiliate export, so creators are taken from the order export alone.'
    ),
    (
        'third_party_logistics/shipments', 'stage times',
        'There is no shipment file, so what happened in the warehouse is unknown.'
    ),
    (
        'third_party_logistics/inventory', 'stock evidence',
        'There is no inventory file, so no cancellation is checked against the stock.'
    ),
] -%}
with orders as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        coalesce(sum(changes.confirmed_orders), 0) as orders
    from {{ source('inputs', 'as_of') }} as as_of
    left join {{ ref('int_cancellation_changes') }} as changes
        on {{ in_last_30_days('changes') }}
    group by as_of.shop_id, as_of.as_of_on

),

feeds as (

    select shop_id, feed, rows
    from {{ ref('feed_freshness') }}

),

gaps as (

    {% for feed, subject, reason in missing_feeds -%}
    select
        orders.shop_id,
        orders.as_of_on,
        '{{ subject }}' as subject,
        '{{ reason }}' as reason,
        '{{ feed }}' as mend_feed,
        orders.orders as affected
    from orders
    left join feeds
        on
            orders.shop_id = feeds.shop_id
            and feeds.feed = '{{ feed }}'
    where feeds.feed is null or feeds.rows = 0

    union all

    {% endfor -%}
    select
        orders.shop_id,
        orders.as_of_on,
        'shop' as subject,
        'The shop is not declared, so it is taken for a US shop in Pacific time.' as reason,
        'reference/shops' as mend_feed,
        orders.orders as affected
    from orders
    inner join {{ source('inputs', 'shops') }} as shops
        on orders.shop_id = shops.shop_id
    where not shops.is_declared

    union all

    select
        orders.shop_id,
        orders.as_of_on,
        'policy' as subject,
        'The rules of this market are not entered, so the rules of the United States are applied.' as reason,
        cast(null as {{ dbt.type_string() }}) as mend_feed,
        orders.orders as affected
    from orders
    inner join {{ ref('int_policy_days') }} as days
        on
            orders.shop_id = days.shop_id
            and orders.as_of_on = days.day_on
    inner join {{ source('inputs', 'shops') }} as shops
        on orders.shop_id = shops.shop_id
    where shops.market <> 'US' and (days.policy_market = 'US' or days.policy_version like '%-as-US')

    union all

    select
        packages.shop_id,
        now.as_of_on,
        'some scans' as subject,
        'Packages shipped before the tracking feed begins, or by a carrier it does not hold, count as valid so far.'
            as reason,
        'carriers/tracking_events' as mend_feed,
        count(*) as affected
    from {{ ref('packages') }} as packages
    inner join {{ ref('int_current_days') }} as now
        on packages.shop_id = now.shop_id
    inner join feeds
        on
            packages.shop_id = feeds.shop_id
            and feeds.feed = 'carriers/tracking_events'
            and feeds.rows > 0
    where
        packages.is_in_rate
        and packages.tracking_defect is null
        and not packages.is_scan_judged
        and packages.shipped_on >= {{ add_days('now.as_of_on', -29) }}
    group by packages.shop_id, now.as_of_on

    union all

    select
        orders_now.shop_id,
        now.as_of_on,
        'pre-orders' as subject,
        'The closing date of a pre-order is in no export, so it has no due time.' as reason,
        cast(null as {{ dbt.type_string() }}) as mend_feed,
        count(*) as affected
    from {{ ref('orders') }} as orders_now
    inner join {{ ref('int_current_days') }} as now
        on orders_now.shop_id = now.shop_id
    where orders_now.order_type = 'pre_order' and orders_now.is_open
    group by orders_now.shop_id, now.as_of_on

)

select
    shop_id,
    as_of_on,
    subject,
    reason,
    mend_feed,
    cast(affected as bigint) as affected
from gaps
