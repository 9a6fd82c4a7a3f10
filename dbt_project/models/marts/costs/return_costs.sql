{#-
  What the returns refunded in the window have cost, part by part. A shop of which no return was ever
  seen has no rows: nothing is known, which is not the same as nothing.
-#}
{%- set components = return_cost_components() -%}
{%- set units = {
    'return_shipping': 'units_sent_back', 'inspection': 'units_back', 'markdown': 'impaired_units',
    'disposal': 'units_disposed'
} -%}
with windows as (

    select
        now.shop_id,
        spans.window_name,
        case spans.window_name
            when 'rolling_30d' then {{ add_days('now.as_of_on', -29) }}
            else {{ add_days('now.as_of_on', -89) }}
        end as window_start_on
    from {{ ref('int_current_days') }} as now
    inner join (
        select
            shop_id,
            min(coalesce(requested_on, returned_on)) as first_on
        from {{ ref('int_returns') }}
        group by shop_id
    ) as known
        on
            now.shop_id = known.shop_id
            and now.as_of_on >= known.first_on
    cross join (
        select 'rolling_30d' as window_name union all
        select 'rolling_90d' as window_name
    ) as spans

),

summed as (

    select
        windows.shop_id,
        windows.window_name,
        count(distinct costs.return_order_id) as returns,
        coalesce(sum(costs.units), 0) as units,
        coalesce(sum(costs.units_sent_back), 0) as units_sent_back,
        coalesce(sum(costs.units_back), 0) as units_back,
        coalesce(round(sum(costs.impaired_units)), 0) as impaired_units,
        coalesce(sum(costs.units_disposed), 0) as units_disposed,
        coalesce(sum(costs.refund_amount), 0) as refund,
        false as refund_is_assumed,
        {%- for component in components %}
        case when count(costs.{{ component }}) = count(costs.shop_id) then coalesce(sum(costs.{{ component }}), 0) end
            as {{ component }},
        coalesce(bool_or(costs.{{ component }}_is_assumed), false) as {{ component }}_is_assumed,
        {%- endfor %}
        case when count(costs.returns_cost) = count(costs.shop_id) then coalesce(sum(costs.returns_cost), 0) end
            as total
    from windows
    left join {{ ref('int_return_costs') }} as costs
        on
            windows.shop_id = costs.shop_id
            and costs.returned_on >= windows.window_start_on
    group by windows.shop_id, windows.window_name

),

parts as (

    {% for component in components + ['total', 'refund'] -%}
    select
        shop_id,
        window_name,
        '{{ '(all)' if component == 'total' else component }}' as component,
        returns,
        {{ units.get(component, 'units') }} as units,
        {{ component }} as amount,
        {% if component == 'total' -%}
        {% for part in components %}{{ part }}_is_assumed{{ ' or ' if not loop.last }}{% endfor %} as is_assumed
        {%- else -%}
        {{ component }}_is_assumed as is_assumed
        {%- endif %}
    from summed
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    parts.shop_id,
    parts.window_name,
    parts.component,
    cast(parts.returns as bigint) as returns,
    cast(parts.units as bigint) as units,
    cast(parts.amount as decimal(18, 2)) as amount,
    shops.currency,
    parts.is_assumed,
    {{ ratio('parts.amount', 'parts.returns') }} as per_return,
    {{ ratio('parts.amount', 'economics.orders') }} as per_order,
    {{ ratio('parts.amount', 'economics.sales + economics.platform_discount') }} as share_of_sales
from parts
inner join {{ source('inputs', 'shops') }} as shops
    on parts.shop_id = shops.shop_id
left join {{ ref('unit_economics') }} as economics
    on
        parts.shop_id = economics.shop_id
        and parts.window_name = economics.window_name
        and economics.dimension = 'shop'
