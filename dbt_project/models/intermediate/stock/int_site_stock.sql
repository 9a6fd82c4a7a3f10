{{ config(materialized='view') }}
{#-
  What the newest count before the current moment found, at every place that is open and counts its
  stock. A place keeps stock in advance where it is the seller's own or a 3PL's.
-#}
with counts as (

    select
        stock.shop_id,
        stock.warehouse_id,
        stock.seller_sku,
        stock.snapshot_at,
        -- Of two counts of one moment the smaller one, which promises less.
        min(stock.available) as available,
        min(coalesce(stock.inbound, 0)) as inbound
    from {{ ref('stg_third_party_logistics__inventory') }} as stock
    inner join {{ ref('int_current_days') }} as now
        on
            stock.shop_id = now.shop_id
            and stock.snapshot_at < now.ends_at
    group by stock.shop_id, stock.warehouse_id, stock.seller_sku, stock.snapshot_at

),

newest as (

    select *
    from counts
    qualify row_number() over (
        partition by shop_id, warehouse_id, seller_sku
        order by snapshot_at desc nulls last
    ) = 1

)

select
    newest.shop_id,
    newest.warehouse_id,
    coalesce(warehouses.warehouse_name, newest.warehouse_id) as warehouse_name,
    coalesce(warehouses.kind, 'own') = 'fbt' as is_fbt,
    coalesce(warehouses.kind, 'own') in ('own', '3pl') as is_site,
    newest.seller_sku,
    newest.snapshot_at as counted_at,
    cast(newest.available as bigint) as available,
    cast(newest.inbound as bigint) as inbound
from newest
inner join {{ ref('int_current_days') }} as now
    on newest.shop_id = now.shop_id
left join {{ ref('stg_reference__warehouses') }} as warehouses
    on
        newest.shop_id = warehouses.shop_id
        and newest.warehouse_id = warehouses.warehouse_id
where
    (warehouses.active_from_on is null or warehouses.active_from_on <= now.as_of_on)
    and (warehouses.active_to_on is null or warehouses.active_to_on >= now.as_of_on)
