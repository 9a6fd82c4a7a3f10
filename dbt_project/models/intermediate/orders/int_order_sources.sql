{#- A number for every file that holds order lines, to make short row keys with. -#}
select
    shop_id,
    source_id,
    cast(row_number() over (order by shop_id nulls last, source_id nulls last) as bigint) as source_number
from (
    select distinct shop_id, source_id
    from {{ ref('stg_seller_center__order_lines') }}
) as sources
