{{ config(materialized='view') }}
{#-
  What each order's SKU of the last 90 days contributes, before and after what came back of it by the
  end of the shop's current day.
-#}
{%- set components = return_cost_components() -%}
with returned as (

    select
        order_key,
        line_sku_id,
        cast(sum(units) as bigint) as units_returned,
        {%- for amount in ['sale_returned', 'given_back'] %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        {%- for component in components %}
        case when count({{ component }}) = count(*) then sum({{ component }}) end as {{ component }},
        bool_or({{ component }}_is_assumed) as {{ component }}_is_assumed,
        {%- endfor %}
        case when count(returns_cost) = count(*) then sum(returns_cost) end as returns_cost
    from {{ ref('int_return_costs') }}
    where is_of_a_line
    group by order_key, line_sku_id

),

seen as (

    select
        lines.*,
        now.as_of_on,
        -- Before its return a line carried all of its commission, whatever was settled after it.
        case
            when lines.commission_settled_at is null or lines.commission_settled_at >= now.ends_at
                then lines.est_commission
            when returned.order_key is null then lines.settled_commission
            else greatest(lines.est_commission, lines.settled_commission)
        end as affiliate_commission,
        coalesce(returned.units_returned, 0) as units_returned,
        {%- for amount in ['sale_returned', 'given_back'] %}
        coalesce(returned.{{ amount }}, 0) as {{ amount }},
        {%- endfor %}
        {%- for component in components %}
        case when returned.order_key is null then 0 else returned.{{ component }} end as {{ component }},
        coalesce(returned.{{ component }}_is_assumed, false) as {{ component }}_is_assumed,
        {%- endfor %}
        case when returned.order_key is null then 0 else returned.returns_cost end as returns_cost
    from {{ ref('int_order_line_costs') }} as lines
    inner join {{ ref('int_current_days') }} as now
        on
            lines.shop_id = now.shop_id
            and lines.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
            and lines.counts_from_on <= now.as_of_on
            and (lines.cancelled_on is null or lines.cancelled_on > now.as_of_on)
    left join returned
        on
            lines.order_key = returned.order_key
            and lines.sku_id = returned.line_sku_id

)

select
    shop_id,
    order_id,
    order_key,
    sku_id,
    seller_sku,
    creator_handle,
    created_on,
    created_on >= {{ add_days('as_of_on', -29) }} as is_of_30_days,
    units,
    sale_amount as sales,
    platform_discount,
    unit_cost,
    outbound_shipping,
    pick_pack,
    referral_fee,
    affiliate_commission,
    sale_amount - unit_cost - outbound_shipping - pick_pack - referral_fee - affiliate_commission
        as contribution_before_returns,
    units_returned,
    sale_returned,
    given_back,
    {%- for component in components %}
    {{ component }},
    {%- endfor %}
    returns_cost,
    sale_amount - unit_cost - outbound_shipping - pick_pack - referral_fee - affiliate_commission
    - sale_returned + given_back - returns_cost as contribution_after_returns,
    unit_cost_is_assumed,
    outbound_shipping_is_assumed,
    pick_pack_is_assumed,
    referral_fee_is_assumed,
    {%- for component in components %}
    {{ component }}_is_assumed,
    {%- endfor %}
    currency
from seen
