{{ config(materialized='view') }}
{#-
  What the statements that are seen at a shop's newest as-of moment say of each order, as far back as
  orders are tied out.
-#}
{%- set amounts = [
    'sales_amount', 'refund_amount', 'referral_fee_amount', 'refund_admin_fee_amount',
    'affiliate_commission_amount', 'adjustment_amount', 'settlement_amount', 'arithmetic_residual'
] -%}
with seen as (

    select rows.*
    from {{ ref('int_settlement_rows') }} as rows
    inner join {{ ref('int_current_days') }} as now
        on
            rows.shop_id = now.shop_id
            and rows.settled_at < now.ends_at
            and rows.settled_on > {{ add_days('now.as_of_on', -var('settlement_horizon_days')) }}
    where rows.order_key is not null

),

summed as (

    select
        order_key,
        min(settled_on) as settled_on,
        max(settled_on) as last_settled_on,
        max(case when refund_amount <> 0 then settled_on end) as refund_settled_on,
        count(*) as statement_rows,
        -- Where one of its rows does not tell shipping apart, the rest of it says nothing either.
        case when count(*) = count(shipping_amount) then sum(shipping_amount) end as shipping_amount,
        sum(other_amount)
        + case when count(*) = count(shipping_amount) then 0 else coalesce(sum(shipping_amount), 0) end
            as other_amount
        {%- for amount in amounts %},
        sum({{ amount }}) as {{ amount }}
        {%- endfor %}
    from seen
    group by order_key

),

several_days as (

    select
        seen.order_key,
        count(distinct seen.settled_on) as statements
    from seen
    inner join summed
        on
            seen.order_key = summed.order_key
            and summed.settled_on < summed.last_settled_on
    group by seen.order_key

)

select
    summed.order_key,
    summed.settled_on,
    summed.refund_settled_on,
    coalesce(several_days.statements, 1) as statements,
    summed.statement_rows,
    summed.shipping_amount,
    summed.other_amount
    {%- for amount in amounts %},
    summed.{{ amount }}
    {%- endfor %}
from summed
left join several_days
    on summed.order_key = several_days.order_key
