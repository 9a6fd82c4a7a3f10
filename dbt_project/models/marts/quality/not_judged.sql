{%- set missing_feeds = [
    (
        'carriers/tracking_events', 'scans',
        'There is no tracking feed, so first scans and deliveries are taken from the platform''s own stamps.'
    ),
    ('reference/warehouses', 'zones', 'There is no warehouse file, so no zone and no transit time is known.'),
    ('seller_center/returns', 'returns', 'There is no return export, so no return is counted.'),
    (
        'seller_center/settlements', 'payouts',
        'There is no settlement statement, so no payout is held against its order.'
    ),
    (
        'seller_center/affiliate_orders', 'creators',
        'There is no affiliate export, so creators are taken from the order export alone.'
    ),
    (
        'third_party_logistics/shipments', 'stage times',
        'There is no shipment file, so what happened in the warehouse is unknown.'
    ),
    (
        'third_party_logistics/returns_received', 'returned goods',
        'There is no file of returned goods, so no grade and no route is judged, and what is impaired is assumed.'
    ),
    (
        'third_party_logistics/inventory', 'stock evidence',
        'There is no inventory file, so no cancellation is checked against the stock.'
    ),
    (
        'reference/hero_skus', 'heroes',
        'There is no list of hero SKUs, so those that bring half of the sales stand in for it, and no SKU is in too many places.'
    ),
    (
        'reference/content_calendar', 'content',
        'There is no content calendar, so no stock is held against what goes live.'
    ),
    (
        'reference/skus', 'SKUs',
        'There is no SKU list, so no category is charted, no supplier is scored, and what goods cost is assumed.'
    ),
    (
        'reference/account_health', 'account health',
        'There is no account health log, so neither score nor zone is known.'
    ),
    (
        'reference/support_tickets', 'tickets',
        'There is no ticket file, so complaints and questions about shipping are unknown.'
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

-- Packages that no scan could be held against, by the days on which that was so.
unseen_packages as (

    select
        shop_id,
        window_on,
        from_on,
        least(to_on, scans_judged_from_on) as to_on,
        count(*) as packages
    from {{ ref('int_package_phases') }}
    where
        is_rated_package
        and counts_from_on is not null
        and number_defect is null
        and (scans_judged_from_on is null or scans_judged_from_on > from_on)
    group by shop_id, window_on, from_on, least(to_on, scans_judged_from_on)

),

-- Open orders without a due time, by the days on which they were open.
undated_orders as (

    select
        shop_id,
        greatest(counts_from_on, valid_from_on) as from_on,
        least(dispatched_on, cancelled_on, valid_to_on) as to_on,
        count(*) as orders
    from {{ ref('int_order_states') }}
    where is_rated and not is_fbt and counts_from_on is not null and dispatch_due_at is null
    group by
        shop_id,
        greatest(counts_from_on, valid_from_on),
        least(dispatched_on, cancelled_on, valid_to_on)

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
        orders.shop_id,
        orders.as_of_on,
        'costs' as subject,
        'What carriage, packing, inspection or the referral fee cost is not declared for the shop''s currency and market, so neither the cost of returns nor the contribution of orders is known.'
            as reason,
        'reference/cost_assumptions' as mend_feed,
        orders.orders as affected
    from orders
    inner join (
        select distinct shop_id
        from {{ ref('int_cost_parameters') }}
        where
            applies_to = 'all'
            and value is null
            and parameter in (
                'outbound_shipping_cost', 'pick_pack_cost', 'return_shipping_cost', 'inspection_cost',
                'referral_fee_rate'
            )
    ) as unknown_costs
        on orders.shop_id = unknown_costs.shop_id

    union all

    -- The file is there and leaves out what the question needs.
    select
        orders.shop_id,
        orders.as_of_on,
        silent.subject,
        silent.reason,
        silent.mend_feed,
        orders.orders as affected
    from orders
    inner join (
        {%- for column, subject, reason in [
            ('supplier', 'suppliers', 'The SKU list names no supplier, so no supplier is scored.'),
            ('category', 'categories', 'The SKU list names no category, so no category is charted.'),
        ] %}
        select
            shop_id,
            '{{ subject }}' as subject,
            '{{ reason }}' as reason,
            'reference/skus' as mend_feed
        from {{ ref('stg_reference__skus') }}
        group by shop_id
        having count({{ column }}) = 0

        union all
        {% endfor %}
        select
            shop_id,
            'buyers' as subject,
            'The return export names no buyer, so nobody is seen to give back again and again.' as reason,
            'seller_center/returns' as mend_feed
        from {{ ref('int_returns') }}
        group by shop_id
        having count(buyer_hash) = 0
    ) as silent
        on orders.shop_id = silent.shop_id

    union all

    select
        as_of.shop_id,
        as_of.as_of_on,
        'some scans' as subject,
        'Packages shipped before the tracking feed begins, or by a carrier it does not hold, count as valid so far.'
            as reason,
        'carriers/tracking_events' as mend_feed,
        sum(packages.packages) as affected
    from {{ source('inputs', 'as_of') }} as as_of
    inner join feeds
        on
            as_of.shop_id = feeds.shop_id
            and feeds.feed = 'carriers/tracking_events'
            and feeds.rows > 0
    inner join unseen_packages as packages
        on
            as_of.shop_id = packages.shop_id
            and packages.window_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on
            and packages.from_on <= as_of.as_of_on
            and (packages.to_on is null or packages.to_on > as_of.as_of_on)
    group by as_of.shop_id, as_of.as_of_on

    union all

    select
        as_of.shop_id,
        as_of.as_of_on,
        'orders not sold from stock' as subject,
        'Their handling time or closing date is not declared, so they have no due time.' as reason,
        'reference/handling_times' as mend_feed,
        sum(orders.orders) as affected
    from {{ source('inputs', 'as_of') }} as as_of
    inner join undated_orders as orders
        on
            as_of.shop_id = orders.shop_id
            and orders.from_on <= as_of.as_of_on
            and (orders.to_on is null or orders.to_on > as_of.as_of_on)
    group by as_of.shop_id, as_of.as_of_on

)

select
    shop_id,
    as_of_on,
    subject,
    reason,
    mend_feed,
    cast(affected as bigint) as affected
from gaps
