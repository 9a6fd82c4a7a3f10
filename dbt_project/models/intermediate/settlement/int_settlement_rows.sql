{#-
  Every statement row once, its signs set right: what is paid out is positive, fees, discounts and
  refunds are negative. Statements are append-only, so the rows of an order add up; a row that stands
  in several files counts once, and one that stands in a file twice counts twice. Older statements have
  a row an order, newer ones a row an order and SKU: where both hold an order, the rows of its SKUs count.
-#}
{%- set fees = [
    'referral_fee_amount', 'refund_admin_fee_amount', 'affiliate_commission_amount'
] -%}
{%- set other_fees = [
    'referral_fee_tax_amount', 'transaction_fee_amount', 'affiliate_partner_commission_amount',
    'affiliate_ads_commission_amount'
] -%}
{%- set amounts = ['sales_amount', 'refund_amount'] + fees + [
    'shipping_amount', 'other_amount', 'adjustment_amount', 'settlement_amount'
] -%}
with files as (

    -- The layout of each file on each of its statement days.
    select
        shop_id,
        settled_on,
        source_id,
        count(sku_id) = 0 as is_by_order
    from {{ ref('stg_seller_center__settlements') }}
    group by shop_id, settled_on, source_id

),

days_of_both as (

    select shop_id, settled_on
    from files
    group by shop_id, settled_on
    having bool_or(is_by_order) and not bool_and(is_by_order)

),

held_by_sku as (

    select distinct
        rows.shop_id,
        rows.reference_id,
        rows.transaction_type,
        rows.settled_on
    from {{ ref('stg_seller_center__settlements') }} as rows
    inner join days_of_both
        on
            rows.shop_id = days_of_both.shop_id
            and rows.settled_on = days_of_both.settled_on
    where rows.sku_id is not null

),

held_twice as (

    select
        rows.shop_id,
        rows.source_id,
        rows.row_number
    from {{ ref('stg_seller_center__settlements') }} as rows
    inner join files
        on
            rows.shop_id = files.shop_id
            and rows.settled_on = files.settled_on
            and rows.source_id = files.source_id
            and files.is_by_order
    inner join held_by_sku
        on
            rows.shop_id = held_by_sku.shop_id
            and rows.reference_id = held_by_sku.reference_id
            and rows.transaction_type = held_by_sku.transaction_type
            and rows.settled_on = held_by_sku.settled_on

),

repeated as (

    select shop_id, row_fingerprint
    from {{ ref('stg_seller_center__settlements') }}
    group by shop_id, row_fingerprint
    having count(*) > 1

),

repetitions as (

    -- The rows of a file that say the same are told apart by their number.
    select
        rows.shop_id,
        rows.source_id,
        rows.row_number,
        rows.row_fingerprint,
        rows.details,
        rows.content_fingerprint,
        row_number() over (
            partition by rows.shop_id, rows.source_id, rows.row_fingerprint
            order by rows.content_fingerprint nulls last, rows.row_number nulls last
        ) as repetition
    from {{ ref('stg_seller_center__settlements') }} as rows
    inner join repeated
        on
            rows.shop_id = repeated.shop_id
            and rows.row_fingerprint = repeated.row_fingerprint

),

superseded as (

    -- Of the same row in several files the one that says most counts.
    select
        shop_id,
        source_id,
        row_number
    from repetitions
    qualify row_number() over (
        partition by shop_id, row_fingerprint, repetition
        order by details desc nulls last, content_fingerprint desc nulls last, source_id nulls last
    ) > 1

    union all

    select
        shop_id,
        source_id,
        row_number
    from held_twice

),

signed as (

    select
        stated.*,
        conventions.are_all_fees_named,
        case when conventions.is_buyer_shipping_named then coalesce(stated.buyer_shipping_amount, 0) end
            as known_shipping_amount,
        conventions.refund_sign * stated.refund_amount as signed_refund_amount,
        {%- for fee in fees %}
        conventions.fee_sign * stated.{{ fee }} as signed_{{ fee }},
        {%- endfor %}
        conventions.fee_sign
        * ({% for fee in other_fees %}stated.{{ fee }}{{ ' + ' if not loop.last }}{% endfor %})
            as other_fee_amount,
        -- The total of the fees without shipping, less the fees that it is known to be made of.
        conventions.fee_sign * (
            coalesce(
                stated.fee_total_amount
                - case when conventions.is_shipping_apart then 0 else stated.shipping_total_amount end,
                stated.named_fee_amount
            )
            - stated.named_fee_amount
        ) as unnamed_fee_amount,
        conventions.fee_sign * stated.shipping_total_amount - coalesce(stated.buyer_shipping_amount, 0)
            as other_shipping_amount
    from {{ ref('int_settlement_stated') }} as stated
    inner join {{ ref('int_settlement_conventions') }} as conventions
        on
            stated.shop_id = conventions.shop_id
            and stated.source_id = conventions.source_id
    left join superseded
        on
            stated.shop_id = superseded.shop_id
            and stated.source_id = superseded.source_id
            and stated.row_number = superseded.row_number
    where superseded.row_number is null

),

once as (

    select
        shop_id,
        reference_id,
        order_id,
        sku_id,
        transaction_type,
        adjustment_reason,
        order_created_at,
        settled_at,
        settled_on,
        currency,
        is_given_away,
        cast(sales_amount as decimal(18, 2)) as sales_amount,
        cast(signed_refund_amount as decimal(18, 2)) as refund_amount,
        {%- for fee in fees %}
        cast(signed_{{ fee }} as decimal(18, 2)) as {{ fee }},
        {%- endfor %}
        cast(known_shipping_amount as decimal(18, 2)) as shipping_amount,
        -- Fees that have no name in the contract are another fee, unless the file names all of them.
        cast(
            other_fee_amount
            + other_shipping_amount
            + case when are_all_fees_named then 0 else unnamed_fee_amount end as decimal(18, 2)
        ) as other_amount,
        cast(adjustment_amount as decimal(18, 2)) as adjustment_amount,
        cast(settlement_amount as decimal(18, 2)) as settlement_amount
    from signed

)

select
    once.shop_id,
    once.reference_id,
    once.order_id,
    -- Money of another currency cannot be held against the order's.
    case when once.currency = orders.currency then orders.order_key end as order_key,
    once.sku_id,
    once.transaction_type,
    once.adjustment_reason,
    once.order_created_at,
    once.settled_at,
    once.settled_on,
    once.currency,
    once.is_given_away,
    orders.created_on as order_created_on,
    {% for amount in amounts %}once.{{ amount }},
    {% endfor -%}
    cast(
        once.settlement_amount
        - ({% for amount in amounts[:-1] %}coalesce(once.{{ amount }}, 0){{ ' + ' if not loop.last }}{% endfor %}) as decimal(18, 2)
    ) as arithmetic_residual
from once
left join {{ ref('int_orders') }} as orders
    on
        once.shop_id = orders.shop_id
        and once.order_id = orders.order_id
