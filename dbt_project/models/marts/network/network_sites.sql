{#- What each site of each plan would serve. -#}
with served as (

    select
        shop_id,
        objective,
        name,
        site_zip3,
        sum(orders) as orders,
        sum(orders) filter (where transit_days <= 2) as fast_orders,
        sum(orders * transit_days) as transit_sum
    from {{ ref('int_network_served') }}
    group by shop_id, objective, name, site_zip3

)

select
    choices.shop_id,
    choices.objective,
    choices.plan,
    choices.name,
    choices.site_zip3,
    sites.site_name,
    sites.state_code,
    sites.is_present,
    cast(coalesce(served.orders, 0) as bigint) as orders_served,
    {{ ratio(
        'coalesce(served.orders, 0)',
        'sum(served.orders) over (partition by choices.shop_id, choices.objective, choices.name)'
    ) }} as share,
    {{ ratio('coalesce(served.fast_orders, 0)', 'served.orders') }} as share_within_2_days,
    {{ ratio('served.transit_sum', 'served.orders') }} as mean_transit_days
from {{ ref('int_network_choices') }} as choices
inner join {{ ref('int_current_days') }} as now
    on
        choices.shop_id = now.shop_id
        and choices.as_of_on = now.as_of_on
inner join {{ ref('int_network_sites') }} as sites
    on
        choices.shop_id = sites.shop_id
        and choices.site_zip3 = sites.site_zip3
left join served
    on
        choices.shop_id = served.shop_id
        and choices.objective = served.objective
        and choices.name = served.name
        and choices.site_zip3 = served.site_zip3
