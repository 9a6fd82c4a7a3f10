{#- What the shop, a SKU and a creator leave over of the orders of the last days. -#}
{%- set components = return_cost_components() -%}
{%- set costs = ['unit_cost', 'outbound_shipping', 'pick_pack', 'referral_fee'] -%}
{%- set dimensions = [('shop', "'(all)'"), ('seller_sku', 'seller_sku'), ('creator', 'creator_handle')] -%}
{%- set windows = ['rolling_30d', 'rolling_90d'] -%}
with sold as (

    select
        shop_id,
        seller_sku,
        creator_handle,
        is_of_30_days,
        sum(units) as units,
        {%- for amount in ['sales', 'platform_discount', 'shipping_paid', 'affiliate_commission'] %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        {%- for cost in costs %}
        {{ sum_known(cost) }} as {{ cost }},
        {%- endfor %}
        bool_or({% for cost in costs %}{{ cost }}_is_assumed{{ ' or ' if not loop.last }}{% endfor %}) as is_assumed,
        min(currency) as currency
    from {{ ref('int_sold_line_costs') }}
    group by shop_id, seller_sku, creator_handle, is_of_30_days

),

returned as (

    select
        shop_id,
        seller_sku,
        creator_handle,
        is_of_30_days,
        sum(units) as units_returned,
        {%- for amount in ['sale_returned', 'commission_restored'] %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        {{ sum_known('given_back') }} as given_back,
        {%- for component in components %}
        {{ sum_known(component) }} as {{ component }},
        {%- endfor %}
        bool_or({% for component in components %}{{ component }}_is_assumed{{ ' or ' if not loop.last }}{% endfor %})
            as is_assumed
    from {{ ref('int_sold_line_returns') }}
    group by shop_id, seller_sku, creator_handle, is_of_30_days

),

joined as (

    select
        sold.shop_id,
        sold.seller_sku,
        sold.creator_handle,
        sold.is_of_30_days,
        sold.units,
        coalesce(returned.units_returned, 0) as units_returned,
        sold.sales,
        sold.platform_discount,
        sold.shipping_paid,
        {%- for cost in costs %}
        sold.{{ cost }},
        {%- endfor %}
        sold.affiliate_commission + coalesce(returned.commission_restored, 0) as affiliate_commission,
        coalesce(returned.sale_returned, 0) as sale_returned,
        case when returned.shop_id is null then 0 else returned.given_back end as given_back,
        {%- for component in components %}
        case when returned.shop_id is null then 0 else returned.{{ component }} end as {{ component }},
        {%- endfor %}
        sold.is_assumed or coalesce(returned.is_assumed, false) as is_assumed,
        coalesce(returned.is_assumed, false) as is_returns_cost_assumed,
        sold.currency
    from sold
    left join returned
        on
            sold.shop_id = returned.shop_id
            and sold.seller_sku = returned.seller_sku
            and sold.creator_handle = returned.creator_handle
            and sold.is_of_30_days = returned.is_of_30_days

),

orders as (

    {% for dimension, segment in dimensions -%}
    {%- for window_name in windows %}
    select
        shop_id,
        '{{ window_name }}' as window_name,
        '{{ dimension }}' as dimension,
        {{ segment }} as segment,
        {{ 'count(*)' if dimension == 'shop' else 'count(distinct order_key)' }} as orders
    from {{ ref('int_sold_line_costs') }}
    where
        {{ 'is_of_30_days' if window_name == 'rolling_30d' else 'true' }}
        {{ 'and is_first_item' if dimension == 'shop' }}
    group by shop_id{{ ', ' ~ segment if dimension != 'shop' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

summed as (

    {% for dimension, segment in dimensions -%}
    {%- for window_name in windows %}
    select
        shop_id,
        '{{ window_name }}' as window_name,
        '{{ dimension }}' as dimension,
        {{ segment }} as segment,
        {%- for amount in [
            'units', 'units_returned', 'sales', 'platform_discount', 'shipping_paid', 'affiliate_commission',
            'sale_returned'
        ] %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        {%- for amount in costs + ['given_back'] + components %}
        {{ sum_known(amount) }} as {{ amount }},
        {%- endfor %}
        bool_or(is_assumed) as is_assumed,
        bool_or(is_returns_cost_assumed) as is_returns_cost_assumed,
        min(currency) as currency
    from joined
    {{ 'where is_of_30_days' if window_name == 'rolling_30d' }}
    group by shop_id{{ ', ' ~ segment if dimension != 'shop' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

totalled as (

    select
        *,
        {{ contribution_before_returns() }} as contribution_before_returns,
        {{ components | join(' + ') }} as returns_cost,
        {{ returns_outlay() }} as returns_outlay
    from summed

),

contributed as (

    select
        *,
        contribution_before_returns - sale_returned + given_back - returns_outlay as contribution_after_returns
    from totalled

)

select
    found.shop_id,
    found.window_name,
    found.dimension,
    found.segment,
    cast(orders.orders as bigint) as orders,
    cast(found.units as bigint) as units,
    cast(found.units_returned as bigint) as units_returned,
    {%- for amount in ['sales', 'platform_discount', 'shipping_paid'] + costs + [
        'affiliate_commission', 'contribution_before_returns'
    ] %}
    cast(found.{{ amount }} as decimal(18, 2)) as {{ amount }},
    {%- endfor %}
    cast(found.sale_returned as decimal(18, 2)) as sale_returned_amount,
    {%- for amount in ['given_back'] + components + ['returns_cost', 'returns_outlay', 'contribution_after_returns'] %}
    cast(found.{{ amount }} as decimal(18, 2)) as {{ amount }},
    {%- endfor %}
    {{ ratio('found.contribution_before_returns', 'orders.orders') }} as per_order_before_returns,
    {{ ratio('found.contribution_after_returns', 'orders.orders') }} as per_order,
    found.currency,
    found.is_assumed,
    found.is_returns_cost_assumed
from contributed as found
inner join orders
    on
        found.shop_id = orders.shop_id
        and found.window_name = orders.window_name
        and found.dimension = orders.dimension
        and found.segment = orders.segment
