{#- Numerator and denominator of every metric, basis and window, on every day since the first order. -#}
with offsets as (

    {{ numbers(30, 'days_back') }}

),

newest_days as (

    select shop_id, max(as_of_on) as newest_on
    from {{ source('inputs', 'as_of') }}
    group by shop_id

),

days as (

    select
        days.shop_id,
        days.day_on as as_of_on,
        {{ week_start('days.day_on') }} as week_start_on
    from {{ source('inputs', 'shop_days') }} as days
    inner join newest_days
        on days.shop_id = newest_days.shop_id
    inner join (
        select shop_id, min(created_on) as first_on
        from {{ ref('int_orders') }}
        group by shop_id
    ) as first_orders
        on days.shop_id = first_orders.shop_id
    where days.day_on between first_orders.first_on and newest_days.newest_on

),

in_windows as (

    -- Each change reaches the days whose 30-day window holds it, from the day it is known.
    select
        days.shop_id,
        days.as_of_on,
        changes.metric,
        changes.basis,
        offsets.days_back,
        {{ add_days('days.as_of_on', '-offsets.days_back') }} >= days.week_start_on as is_in_week,
        sum(changes.numerator) as numerator,
        sum(changes.denominator) as denominator
    from days
    cross join offsets
    inner join {{ ref('int_kpi_changes') }} as changes
        on
            days.shop_id = changes.shop_id
            and {{ add_days('days.as_of_on', '-offsets.days_back') }} = changes.window_on
            and days.as_of_on >= changes.known_on
    group by 1, 2, 3, 4, 5, 6

),

windowed as (

    select
        shop_id, as_of_on, metric, basis, 'rolling_30d' as window_name,
        sum(numerator) as numerator, sum(denominator) as denominator
    from in_windows
    group by shop_id, as_of_on, metric, basis

    union all

    select
        shop_id, as_of_on, metric, basis, 'rolling_7d' as window_name,
        sum(numerator) as numerator, sum(denominator) as denominator
    from in_windows
    where days_back < 7
    group by shop_id, as_of_on, metric, basis

    union all

    select
        shop_id, as_of_on, metric, basis, 'week' as window_name,
        sum(numerator) as numerator, sum(denominator) as denominator
    from in_windows
    where days_back < 7 and is_in_week
    group by shop_id, as_of_on, metric, basis

),

standing_changes as (

    -- Changes of no window day are in every window from the day they are known.
    select
        shop_id, metric, basis, known_on,
        sum(numerator) as numerator, sum(denominator) as denominator
    from {{ ref('int_kpi_changes') }}
    where window_on is null
    group by shop_id, metric, basis, known_on

),

standing as (

    select
        days.shop_id,
        days.as_of_on,
        parts.metric,
        parts.basis,
        sum(coalesce(changes.numerator, 0)) over running as numerator,
        sum(coalesce(changes.denominator, 0)) over running as denominator
    from days
    inner join (select distinct shop_id, metric, basis from standing_changes) as parts
        on days.shop_id = parts.shop_id
    left join standing_changes as changes
        on
            days.shop_id = changes.shop_id
            and days.as_of_on = changes.known_on
            and parts.metric = changes.metric
            and parts.basis = changes.basis
    window running as (
        partition by days.shop_id, parts.metric, parts.basis
        order by days.as_of_on nulls last
        rows between unbounded preceding and current row
    )

),

grid as (

    select
        days.shop_id,
        days.as_of_on,
        days.week_start_on,
        metrics.metric,
        metrics.basis,
        windows.window_name,
        case windows.window_name
            when 'week' then days.week_start_on
            when 'rolling_7d' then {{ add_days('days.as_of_on', -6) }}
            else {{ add_days('days.as_of_on', -29) }}
        end as window_start_on
    from days
    cross join (
        {%- for metric, basis in [
            ('late_dispatch_rate', 'platform'),
            ('late_dispatch_rate', 'due'),
            ('late_dispatch_rate', 'projected'),
            ('valid_tracking_rate', 'platform'),
            ('seller_fault_cancellation_rate', 'platform'),
            ('on_time_delivery_rate', 'platform'),
        ] %}
        select '{{ metric }}' as metric, '{{ basis }}' as basis{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as metrics
    cross join (
        select 'week' as window_name union all
        select 'rolling_7d' as window_name union all
        select 'rolling_30d' as window_name
    ) as windows

)

select
    grid.shop_id,
    grid.as_of_on,
    grid.metric,
    grid.basis,
    grid.window_name,
    grid.window_start_on,
    cast(coalesce(windowed.numerator, 0) + coalesce(standing.numerator, 0) as bigint) as numerator,
    cast(coalesce(windowed.denominator, 0) + coalesce(standing.denominator, 0) as bigint) as denominator
from grid
left join windowed
    on
        grid.shop_id = windowed.shop_id
        and grid.as_of_on = windowed.as_of_on
        and grid.metric = windowed.metric
        and grid.basis = windowed.basis
        and grid.window_name = windowed.window_name
left join standing
    on
        grid.shop_id = standing.shop_id
        and grid.as_of_on = standing.as_of_on
        and grid.metric = standing.metric
        and grid.basis = standing.basis
