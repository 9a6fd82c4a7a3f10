{#- What a SKU id's variation is called: the name on its newest order lines, ties by name. -#}
select
    shop_id,
    sku_id,
    variation
from {{ ref('stg_seller_center__order_lines') }}
where sku_id is not null and variation is not null
group by shop_id, sku_id, variation
qualify row_number() over (
    partition by shop_id, sku_id
    order by max(created_on) desc nulls last, variation nulls last
) = 1
