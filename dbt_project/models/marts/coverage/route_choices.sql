with by_zone as (

    {{ route_measures(['carrier', 'service', 'warehouse_id', 'zone', 'weight_band']) | indent(4) }}

),

packages as (

    select * from {{ ref('route_packages') }}
    where carrier <> '(unknown)' and warehouse_id <> '(unknown)' and ship_to_state <> '(unknown)'

),

cells as (

    -- The zone in which most of a state's parcels lie stands for the state.
    select
        shop_id,
        warehouse_id,
        ship_to_state,
        weight_band,
        cast(sum(count(*)) over (partition by shop_id, warehouse_id, ship_to_state, weight_band) as bigint)
            as packages,
        zone
    from packages
    group by shop_id, warehouse_id, ship_to_state, weight_band, zone
    qualify row_number() over (
        partition by shop_id, warehouse_id, ship_to_state, weight_band
        order by count(*) desc nulls last, zone nulls last
    ) = 1

),

serving as (

    -- A carrier is no choice where it never goes.
    select distinct
        from_there.shop_id,
        from_there.warehouse_id,
        to_there.ship_to_state,
        from_there.carrier,
        from_there.service
    from (select distinct shop_id, warehouse_id, carrier, service from packages) as from_there
    inner join (select distinct shop_id, ship_to_state, carrier, service from packages) as to_there
        on
            from_there.shop_id = to_there.shop_id
            and from_there.carrier = to_there.carrier
            and from_there.service = to_there.service

),

options as (

    select
        cells.shop_id,
        cells.warehouse_id,
        cells.ship_to_state,
        cells.weight_band,
        cells.packages as cell_packages,
        serving.carrier,
        serving.service,
        coalesce(routes.packages, 0) as used_packages,
        routes.judged_packages >= {{ enough_parcels() }} as is_of_route,
        by_zone.judged_packages >= {{ enough_parcels() }} as is_of_zone,
        {%- for column in [
            'packages', 'on_time_rate', 'on_time_upper', 'valid_tracking_rate', 'valid_tracking_upper',
            'mean_ship_cost', 'expected_cost', 'cost_source', 'is_assumed'
        ] %}
        case
            when routes.judged_packages >= {{ enough_parcels() }} then routes.{{ column }}
            when by_zone.judged_packages >= {{ enough_parcels() }} then by_zone.{{ column }}
        end as {{ column }},
        {%- endfor %}
        shops.currency
    from cells
    inner join {{ source('inputs', 'shops') }} as shops
        on cells.shop_id = shops.shop_id
    inner join serving
        on
            cells.shop_id = serving.shop_id
            and cells.warehouse_id = serving.warehouse_id
            and cells.ship_to_state = serving.ship_to_state
    left join {{ ref('route_performance') }} as routes
        on
            cells.shop_id = routes.shop_id
            and cells.warehouse_id = routes.warehouse_id
            and cells.ship_to_state = routes.ship_to_state
            and cells.weight_band = routes.weight_band
            and serving.carrier = routes.carrier
            and serving.service = routes.service
    left join by_zone
        on
            cells.shop_id = by_zone.shop_id
            and cells.warehouse_id = by_zone.warehouse_id
            and cells.zone = by_zone.zone
            and cells.weight_band = by_zone.weight_band
            and serving.carrier = by_zone.carrier
            and serving.service = by_zone.service

),

targets as (

    {{ route_targets() | indent(4) }}

),

judged as (

    select
        options.*,
        targets.on_time_target,
        targets.valid_tracking_target,
        case when options.is_of_route then 'route' when options.is_of_zone then 'zone' end as level,
        options.on_time_upper >= targets.on_time_target
        and options.valid_tracking_upper >= targets.valid_tracking_target as is_feasible,
        options.used_packages > 0 and row_number() over (
            partition by options.shop_id, options.warehouse_id, options.ship_to_state, options.weight_band
            order by options.used_packages desc nulls last, options.carrier nulls last, options.service nulls last
        ) = 1 as is_most_used
    from options
    inner join targets
        on options.shop_id = targets.shop_id

),

actual as (

    select * from judged
    where is_most_used

),

feasible as (

    select
        *,
        min(expected_cost) over (partition by shop_id, warehouse_id, ship_to_state, weight_band) as least_cost,
        -- Against a route in use of unknown cost none is cheaper.
        count(expected_cost) over (partition by shop_id, warehouse_id, ship_to_state, weight_band) > 0
        and not bool_or(is_most_used and expected_cost is null) over (
            partition by shop_id, warehouse_id, ship_to_state, weight_band
        ) as is_by_cost
    from judged
    where is_feasible

),

best as (

    -- The route in use stays the best as long as no other one would save enough to change for it; the
    -- most punctual one is where the costs are not known.
    select *
    from feasible
    qualify row_number() over (
        partition by shop_id, warehouse_id, ship_to_state, weight_band
        order by
            case
                when
                    is_by_cost
                    and is_most_used
                    and expected_cost - least_cost < {{ var('route_saving_threshold') }} * expected_cost
                    then 0
                else 1
            end,
            case when is_by_cost then expected_cost end nulls last,
            on_time_rate desc nulls last,
            case when is_most_used then 0 else 1 end,
            carrier nulls last,
            service nulls last
    ) = 1

)

select
    actual.shop_id,
    'rolling_90d' as window_name,
    actual.warehouse_id,
    actual.ship_to_state,
    actual.weight_band,
    actual.cell_packages as packages,
    actual.on_time_target,
    actual.valid_tracking_target,
    actual.carrier as actual_carrier,
    actual.service as actual_service,
    cast(actual.used_packages as bigint) as actual_packages,
    actual.level as actual_level,
    actual.on_time_rate as actual_on_time_rate,
    actual.valid_tracking_rate as actual_valid_tracking_rate,
    actual.mean_ship_cost as actual_ship_cost,
    actual.expected_cost as actual_expected_cost,
    actual.is_feasible as is_actual_feasible,
    best.carrier as best_carrier,
    best.service as best_service,
    cast(best.packages as bigint) as best_packages,
    best.level as best_level,
    best.on_time_rate as best_on_time_rate,
    best.valid_tracking_rate as best_valid_tracking_rate,
    best.mean_ship_cost as best_ship_cost,
    best.expected_cost as best_expected_cost,
    best.cost_source,
    actual.expected_cost - best.expected_cost as saving,
    cast((actual.expected_cost - best.expected_cost) * actual.used_packages as decimal(18, 2)) as total_saving,
    actual.currency,
    coalesce(actual.is_assumed or best.is_assumed, false) as is_assumed,
    case
        when actual.level is null then 'not_judged'
        when best.carrier is null then 'none_feasible'
        when not actual.is_feasible then 'misses_the_promise'
        when actual.expected_cost is null or best.expected_cost is null then 'cost_unknown'
        when actual.carrier = best.carrier and actual.service = best.service then 'best_in_use'
        else 'dearer'
    end as state
from actual
left join best
    on
        actual.shop_id = best.shop_id
        and actual.warehouse_id = best.warehouse_id
        and actual.ship_to_state = best.ship_to_state
        and actual.weight_band = best.weight_band
