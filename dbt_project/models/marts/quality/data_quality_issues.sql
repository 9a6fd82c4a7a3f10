with carriers as (

    select
        packages.shop_id,
        now.as_of_on,
        'unmapped_carrier' as issue,
        packages.carrier_name as subject,
        count(*) as rows,
        'Add the spelling to the carriers seed, or correct the carrier in the shop.' as mend
    from {{ ref('int_packages') }} as packages
    inner join {{ ref('int_current_days') }} as now
        on packages.shop_id = now.shop_id
    where not packages.is_mapped_carrier and packages.carrier_name is not null
    group by packages.shop_id, now.as_of_on, packages.carrier_name

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

states as (

    select
        orders.shop_id,
        now.as_of_on,
        'unknown_state' as issue,
        coalesce(orders.state_text, '(none)') as subject,
        count(*) as rows,
        'States are two-letter codes or full names; these orders count as (unknown).' as mend
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on orders.shop_id = now.shop_id
    where
        orders.state_code is null
        and orders.counts_from_on is not null
        and orders.policy_market = 'US'
    group by orders.shop_id, now.as_of_on, coalesce(orders.state_text, '(none)')

),

warehouses as (

    select
        origins.shop_id,
        now.as_of_on,
        'unmatched_warehouse' as issue,
        origins.warehouse_name as subject,
        count(*) as rows,
        'Give reference/warehouses a row whose id or name is this text.' as mend
    from {{ ref('int_order_warehouses') }} as origins
    inner join {{ ref('int_current_days') }} as now
        on origins.shop_id = now.shop_id
    where origins.warehouse_name is not null and origins.warehouse_id is null
    group by origins.shop_id, now.as_of_on, origins.warehouse_name

),

unioned as (

    select * from carriers
    union all
    select * from reasons
    union all
    select * from states
    union all
    select * from warehouses

)

select
    shop_id,
    as_of_on,
    issue,
    subject,
    cast(rows as bigint) as rows,
    mend
from unioned
