{{ config(materialized='view') }}
{#- What came back of the sales of the last 90 days, and what it cost. -#}
select
    lines.shop_id,
    lines.order_key,
    lines.seller_sku,
    lines.creator_handle,
    lines.is_of_30_days,
    returned.units,
    returned.sale_returned,
    returned.given_back,
    returned.commission_restored,
    {%- for component in return_cost_components() %}
    returned.{{ component }},
    returned.{{ component }}_is_assumed,
    {%- endfor %}
    returned.returns_cost
from {{ ref('int_sold_line_costs') }} as lines
inner join {{ ref('int_return_costs') }} as returned
    on
        lines.order_key = returned.order_key
        and lines.sku_id = returned.line_sku_id
        and returned.is_of_a_line
