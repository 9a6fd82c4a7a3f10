{{ config(materialized='view') }}
{#- Order lines with a key of one number: file and row. -#}
select
    lines.*,
    sources.source_number * 4294967296 + lines.row_number as row_key
from {{ ref('stg_seller_center__order_lines') }} as lines
inner join {{ ref('int_order_sources') }} as sources
    on
        lines.shop_id = sources.shop_id
        and lines.source_id = sources.source_id
