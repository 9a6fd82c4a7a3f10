{#-
  Every statement row once, its signs set right: what is paid out is positive, fees, discounts and
  refunds are negative. Statements are append-only, so the rows of an order add up; a row that stands
  in several files, of either header generation, counts once, and one that stands in a file twice
  counts twice.
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
with signed as (

    select
        stated.*,
        conventions.are_all_fees_named,
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
        conventions.fee_sign * stated.shipping_total_amount - stated.buyer_shipping_amount
            as other_shipping_amount
    from {{ ref('int_settlement_stated') }} as stated
    inner join {{ ref('int_settlement_conventions') }} as conventions
        on
            stated.shop_id = conventions.shop_id
            and stated.source_id = conventions.source_id

),

normalized as (

    select
        shop_id,
        source_id,
        row_number,
        row_fingerprint,
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
        cast(buyer_shipping_amount as decimal(18, 2)) as shipping_amount,
        -- Fees that have no name in the contract are another fee, unless the file names all of them.
        cast(
            other_fee_amount
            + other_shipping_amount
            + case when are_all_fees_named then 0 else unnamed_fee_amount end as decimal(18, 2)
        ) as other_amount,
        cast(adjustment_amount as decimal(18, 2)) as adjustment_amount,
        cast(settlement_amount as decimal(18, 2)) as settlement_amount
    from signed

),

repeated as (

    select shop_id, row_fingerprint
    from normalized
    group by shop_id, row_fingerprint
    having count(*) > 1

),

numbered as (

    -- The rows of a file that say the same are told apart by their number.
    select
        normalized.shop_id,
        normalized.source_id,
        normalized.row_number,
        normalized.row_fingerprint,
        {{ row_fingerprint(
            ['order_id', 'sku_id', 'transaction_type', 'adjustment_reason', 'order_created_at',
             'settled_at', 'currency', 'is_given_away'] + amounts
        ) }} as content_fingerprint,
        case when order_id <> reference_id then 1 else 0 end
        + case when sku_id is null then 0 else 1 end
        + case when adjustment_reason is null then 0 else 1 end
        + case when order_created_at is null then 0 else 1 end as details
    from normalized
    inner join repeated
        on
            normalized.shop_id = repeated.shop_id
            and normalized.row_fingerprint = repeated.row_fingerprint

),

chosen as (

    select
        shop_id,
        source_id,
        row_number
    from (
        select
            numbered.*,
            row_number() over (
                partition by shop_id, source_id, row_fingerprint
                order by content_fingerprint nulls last, row_number nulls last
            ) as repetition
        from numbered
    ) as repetitions
    qualify row_number() over (
        partition by shop_id, row_fingerprint, repetition
        order by details desc nulls last, content_fingerprint desc nulls last, source_id nulls last
    ) = 1

),

once as (

    select normalized.*
    from normalized
    left join repeated
        on
            normalized.shop_id = repeated.shop_id
            and normalized.row_fingerprint = repeated.row_fingerprint
    where repeated.row_fingerprint is null

    union all

    select normalized.*
    from normalized
    inner join chosen
        on
            normalized.shop_id = chosen.shop_id
            and normalized.source_id = chosen.source_id
            and normalized.row_number = chosen.row_number

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
        - ({% for amount in amounts[:-1] %}once.{{ amount }}{{ ' + ' if not loop.last }}{% endfor %}) as decimal(18, 2)
    ) as arithmetic_residual
from once
left join {{ ref('int_orders') }} as orders
    on
        once.shop_id = orders.shop_id
        and once.order_id = orders.order_id
