{{ config(materialized='view') }}
{#- What the statements that are seen at a shop's newest as-of moment say of each order. -#}
{%- set amounts = [
    'sales_amount', 'refund_amount', 'referral_fee_amount', 'refund_admin_fee_amount',
    'affiliate_commission_amount', 'shipping_amount', 'other_amount', 'adjustment_amount',
    'settlement_amount', 'arithmetic_residual'
] -%}
select
    rows.order_key,
    min(rows.settled_on) as settled_on,
    max(rows.settled_on) filter (where rows.refund_amount <> 0) as refund_settled_on,
    count(distinct rows.settled_on) as statements,
    count(*) as statement_rows,
    bool_or(rows.is_given_away) as is_given_away
    {%- for amount in amounts %},
    sum(rows.{{ amount }}) as {{ amount }}
    {%- endfor %}
from {{ ref('int_settlement_rows') }} as rows
inner join {{ ref('int_current_days') }} as now
    on
        rows.shop_id = now.shop_id
        and rows.settled_at < now.ends_at
where rows.order_key is not null
group by rows.order_key
