{#- What an order leaves over, before and after what came back of it. -#}
{%- set components = return_cost_components() -%}
{%- set amounts = [
    'sales', 'platform_discount', 'unit_cost', 'outbound_shipping', 'pick_pack', 'referral_fee',
    'affiliate_commission', 'contribution_before_returns', 'sale_returned', 'given_back'
] + components + ['returns_cost', 'contribution_after_returns'] -%}
{%- set assumed = ['unit_cost', 'outbound_shipping', 'pick_pack', 'referral_fee'] + components -%}
with summed as (

    select
        order_key,
        min(shop_id) as shop_id,
        min(order_id) as order_id,
        min(created_on) as created_on,
        sum(units) as units,
        sum(units_returned) as units_returned,
        {%- for amount in amounts %}
        case when count({{ amount }}) = count(*) then sum({{ amount }}) end as {{ amount }},
        {%- endfor %}
        {%- for part in assumed %}
        bool_or({{ part }}_is_assumed) as {{ part }}_is_assumed,
        {%- endfor %}
        min(currency) as currency
    from {{ ref('int_line_contributions') }}
    group by order_key

)

select
    shop_id,
    order_id,
    created_on,
    cast(units as bigint) as units,
    cast(units_returned as bigint) as units_returned,
    {%- for amount in amounts %}
    cast({{ amount }} as decimal(18, 2)) as {{ 'refund' if amount == 'sale_returned' else amount }},
    {%- endfor %}
    currency,
    nullif(
        substring(
            {% for part in assumed -%}
            case when {{ part }}_is_assumed then ', {{ part }}' else '' end{{ ' || ' if not loop.last }}
            {% endfor %}, 3
        ), ''
    ) as assumed
from summed
