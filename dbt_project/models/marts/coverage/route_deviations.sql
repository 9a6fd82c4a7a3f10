with judged as (

    select packages.*
    from {{ ref('route_packages') }} as packages
    inner join {{ ref('int_current_days') }} as now
        on
            packages.shop_id = now.shop_id
            and packages.shipped_on >= {{ add_days('now.as_of_on', -29) }}
    where packages.is_deviating is not null

),

instead as (

    -- The way that most of those took which deviate.
    select shop_id, warehouse_id, ship_to_state, carrier, service, count(*) as packages
    from judged
    where is_deviating
    group by shop_id, warehouse_id, ship_to_state, carrier, service
    qualify row_number() over (
        partition by shop_id, warehouse_id, ship_to_state
        order by count(*) desc nulls last, carrier nulls last, service nulls last
    ) = 1

)

select
    judged.shop_id,
    'rolling_30d' as window_name,
    judged.warehouse_id,
    judged.ship_to_state,
    judged.preferred_carrier,
    judged.preferred_service,
    cast(count(*) as bigint) as packages,
    cast(count(case when judged.is_deviating then 1 end) as bigint) as deviating,
    {{ ratio('count(case when judged.is_deviating then 1 end)', 'count(*)') }} as deviation_rate,
    max(instead.carrier) as mostly_carrier,
    max(instead.service) as mostly_service,
    cast(coalesce(max(instead.packages), 0) as bigint) as mostly_packages
from judged
left join instead
    on
        judged.shop_id = instead.shop_id
        and judged.warehouse_id = instead.warehouse_id
        and judged.ship_to_state = instead.ship_to_state
group by
    judged.shop_id,
    judged.warehouse_id,
    judged.ship_to_state,
    judged.preferred_carrier,
    judged.preferred_service
