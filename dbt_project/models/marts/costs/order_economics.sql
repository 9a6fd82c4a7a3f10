{#- What an order leaves over, before and after what came back of it. -#}
{%- set components = return_cost_components() -%}
{%- set costs = ['unit_cost', 'outbound_shipping', 'pick_pack', 'referral_fee'] -%}
with sold as (

    select
        order_key,
        any_value(shop_id) as shop_id,
        any_value(order_id) as order_id,
        any_value(created_on) as created_on,
        sum(units) as units,
        {%- for amount in ['sales', 'platform_discount', 'shipping_paid', 'affiliate_commission'] %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        {%- for cost in costs %}
        {{ sum_known(cost) }} as {{ cost }},
        bool_or({{ cost }}_is_assumed) as {{ cost }}_is_assumed,
        {%- endfor %}
        any_value(currency) as currency
    from {{ ref('int_sold_line_costs') }}
    group by order_key

),

returned as (

    select
        order_key,
        sum(units) as units_returned,
        {%- for amount in ['sale_returned', 'commission_restored'] %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        {{ sum_known('given_back') }} as given_back,
        {%- for component in components %}
        {{ sum_known(component) }} as {{ component }},
        bool_or({{ component }}_is_assumed) as {{ component }}_is_assumed{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_sold_line_returns') }}
    group by order_key

),

joined as (

    select
        sold.shop_id,
        sold.order_id,
        sold.created_on,
        sold.units,
        coalesce(returned.units_returned, 0) as units_returned,
        sold.sales,
        sold.platform_discount,
        sold.shipping_paid,
        {%- for cost in costs %}
        sold.{{ cost }},
        sold.{{ cost }}_is_assumed,
        {%- endfor %}
        sold.affiliate_commission + coalesce(returned.commission_restored, 0) as affiliate_commission,
        coalesce(returned.sale_returned, 0) as sale_returned,
        case when returned.order_key is null then 0 else returned.given_back end as given_back,
        {%- for component in components %}
        case when returned.order_key is null then 0 else returned.{{ component }} end as {{ component }},
        coalesce(returned.{{ component }}_is_assumed, false) as {{ component }}_is_assumed,
        {%- endfor %}
        sold.currency
    from sold
    left join returned
        on sold.order_key = returned.order_key

),

totalled as (

    select
        *,
        {{ contribution_before_returns() }} as contribution_before_returns,
        {{ components | join(' + ') }} as returns_cost,
        {{ returns_outlay() }} as returns_outlay
    from joined

)

select
    shop_id,
    order_id,
    created_on,
    cast(units as bigint) as units,
    cast(units_returned as bigint) as units_returned,
    {%- for amount in ['sales', 'platform_discount', 'shipping_paid'] + costs + [
        'affiliate_commission', 'contribution_before_returns'
    ] %}
    cast({{ amount }} as decimal(18, 2)) as {{ amount }},
    {%- endfor %}
    cast(sale_returned as decimal(18, 2)) as sale_returned_amount,
    {%- for amount in ['given_back'] + components + ['returns_cost', 'returns_outlay'] %}
    cast({{ amount }} as decimal(18, 2)) as {{ amount }},
    {%- endfor %}
    cast(
        contribution_before_returns - sale_returned + given_back - returns_outlay as decimal(18, 2)
    ) as contribution_after_returns,
    currency,
    nullif(
        substring(
            {% for part in costs + components -%}
            case when {{ part }}_is_assumed then ', {{ part }}' else '' end{{ ' || ' if not loop.last }}
            {% endfor %}, 3
        ), ''
    ) as assumed
from totalled
