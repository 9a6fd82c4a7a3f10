{#- The creator of each order: `(several)` where its lines have more than one, `(none)` without any. -#}
select
    shop_id,
    order_id,
    case
        when min(creator_handle) is null then '(none)'
        when min(creator_handle) <> max(creator_handle) then '(several)'
        else min(creator_handle)
    end as creator_handle,
    string_agg(seller_sku, ', ' order by seller_sku) as seller_skus,
    cast(sum(units) as bigint) as units
from {{ ref('int_order_items') }}
group by shop_id, order_id
