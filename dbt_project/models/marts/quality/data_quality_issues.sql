with carriers as (

    select
        shop_id,
        'unmapped_carrier' as issue,
        carrier_name as subject,
        order_created_on as known_on,
        count(*) as rows,
        'Add the spelling to the carriers seed, or correct the carrier in the shop.' as mend
    from {{ ref('int_packages') }}
    where not is_mapped_carrier and carrier_name is not null
    group by shop_id, carrier_name, order_created_on

),

states as (

    select
        shop_id,
        'unknown_state' as issue,
        coalesce(state_text, '(none)') as subject,
        counts_from_on as known_on,
        count(*) as rows,
        'States are two-letter codes or full names; these orders count as (unknown).' as mend
    from {{ ref('int_orders') }}
    where state_code is null and counts_from_on is not null and policy_market = 'US'
    group by shop_id, coalesce(state_text, '(none)'), counts_from_on

),

warehouses as (

    -- Without any warehouse file the gap is named once, in `not_judged`.
    select
        orders.shop_id,
        'unmatched_warehouse' as issue,
        orders.warehouse_name as subject,
        orders.created_on as known_on,
        count(*) as rows,
        'Give reference/warehouses a row whose id or name is this text.' as mend
    from {{ ref('int_orders') }} as orders
    inner join (
        select distinct shop_id
        from {{ ref('stg_reference__warehouses') }}
    ) as declared
        on orders.shop_id = declared.shop_id
    where orders.warehouse_name is not null and orders.named_warehouse_id is null
    group by orders.shop_id, orders.warehouse_name, orders.created_on

),

deadlines as (

    select
        shop_id,
        'deadline_disagrees' as issue,
        policy_version as subject,
        created_on as known_on,
        count(*) as rows,
        'The platform names another dispatch deadline than this version counts; its own is used. Compare the version with the policy pages.'
            as mend
    from {{ ref('int_orders') }}
    where
        counted_dispatch_due_at is not null
        -- The platform cuts its times to seconds.
        and abs({{ epoch_micros('counted_dispatch_due_at') }} - {{ epoch_micros('dispatch_due_at') }}) >= 1000000
    group by shop_id, policy_version, created_on

),

-- The platform of the United States takes no tracking that begins abroad.
abroad as (

    select
        events.shop_id,
        events.tracking_number,
        min(trim(events.event_country)) as country,
        min(events.event_on) as first_on
    from {{ ref('stg_carriers__tracking_events') }} as events
    inner join {{ source('inputs', 'shops') }} as shops
        on
            events.shop_id = shops.shop_id
            and shops.market = 'US'
    where
        events.is_possession
        and events.event_country <> 'US'
        and {{ fold('events.event_country') }} not in (
            '', 'us', 'usa', 'u.s.', 'u.s.a.', 'united states', 'united states of america',
            'pr', 'puerto rico', 'gu', 'guam', 'vi', 'u.s. virgin islands', 'as', 'american samoa', 'mp',
            'northern mariana islands'
        )
    group by events.shop_id, events.tracking_number

),

cross_border as (

    select
        packages.shop_id,
        'cross_border_parcel' as issue,
        coalesce(packages.carrier, '(none)') || ', ' || abroad.country as subject,
        greatest(abroad.first_on, packages.order_created_on) as known_on,
        count(*) as rows,
        'Ship from within the market: tracking that begins abroad may not count as valid.' as mend
    from {{ ref('int_packages') }} as packages
    inner join abroad
        on
            packages.shop_id = abroad.shop_id
            and packages.tracking_number = abroad.tracking_number
            and packages.order_created_on <= {{ add_days('abroad.first_on', 90) }}
    group by
        packages.shop_id,
        coalesce(packages.carrier, '(none)') || ', ' || abroad.country,
        greatest(abroad.first_on, packages.order_created_on)

),

