with rates as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        changes.carrier,
        cast(sum(changes.on_time_orders) as bigint) as numerator,
        cast(sum(changes.orders) as bigint) as denominator
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_delivery_changes') }} as changes
        on {{ in_last_30_days('changes') }}
    group by as_of.shop_id, as_of.as_of_on, changes.carrier
    having sum(changes.orders) > 0

),

arrivals as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        transit.carrier,
        transit.transit_days,
        sum(transit.packages) as packages
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_carrier_transit') }} as transit
        on
            as_of.shop_id = transit.shop_id
            and transit.delivered_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on
    group by as_of.shop_id, as_of.as_of_on, transit.carrier, transit.transit_days

),

running as (

    select
        *,
        sum(packages) over (
            partition by shop_id, as_of_on, carrier
            order by transit_days nulls last
            rows between unbounded preceding and current row
        ) as packages_so_far,
        sum(packages) over (partition by shop_id, as_of_on, carrier) as all_packages
    from arrivals

),

percentiles as (

    -- The smallest number of days within which half, and nine in ten, had arrived.
    select
        shop_id,
        as_of_on,
        carrier,
        cast(min(transit_days) filter (where packages_so_far * 2 >= all_packages) as double) as p50_days,
        cast(min(transit_days) filter (where packages_so_far * 10 >= all_packages * 9) as double) as p90_days
    from running
    group by shop_id, as_of_on, carrier

)

select
    rates.shop_id,
    rates.as_of_on,
    'rolling_30d' as window_name,
    rates.carrier,
    rates.numerator,
    rates.denominator,
    {{ ratio('rates.numerator', 'rates.denominator') }} as value,
    percentiles.p50_days,
    percentiles.p90_days
from rates
left join percentiles
    on
        rates.shop_id = percentiles.shop_id
        and rates.as_of_on = percentiles.as_of_on
        and rates.carrier = percentiles.carrier
