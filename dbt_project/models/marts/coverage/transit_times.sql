{%- set levels = {
    'zip3': ['warehouse_id', 'zip3'],
    'state': ['warehouse_id', 'ship_to_state'],
    'zone': ['zone'],
} -%}
with parcels as (

    select
        parcels.shop_id,
        parcels.warehouse_id,
        parcels.zip3,
        parcels.is_zip3_assumed,
        parcels.ship_to_state,
        parcels.zone,
        parcels.service,
        parcels.transit_days,
        count(*) as packages
    from {{ ref('int_route_parcels') }} as parcels
    inner join {{ ref('int_current_days') }} as now
        on
            parcels.shop_id = now.shop_id
            and parcels.delivered_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
    where parcels.transit_days is not null
    group by
        parcels.shop_id,
        parcels.warehouse_id,
        parcels.zip3,
        parcels.is_zip3_assumed,
        parcels.ship_to_state,
        parcels.zone,
        parcels.service,
        parcels.transit_days

),

observed as (

    select shop_id, warehouse_id, zip3, is_zip3_assumed, ship_to_state, zone, service, transit_days, packages
    from parcels
    where service <> '(unknown)'

    union all

    select
        shop_id, warehouse_id, zip3, is_zip3_assumed, ship_to_state, zone, '(any)' as service, transit_days,
        packages
    from parcels

),

{% for level, places in levels.items() -%}
{{ level }}_running as (

    select
        shop_id,
        {{ places | join(', ') }},
        service,
        transit_days,
        sum(sum(packages)) over (
            partition by shop_id, {{ places | join(', ') }}, service
            order by transit_days nulls last
            rows between unbounded preceding and current row
        ) as packages_so_far,
        sum(sum(packages)) over (partition by shop_id, {{ places | join(', ') }}, service) as all_packages
    from observed
    -- Where the ZIP is not known, only the state is.
    where {{ 'not is_zip3_assumed' if level != 'state' else 'true' }}
    group by shop_id, {{ places | join(', ') }}, service, transit_days

),

{{ level }}_times as (

    -- The smallest number of days within which half, and nine in ten, had arrived.
    select
        shop_id,
        {{ places | join(', ') }},
        service,
        max(all_packages) as observations,
        cast(min(transit_days) filter (where packages_so_far * 2 >= all_packages) as double) as median_days,
        cast(min(transit_days) filter (where packages_so_far * 10 >= all_packages * 9) as double) as p90_days
    from {{ level }}_running
    where all_packages >= {{ enough_parcels() }}
    group by shop_id, {{ places | join(', ') }}, service

),

{% endfor -%}
services as (

    select distinct shop_id, warehouse_id, service
    from observed

    union

    select shop_id, warehouse_id, '(any)' as service
    from {{ ref('stg_reference__warehouses') }}

),

wanted as (

    select
        zones.shop_id,
        zones.warehouse_id,
        zones.zip3,
        zones.ship_to_state,
        zones.zone,
        services.service
    from {{ ref('int_zip3_zones') }} as zones
    inner join services
        on
            zones.shop_id = services.shop_id
            and zones.warehouse_id = services.warehouse_id

)

select
    wanted.shop_id,
    'rolling_90d' as window_name,
    wanted.warehouse_id,
    wanted.zip3 as destination_zip3,
    wanted.ship_to_state,
    cast(wanted.zone as bigint) as zone,
    wanted.service,
    coalesce(
        {%- for level in levels %}
        {{ level }}_times.median_days,
        {%- endfor %}
        cast(rules.default_days as double)
    ) as median_days,
    -- A rule of thumb has no tail.
    case
        {%- for level in levels %}
        when {{ level }}_times.observations is not null then {{ level }}_times.p90_days
        {%- endfor %}
    end as p90_days,
    cast(coalesce(
        {%- for level in levels %}
        {{ level }}_times.observations,
        {%- endfor %}
        0
    ) as bigint) as observations,
    case
        {%- for level in levels %}
        when {{ level }}_times.observations is not null then '{{ level }}'
        {%- endfor %}
        else 'rule'
    end as level
from wanted
left join {{ ref('transit_zones') }} as rules
    on wanted.zone = rules.zone
{%- for level, places in levels.items() %}
left join {{ level }}_times
    on
        wanted.shop_id = {{ level }}_times.shop_id
        and wanted.service = {{ level }}_times.service
        {%- for place in places %}
        and wanted.{{ place }} = {{ level }}_times.{{ place }}
        {%- endfor %}
{%- endfor %}