-- Of the returned goods looked at in the last 30 days; a row is counted by its units.
goods as (

    {% for issue, word, is_unknown, mend in [
        (
            'unmapped_grade', 'grade', 'route is null',
            'Give reference/grade_routes a row of this grade: until then it has no route.'
        ),
        (
            'unmapped_disposition', 'disposition', 'not is_mapped_disposition',
            'Add the word to the return_dispositions seed: until then these units count as not routed yet.'
        ),
    ] -%}
    select
        as_of.shop_id,
        as_of.as_of_on,
        '{{ issue }}' as issue,
        routes.{{ word }} as subject,
        sum(routes.units) as rows,
        '{{ mend }}' as mend
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_return_routes') }} as routes
        on
            as_of.shop_id = routes.shop_id
            and routes.graded_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on
    where routes.{{ word }} is not null and {{ is_unknown }} and routes.units > 0
    group by as_of.shop_id, as_of.as_of_on, routes.{{ word }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

costs as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        'unused_cost_assumption' as issue,
        declared.parameter as subject,
        count(*) as rows,
        'Use a name of the list of defaults, a share between 0 and 1, money in the shop''s currency.' as mend
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_cost_declarations') }} as declared
        on as_of.shop_id = declared.shop_id
    where not declared.is_usable
    group by as_of.shop_id, as_of.as_of_on, declared.parameter

),

found as (

    select * from carriers
    union all
    select * from cross_border
    union all
    select * from states
    union all
    select * from warehouses
    union all
    select
        shop_id,
        issue,
        warehouse as subject,
        known_on,
        orders as rows,
        mend
    from {{ ref('int_handling_issues') }}
    union all
    select * from deadlines

),

standing as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        found.issue,
        found.subject,
        sum(found.rows) as rows,
        found.mend
    from {{ source('inputs', 'as_of') }} as as_of
    inner join found
        on
            as_of.shop_id = found.shop_id
            and as_of.as_of_on >= found.known_on
    group by as_of.shop_id, as_of.as_of_on, found.issue, found.subject, found.mend

),

reasons as (

    select
        shop_id,
        as_of_on,
        'unmapped_cancel_reason' as issue,
        cancel_by || ': ' || cancel_reason as subject,
        sum(orders) as rows,
        'Add the reason to the cancel_reasons seed: until then its fault is unknown.' as mend
    from {{ ref('cancellation_reasons') }}
    where not is_mapped
    group by shop_id, as_of_on, cancel_by || ': ' || cancel_reason

),

return_reasons as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        'unmapped_return_reason' as issue,
        refunds.return_reason as subject,
        count(*) as rows,
        'Add the reason to the return_reason_groups seed: until then it belongs to no group.' as mend
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_refund_reasons') }} as refunds
        on
            as_of.shop_id = refunds.shop_id
            and refunds.returned_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on
            and refunds.known_on <= as_of.as_of_on
    where refunds.reason_group = 'unmapped'
    group by as_of.shop_id, as_of.as_of_on, refunds.return_reason

),

-- Money paid back in another currency than the shop's is in no sum: those of the longest window.
refunds_abroad as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        'refund_in_other_currency' as issue,
        'Return export: ' || returns.currency as subject,
        count(*) as rows,
        'Export the returns with amounts in the shop''s currency: until then these are left out of every sum.'
            as mend
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ source('inputs', 'shops') }} as shops
        on as_of.shop_id = shops.shop_id
    inner join {{ ref('int_returns') }} as returns
        on
            as_of.shop_id = returns.shop_id
            and shops.currency <> returns.currency
            and returns.returned_on between {{ add_days('as_of.as_of_on', -89) }} and as_of.as_of_on
    where returns.refund_amount <> 0
    group by as_of.shop_id, as_of.as_of_on, 'Return export: ' || returns.currency

),

unioned as (

    select * from standing
    union all
    select * from reasons
    union all
    select * from return_reasons
    union all
    select * from refunds_abroad
    union all
    select * from goods
    union all
    select * from costs

)

select
    shop_id,
    as_of_on,
    issue,
    subject,
    cast(rows as bigint) as rows,
    mend
from unioned
