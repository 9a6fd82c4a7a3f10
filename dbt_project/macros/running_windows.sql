{#
  Numerator and denominator of rates in each of their windows, on every day from a shop's first order
  to its newest as-of day. `changes` is a relation (or a CTE) of signed changes: shop_id, metric,
  basis, window_on (null: in every window), known_on, numerator, denominator. `rates` are pairs of
  metric and basis, `windows` some of week, rolling_7d and rolling_30d.
#}
{% macro running_windows(changes, rates, windows) -%}
{%- set ends = {
    'rolling_30d': add_days('window_on', 30),
    'rolling_7d': add_days('window_on', 7),
    'week': add_days(week_start('window_on'), 7),
} -%}
with newest_days as (

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

spans as (

    -- A change is in a window from the day it is known until the window has moved past its day.
    {% for name in windows -%}
    select
        shop_id,
        metric,
        basis,
        '{{ name }}' as window_name,
        greatest(known_on, window_on) as enters_on,
        case when window_on is not null then {{ ends[name] }} end as leaves_on,
        numerator,
        denominator
    from {{ changes }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

steps as (

    select shop_id, metric, basis, window_name, enters_on as step_on, numerator, denominator
    from spans
    where leaves_on is null or enters_on < leaves_on

    union all

    select
        shop_id, metric, basis, window_name, leaves_on as step_on,
        -numerator as numerator, -denominator as denominator
    from spans
    where enters_on < leaves_on

),

daily_steps as (

    select
        shop_id,
        metric,
        basis,
        window_name,
        step_on,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from steps
    group by shop_id, metric, basis, window_name, step_on

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
        {%- for metric, basis in rates %}
        select '{{ metric }}' as metric, '{{ basis }}' as basis{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as metrics
    cross join (
        {%- for name in windows %}
        select '{{ name }}' as window_name{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as windows

)

select
    grid.shop_id,
    grid.as_of_on,
    grid.metric,
    grid.basis,
    grid.window_name,
    grid.window_start_on,
    cast(sum(coalesce(daily_steps.numerator, 0)) over running as bigint) as numerator,
    cast(sum(coalesce(daily_steps.denominator, 0)) over running as bigint) as denominator
from grid
left join daily_steps
    on
        grid.shop_id = daily_steps.shop_id
        and grid.as_of_on = daily_steps.step_on
        and grid.metric = daily_steps.metric
        and grid.basis = daily_steps.basis
        and grid.window_name = daily_steps.window_name
window running as (
    partition by grid.shop_id, grid.metric, grid.basis, grid.window_name
    order by grid.as_of_on nulls last
    rows between unbounded preceding and current row
)
{%- endmacro %}
