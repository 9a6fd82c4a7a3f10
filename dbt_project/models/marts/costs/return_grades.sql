{#-
  Where the units of each grade went, which route brings most, and what was lost by taking another.
  One route for all units of the grade is the best one; only units with a final disposition are judged.
-#}
{%- set routes = return_routes() -%}
{%- set names = {'resell': 'resold', 'refurbish': 'refurbished', 'liquidate': 'liquidated', 'dispose': 'disposed'} -%}
with windows as (

    select 'rolling_30d' as window_name, 29 as days_back union all
    select 'rolling_90d' as window_name, 89 as days_back

),

summed as (

    select
        recoveries.shop_id,
        windows.window_name,
        recoveries.grade,
        min(recoveries.route) as route,
        sum(recoveries.units) as units,
        {%- for route in routes %}
        coalesce(sum(recoveries.units) filter (where recoveries.actual_route = '{{ route }}'), 0)
            as units_{{ names[route] }},
        {%- endfor %}
        coalesce(sum(recoveries.units) filter (where recoveries.actual_route is null), 0) as units_open,
        coalesce(sum(recoveries.units) filter (where recoveries.actual_route <> recoveries.route), 0)
            as units_misrouted,
        coalesce(sum(recoveries.units) filter (where recoveries.price is null), 0) as units_without_price,
        {%- for route in routes %}
        sum(recoveries.{{ route }}_recovery) as {{ route }}_recovery,
        sum(recoveries.{{ route }}_recovery) filter (where recoveries.actual_route is not null)
            as judged_{{ route }}_recovery,
        {%- endfor %}
        sum(recoveries.actual_recovery) as actual_recovery,
        bool_or(recoveries.is_assumed) as is_assumed,
        min(recoveries.currency) as currency
    from {{ ref('int_return_recoveries') }} as recoveries
    inner join windows
        on recoveries.graded_on >= {{ add_days('recoveries.as_of_on', '-windows.days_back') }}
    group by recoveries.shop_id, windows.window_name, recoveries.grade

),

possible as (

    -- A grade may take its own route or one below it; nothing is best where one of them is unknown.
    select
        *,
        case route
            {%- for route in routes %}
            {%- set ways = [] %}
            {%- for way in routes[loop.index0:] %}{% do ways.append(way ~ '_recovery') %}{% endfor %}
            when '{{ route }}'
                then case when {{ ways | join(' + ') }} is not null then {{ latest(ways) }} end
            {%- endfor %}
        end as most_recovery
    from summed

),

chosen as (

    -- Of equal ones the one that asks most of the unit; no grade comes above its own.
    select
        *,
        case
            {%- for route in routes %}
            when
                route in ({% for own in routes[:loop.index] %}'{{ own }}'{{ ', ' if not loop.last }}{% endfor %})
                and {{ route }}_recovery = most_recovery
                then '{{ route }}'
            {%- endfor %}
        end as best_route
    from possible

),

judged as (

    select
        *,
        case best_route
            {%- for route in routes %}
            when '{{ route }}' then judged_{{ route }}_recovery
            {%- endfor %}
        end as best_recovery
    from chosen

)

select
    shop_id,
    window_name,
    grade,
    route,
    route is not null as is_mapped,
    cast(units as bigint) as units,
    {%- for route in routes %}
    cast(units_{{ names[route] }} as bigint) as units_{{ names[route] }},
    {%- endfor %}
    cast(units_open as bigint) as units_open,
    cast(units_misrouted as bigint) as units_misrouted,
    cast(units_without_price as bigint) as units_without_price,
    best_route,
    cast(best_recovery as decimal(18, 2)) as best_recovery,
    cast(case when best_recovery is not null then actual_recovery end as decimal(18, 2)) as actual_recovery,
    cast(
        case
            when best_recovery > actual_recovery then best_recovery - actual_recovery
            when best_recovery is not null then 0
        end as decimal(18, 2)
    ) as lost_recovery,
    currency,
    is_assumed
from judged
