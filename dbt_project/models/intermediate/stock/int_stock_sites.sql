{{ config(materialized='view') }}
{#-
  Where a shop that counts stock keeps it: every place that was counted, and every open warehouse of
  its own or of a 3PL's, also one that no count names yet.
-#}
with counted as (

    select distinct shop_id, warehouse_id, warehouse_name, is_site
    from {{ ref('int_site_stock') }}

)

select * from counted

union all

select
    warehouses.shop_id,
    warehouses.warehouse_id,
    coalesce(warehouses.warehouse_name, warehouses.warehouse_id) as warehouse_name,
    true as is_site
from {{ ref('stg_reference__warehouses') }} as warehouses
inner join {{ ref('int_current_days') }} as now
    on
        warehouses.shop_id = now.shop_id
        and (warehouses.active_from_on is null or warehouses.active_from_on <= now.as_of_on)
        and (warehouses.active_to_on is null or warehouses.active_to_on >= now.as_of_on)
-- Without a single count nothing can be said of any place.
inner join (select distinct shop_id from counted) as counting
    on warehouses.shop_id = counting.shop_id
left join counted
    on
        warehouses.shop_id = counted.shop_id
        and warehouses.warehouse_id = counted.warehouse_id
where
    coalesce(warehouses.kind, 'own') in ('own', '3pl')
    and counted.warehouse_id is null
