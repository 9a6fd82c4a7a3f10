{#- What the shop, a SKU and a creator leave over of the orders of the last days. -#}
{%- set components = return_cost_components() -%}
{%- set amounts = [
    'sales', 'platform_discount', 'unit_cost', 'outbound_shipping', 'pick_pack', 'referral_fee',
    'affiliate_commission', 'contribution_before_returns', 'sale_returned', 'given_back'
] + components + ['returns_cost', 'contribution_after_returns'] -%}
{%- set assumed = ['unit_cost', 'outbound_shipping', 'pick_pack', 'referral_fee'] + components -%}
{%- set dimensions = [('shop', "'(all)'"), ('seller_sku', 'seller_sku'), ('creator', 'creator_handle')] -%}
with lines as (

    select * from {{ ref('int_line_contributions') }}

),

summed as (

    {% for dimension, segment in dimensions -%}
    {%- for window_name in ['rolling_30d', 'rolling_90d'] %}
    select
        shop_id,
        '{{ window_name }}' as window_name,
        '{{ dimension }}' as dimension,
        {{ segment }} as segment,
        count(distinct order_key) as orders,
        sum(units) as units,
        sum(units_returned) as units_returned,
        {%- for amount in amounts %}
        case when count({{ amount }}) = count(*) then sum({{ amount }}) end as {{ amount }},
        {%- endfor %}
        bool_or(
            {%- for part in assumed %}
            {{ part }}_is_assumed{{ ' or' if not loop.last }}
            {%- endfor %}
        ) as is_assumed,
        bool_or(
            {%- for component in components %}
            {{ component }}_is_assumed{{ ' or' if not loop.last }}
            {%- endfor %}
        ) as is_returns_cost_assumed,
        min(currency) as currency
    from lines
    {{ 'where is_of_30_days' if window_name == 'rolling_30d' }}
    group by shop_id{{ ', ' ~ segment if dimension != 'shop' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    shop_id,
    window_name,
    dimension,
    segment,
    cast(orders as bigint) as orders,
    cast(units as bigint) as units,
    cast(units_returned as bigint) as units_returned,
    {%- for amount in amounts %}
    cast({{ amount }} as decimal(18, 2)) as {{ 'refund_amount' if amount == 'sale_returned' else amount }},
    {%- endfor %}
    {{ ratio('contribution_before_returns', 'orders') }} as per_order_before_returns,
    {{ ratio('contribution_after_returns', 'orders') }} as per_order,
    currency,
    is_assumed,
    is_returns_cost_assumed
from summed
