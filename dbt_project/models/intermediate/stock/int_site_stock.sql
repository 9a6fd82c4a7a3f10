{{ config(materialized='view') }}
{#-
  What the newest count before the current moment found, at every place that is open and counts its
  stock. A place keeps stock in advance where it is the seller's own or a 3PL's.

  A count is a snapshot of the whole place: a SKU that the newest one leaves out has none. A count of
  fewer than half of the SKUs that the place counted in the 30 days up to its newest count is a part of
  it, and says nothing of the SKUs that it leaves out.
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

recent as (

    select *
    from counts
    qualify snapshot_at >= {{ add_hours('max(snapshot_at) over (partition by shop_id, warehouse_id)', '-720') }}

),

whole as (

    -- The newest count of the whole place; none where it counts its SKUs one by one.
    select
        snapshots.shop_id,
        snapshots.warehouse_id,
        max(snapshots.snapshot_at) as whole_at
    from (
        select
            shop_id,
            warehouse_id,
            snapshot_at,
            count(*) as skus
        from recent
        group by shop_id, warehouse_id, snapshot_at
    ) as snapshots
    inner join (
        select
            shop_id,
            warehouse_id,
            count(distinct seller_sku) as skus
        from recent
        group by shop_id, warehouse_id
    ) as known
        on
            snapshots.shop_id = known.shop_id
            and snapshots.warehouse_id = known.warehouse_id
            and 2 * snapshots.skus >= known.skus
    group by snapshots.shop_id, snapshots.warehouse_id

),

newest as (

    select
        counts.shop_id,
        counts.warehouse_id,
        counts.seller_sku,
        greatest(counts.snapshot_at, coalesce(whole.whole_at, counts.snapshot_at)) as snapshot_at,
        case when counts.snapshot_at < whole.whole_at then 0 else counts.available end as available,
        case when counts.snapshot_at < whole.whole_at then 0 else counts.inbound end as inbound
    from counts
    left join whole
        on
            counts.shop_id = whole.shop_id
            and counts.warehouse_id = whole.warehouse_id
    qualify row_number() over (
        partition by counts.shop_id, counts.warehouse_id, counts.seller_sku
        order by counts.snapshot_at desc nulls last
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
