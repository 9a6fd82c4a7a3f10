with windows as (

    select
        shop_id,
        demand_from_on,
        demand_to_on,
        sum(assumed_orders) as assumed_orders
    from {{ ref('int_network_demand') }}
    group by shop_id, demand_from_on, demand_to_on

),

routes as (

    select * from {{ ref('int_network_served') }}

),

sites as (

    select
        choices.shop_id,
        choices.objective,
        choices.plan,
        choices.name,
        count(*) as sites,
        {{ joined_text('choices.site_zip3') }} as site_zip3s,
        sum(places.storage_cost_per_month) as storage_cost_per_month
    from {{ ref('int_network_choices') }} as choices
    inner join {{ ref('int_current_days') }} as now
        on
            choices.shop_id = now.shop_id
            and choices.as_of_on = now.as_of_on
    inner join {{ ref('int_network_sites') }} as places
        on
            choices.shop_id = places.shop_id
            and choices.site_zip3 = places.site_zip3
    group by choices.shop_id, choices.objective, choices.plan, choices.name

),

served as (

    select
        shop_id,
        objective,
        name,
        sum(orders) as orders,
        coalesce(sum(orders) filter (where transit_days <= 2), 0) as fast_orders,
        sum(orders * transit_days) as transit_sum,
        sum(orders * zone) as zone_sum,
        -- Not known of all orders: not known.
        case when count(*) = count(order_cents) then sum(orders * order_cents) end as order_cents,
        bool_or(is_assumed) as is_assumed
    from routes
    group by shop_id, objective, name

),

arrivals as (

    -- Orders by days first, whole numbers: rates are summed in one order only.
    select
        by_days.shop_id,
        by_days.objective,
        by_days.name,
        round(sum(by_days.orders * rates.on_time_delivery_rate), 6) as on_time_orders,
        sum(by_days.orders) filter (where rates.rate_source = 'rule') as ruled_orders
    from (
        select
            shop_id,
            objective,
            name,
            transit_days,
            sum(orders) as orders
        from routes
        group by shop_id, objective, name, transit_days
    ) as by_days
    inner join {{ ref('int_on_time_by_transit') }} as rates
        on
            by_days.shop_id = rates.shop_id
            and by_days.transit_days = rates.transit_days
    group by by_days.shop_id, by_days.objective, by_days.name

),

measured as (

    select
        sites.*,
        served.orders,
        served.fast_orders,
        served.is_assumed,
        shops.currency,
        {{ ratio('served.fast_orders', 'served.orders') }} as share_within_2_days,
        {{ ratio('served.transit_sum', 'served.orders') }} as mean_transit_days,
        {{ ratio('served.zone_sum', 'served.orders') }} as mean_zone,
        -- A month is 30 of the 90 days.
        cast(
            round(cast(served.order_cents as double) / 300, 2) + sites.storage_cost_per_month
            as decimal(18, 2)
        ) as cost_per_month,
        -- An estimate: without the noise of its last digits.
        round({{ ratio('arrivals.on_time_orders', 'served.orders') }}, 6) as expected_on_time_delivery_rate,
        {{ ratio('coalesce(arrivals.ruled_orders, 0)', 'served.orders') }} as on_time_by_rule_share
    from sites
    inner join served
        on
            sites.shop_id = served.shop_id
            and sites.objective = served.objective
            and sites.name = served.name
    inner join {{ source('inputs', 'shops') }} as shops
        on sites.shop_id = shops.shop_id
    left join arrivals
        on
            sites.shop_id = arrivals.shop_id
            and sites.objective = arrivals.objective
            and sites.name = arrivals.name

),

compared as (

    select
        measured.*,
        case
            when measured.plan = 'best' then case measured.objective
                when 'share_within_2_days'
                    then measured.share_within_2_days - lag(measured.share_within_2_days) over further
                when 'mean_transit_days'
                    then lag(measured.mean_transit_days) over further - measured.mean_transit_days
                else cast(lag(measured.cost_per_month) over further - measured.cost_per_month as double)
            end
        end as gain_of_this_site,
        -- At least five points, in whole orders: 1 in 20 of them.
        (measured.fast_orders - present.fast_orders) * 20 >= measured.orders as is_materially_better,
        measured.plan = 'best'
        and measured.objective = 'share_within_2_days'
        and measured.sites > 1
        and (measured.fast_orders - lag(measured.fast_orders) over further) * 20 < measured.orders
            as is_small_gain,
        measured.share_within_2_days - present.share_within_2_days as share_over_present,
        measured.expected_on_time_delivery_rate - present.expected_on_time_delivery_rate
            as on_time_over_present
    from measured
    left join measured as present
        on
            measured.shop_id = present.shop_id
            and measured.objective = present.objective
            and present.plan = 'present'
    window further as (
        partition by measured.shop_id, measured.objective, measured.plan
        order by measured.sites nulls last
    )

),

stopped as (

    select
        *,
        -- Sites are added for as long as each brings five points.
        max(is_small_gain) over (
            partition by shop_id, objective, plan
            order by sites nulls last
            rows between unbounded preceding and current row
        ) as is_past_stop
    from compared

)

select
    stopped.shop_id,
    stopped.objective,
    stopped.plan,
    stopped.name,
    cast(stopped.sites as integer) as sites,
    stopped.site_zip3s,
    cast(stopped.orders as bigint) as orders,
    cast(windows.assumed_orders as bigint) as assumed_orders,
    windows.demand_from_on,
    windows.demand_to_on,
    stopped.share_within_2_days,
    stopped.mean_transit_days,
    stopped.mean_zone,
    stopped.cost_per_month,
    cast(stopped.cost_per_month * 3 / stopped.orders as decimal(18, 2)) as cost_per_order,
    stopped.currency,
    stopped.expected_on_time_delivery_rate,
    stopped.on_time_by_rule_share,
    -- Differences of doubles, without their noise.
    round(stopped.gain_of_this_site, 6) as gain_of_this_site,
    round(stopped.share_over_present, 6) as share_over_present,
    round(stopped.on_time_over_present, 6) as on_time_over_present,
    stopped.is_materially_better,
    stopped.plan = 'best'
    and stopped.objective = 'share_within_2_days'
    and not stopped.is_past_stop
    and coalesce(stopped.is_materially_better, true)
    and not coalesce(
        lead(stopped.is_past_stop) over (
            partition by stopped.shop_id, stopped.objective, stopped.plan
            order by stopped.sites nulls last
        ) = false,
        false
    ) as is_recommended,
    stopped.is_assumed
from stopped
inner join windows
    on stopped.shop_id = windows.shop_id
