with routes as (

    {{ route_measures(['carrier', 'service', 'warehouse_id', 'ship_to_state', 'weight_band']) | indent(4) }}

),

targets as (

    {{ route_targets() | indent(4) }}

),

judged as (

    select
        routes.*,
        routes.packages < {{ enough_parcels() }} as is_small_volume,
        -- A route is left out for what it surely misses, not for the chance of few packages.
        routes.on_time_upper >= targets.on_time_target
        and routes.valid_tracking_upper >= targets.valid_tracking_target as is_feasible
    from routes
    inner join targets
        on routes.shop_id = targets.shop_id

)

select
    shop_id,
    'rolling_90d' as window_name,
    carrier,
    service,
    warehouse_id,
    ship_to_state,
    weight_band,
    packages,
    judged_packages,
    on_time_rate,
    on_time_upper,
    first_scan_p90_hours,
    valid_tracking_rate,
    valid_tracking_upper,
    refund_rate,
    ticket_rate,
    mean_ship_cost,
    expected_cost,
    currency,
    cost_source,
    is_assumed,
    is_small_volume,
    is_feasible,
    -- Among the routes of the same origin, destination and weight that were seen often enough.
    case
        when not is_small_volume and expected_cost is not null
            then cast(row_number() over (
                partition by shop_id, warehouse_id, ship_to_state, weight_band
                order by
                    case when is_small_volume or expected_cost is null then 1 else 0 end,
                    expected_cost nulls last,
                    carrier nulls last,
                    service nulls last
            ) as bigint)
    end as place
from judged
