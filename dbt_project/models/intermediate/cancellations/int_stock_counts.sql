{#- Stock of a SKU over all warehouses at each count, and until when that count was the newest. -#}
with counts as (

    select
        shop_id,
        seller_sku,
        snapshot_at,
        sum(available) as available
    from (
        select
            shop_id,
            warehouse_id,
            seller_sku,
            snapshot_at,
            min(available) as available
        from {{ ref('stg_third_party_logistics__inventory') }}
        group by shop_id, warehouse_id, seller_sku, snapshot_at
    ) as by_warehouse
    group by shop_id, seller_sku, snapshot_at

)

select
    shop_id,
    seller_sku,
    snapshot_at,
    cast(available as bigint) as available,
    coalesce(
        lead(snapshot_at) over (partition by shop_id, seller_sku order by snapshot_at nulls last),
        cast('9999-01-01' as timestamp)
    ) as next_snapshot_at
from counts
