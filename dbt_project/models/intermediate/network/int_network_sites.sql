{{ config(materialized='view') }}
{#-
  Places that could hold stock: the hubs that every shop is compared with, what the shop declares
  beside them, and the places of the warehouses that are open at its current day.
-#}
with places as (

    select
        now.shop_id,
        hubs.zip3 as site_zip3,
        3 as name_rank,
        hubs.site_name,
        hubs.region,
        cast(null as decimal(18, 2)) as storage_cost_per_month,
        cast(null as decimal(18, 2)) as inbound_cost_per_unit,
        false as is_present
    from {{ ref('int_current_days') }} as now
    cross join {{ ref('network_candidates') }} as hubs

    union all

    select
        declared.shop_id,
        declared.origin_zip3 as site_zip3,
        2 as name_rank,
        declared.site_name,
        cast(null as {{ dbt.type_string() }}) as region,
        -- An amount in another currency than the shop's says nothing of its costs.
        case
            when coalesce(declared.currency, shops.currency) = shops.currency
                then declared.storage_cost_per_month
        end as storage_cost_per_month,
        case
            when coalesce(declared.currency, shops.currency) = shops.currency
                then declared.inbound_cost_per_unit
        end as inbound_cost_per_unit,
        false as is_present
    from {{ ref('stg_reference__candidate_sites') }} as declared
    inner join {{ source('inputs', 'shops') }} as shops
        on declared.shop_id = shops.shop_id

    union all

    select
        warehouses.shop_id,
        warehouses.zip3 as site_zip3,
        1 as name_rank,
        warehouses.warehouse_name as site_name,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as decimal(18, 2)) as storage_cost_per_month,
        cast(null as decimal(18, 2)) as inbound_cost_per_unit,
        true as is_present
    from {{ ref('stg_reference__warehouses') }} as warehouses
    inner join {{ ref('int_current_days') }} as now
        on
            warehouses.shop_id = now.shop_id
            and (warehouses.active_from_on is null or warehouses.active_from_on <= now.as_of_on)
            and (warehouses.active_to_on is null or warehouses.active_to_on >= now.as_of_on)
    where warehouses.zip3 is not null

),

merged as (

    select
        shop_id,
        site_zip3,
        coalesce(
            {{ joined_text('case when name_rank = 1 then site_name end') }},
            max(case when name_rank = 2 then site_name end),
            max(case when name_rank = 3 then site_name end)
        ) as site_name,
        max(region) as region,
        max(storage_cost_per_month) as storage_cost_per_month,
        max(inbound_cost_per_unit) as inbound_cost_per_unit,
        bool_or(name_rank = 2) as is_declared,
        bool_or(is_present) as is_present
    from places
    group by shop_id, site_zip3

),

costs as (

    {{ shop_costs(['site_cost_per_month', 'inbound_cost_per_unit']) | indent(4) }}

)

select
    merged.shop_id,
    merged.site_zip3,
    coalesce(merged.site_name, merged.site_zip3) as site_name,
    centroids.state_code,
    merged.region,
    cast(coalesce(merged.storage_cost_per_month, costs.site_cost_per_month) as decimal(18, 2))
        as storage_cost_per_month,
    cast(coalesce(merged.inbound_cost_per_unit, costs.inbound_cost_per_unit) as decimal(18, 2))
        as inbound_cost_per_unit,
    (merged.storage_cost_per_month is null and coalesce(costs.site_cost_per_month_is_assumed, false))
    or (merged.inbound_cost_per_unit is null and coalesce(costs.inbound_cost_per_unit_is_assumed, false))
        as is_assumed,
    merged.is_declared,
    merged.is_present
from merged
inner join {{ ref('zip3_centroids') }} as centroids
    on merged.site_zip3 = centroids.zip3
left join costs
    on merged.shop_id = costs.shop_id
