{{ config(materialized='view') }}
{#-
  What each statement row says, with the sums of its parts: a total is taken where it stands, else its
  parts are added up; never both. Signs are the file's own.
-#}
{%- set fees = [
    'referral_fee_amount', 'referral_fee_tax_amount', 'transaction_fee_amount',
    'refund_admin_fee_amount', 'affiliate_commission_amount', 'affiliate_partner_commission_amount',
    'affiliate_ads_commission_amount'
] -%}
{%- set shipping_parts = [
    'shipping_charge_amount', 'fbt_shipping_amount', 'customer_shipping_amount',
    'refunded_shipping_amount', 'shipping_discount_amount', 'shipping_subsidy_amount',
    'return_shipping_amount'
] -%}
with described as (

    select
        rows.*,
        coalesce(sales_amount, gross_sales_amount, refund_amount, gross_refund_amount) is not null
            as has_revenue_parts
    from {{ ref('stg_seller_center__settlements') }} as rows

)

select
    shop_id,
    source_id,
    row_number,
    row_fingerprint,
    reference_id,
    coalesce(related_order_id, reference_id) as order_id,
    sku_id,
    transaction_type,
    adjustment_reason,
    order_created_at,
    settled_at,
    settled_on,
    currency,
    settlement_amount,
    revenue_amount,
    -- A discount is taken off, whichever sign it is written with.
    case
        when has_revenue_parts
            then coalesce(sales_amount, gross_sales_amount - abs(coalesce(seller_discount_amount, 0)), 0)
        else greatest(coalesce(revenue_amount, 0), 0)
    end as sales_amount,
    case
        when not has_revenue_parts then least(coalesce(revenue_amount, 0), 0)
        when refund_amount is not null then refund_amount
        when gross_refund_amount < 0
            then gross_refund_amount + abs(coalesce(refunded_discount_amount, 0))
        else coalesce(gross_refund_amount - abs(coalesce(refunded_discount_amount, 0)), 0)
    end as refund_amount,
    sample_order_type is not null
    or coalesce(
        gross_sales_amount > 0 and gross_sales_amount = abs(seller_discount_amount), false
    ) as is_given_away,
    fee_total_amount,
    {%- for fee in fees %}
    coalesce({{ fee }}, 0) as {{ fee }},
    {%- endfor %}
    {% for fee in fees %}coalesce({{ fee }}, 0){{ ' + ' if not loop.last }}{% endfor %} as named_fee_amount,
    coalesce(
        shipping_total_amount,
        {% for part in shipping_parts %}coalesce({{ part }}, 0){{ ' + ' if not loop.last }}{% endfor %}
    ) as shipping_total_amount,
    -- What the buyer paid for shipping; a total alone does not say it.
    case
        when coalesce(customer_shipping_amount, refunded_shipping_amount) is not null
            then coalesce(customer_shipping_amount, 0) - abs(coalesce(refunded_shipping_amount, 0))
    end as buyer_shipping_amount,
    coalesce(adjustment_amount, 0) as adjustment_amount
from described
