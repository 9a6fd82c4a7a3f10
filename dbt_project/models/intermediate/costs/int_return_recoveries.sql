{{ config(materialized='view') }}
{#-
  What the units that were graded in the last 90 days bring on each route at the shop's current day:
  a part of the item's price, less the work. A unit may take the route of its grade or any below it.
-#}
{%- set routes = return_routes() -%}
{%- set work = {'refurbish': 'refurbish_cost', 'dispose': 'disposal_cost'} -%}
with graded as (

    select
        routes.*,
        now.as_of_on
    from {{ ref('int_return_routes') }} as routes
    inner join {{ ref('int_current_days') }} as now
        on
            routes.shop_id = now.shop_id
            and routes.graded_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
    where routes.grade is not null

),

prices_of_orders as (

    select
        lines.shop_id,
        lines.order_id,
        {{ fold('lines.seller_sku') }} as folded_sku,
        {{ ratio('sum(lines.sale_amount)', 'sum(lines.units)') }} as price
    from {{ ref('int_order_line_costs') }} as lines
    inner join (select distinct shop_id, order_id from graded) as returned_orders
        on
            lines.shop_id = returned_orders.shop_id
            and lines.order_id = returned_orders.order_id
    group by lines.shop_id, lines.order_id, {{ fold('lines.seller_sku') }}

),

usual_prices as (

    select
        lines.shop_id,
        {{ fold('lines.seller_sku') }} as folded_sku,
        {{ ratio('sum(lines.sale_amount)', 'sum(lines.units)') }} as price
    from {{ ref('int_order_line_costs') }} as lines
    inner join {{ ref('int_current_days') }} as now
        on
            lines.shop_id = now.shop_id
            and lines.created_on <= now.as_of_on
    group by lines.shop_id, {{ fold('lines.seller_sku') }}

),

sku_list as (

    select distinct shop_id, seller_sku from graded

),

costs as (

    {{ sku_costs('sku_list', [
        'resell_recovery_share', 'refurbish_recovery_share', 'liquidate_recovery_share',
        'dispose_recovery_share', 'refurbish_cost', 'disposal_cost'
    ]) }}

),

priced as (

    select
        graded.*,
        cast(round(coalesce(prices_of_orders.price, usual_prices.price), 2) as decimal(18, 2)) as price,
        {%- for route in routes %}
        costs.{{ route }}_recovery_share,
        costs.{{ route }}_recovery_share_is_assumed,
        {%- endfor %}
        costs.refurbish_cost,
        costs.refurbish_cost_is_assumed,
        costs.disposal_cost,
        costs.disposal_cost_is_assumed
    from graded
    inner join costs
        on
            graded.shop_id = costs.shop_id
            and graded.seller_sku = costs.seller_sku
    left join prices_of_orders
        on
            graded.shop_id = prices_of_orders.shop_id
            and graded.order_id = prices_of_orders.order_id
            and {{ fold('graded.seller_sku') }} = prices_of_orders.folded_sku
    left join usual_prices
        on
            graded.shop_id = usual_prices.shop_id
            and {{ fold('graded.seller_sku') }} = usual_prices.folded_sku

),

brought as (

    select
        priced.*,
        {%- for route in routes %}
        units * {{ cents('price * ' ~ route ~ '_recovery_share') }}
        {%- if route in work %} - {{ cents('units * ' ~ work[route]) }}{% endif %} as {{ route }}_recovery,
        {%- endfor %}
        {%- for column in ['route', 'actual_route'] %}
        case {{ column }}
            {%- for route in routes %} when '{{ route }}' then {{ loop.index }}{% endfor %}
        end as {{ column }}_rank{{ ',' if not loop.last }}
        {%- endfor %}
    from priced

)

select
    brought.shop_id,
    brought.as_of_on,
    brought.rma_id,
    brought.seller_sku,
    brought.return_order_id,
    brought.order_id,
    brought.warehouse_id,
    brought.units,
    brought.grade,
    brought.route,
    brought.disposition,
    brought.actual_route,
    brought.received_on,
    brought.graded_on,
    brought.price,
    {%- for route in routes %}
    cast(brought.{{ route }}_recovery as decimal(18, 2)) as {{ route }}_recovery,
    {%- endfor %}
    cast(
        case brought.route
            {%- for route in routes %} when '{{ route }}' then brought.{{ route }}_recovery{% endfor %}
        end as decimal(18, 2)
    ) as route_recovery,
    -- What is sold for better than it is comes back: it brings no more than its grade does.
    coalesce(brought.actual_route_rank < brought.route_rank, false) as is_above_grade,
    cast(
        case
            when brought.actual_route_rank < brought.route_rank then
                case brought.route
                    {%- for route in routes %} when '{{ route }}' then brought.{{ route }}_recovery{% endfor %}
                end
            else
                case brought.actual_route
                    {%- for route in routes %} when '{{ route }}' then brought.{{ route }}_recovery{% endfor %}
                end
        end as decimal(18, 2)
    ) as actual_recovery,
    {% for route in routes %}brought.{{ route }}_recovery_share_is_assumed or {% endfor %}
    brought.refurbish_cost_is_assumed or brought.disposal_cost_is_assumed as is_assumed,
    shops.currency
from brought
inner join {{ source('inputs', 'shops') }} as shops
    on brought.shop_id = shops.shop_id
