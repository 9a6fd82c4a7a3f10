{#-
  Signs that what arrived is not what was ordered, from completed returns and from tickets: what they
  point to, the order they are about (a ticket without an order stands for itself), and when.
-#}
with signs as (

    select
        shop_id,
        'order:' || order_id as subject_key,
        known_on,
        case
            when reason_group in ('condition', 'not_as_described', 'packaging') then 'quality_control'
            when reason_group in ('wrong_variant', 'missing_parts') then 'sku_confirmation'
        end as hypothesis
    from {{ ref('int_refund_reasons') }}

    union all

    select
        shop_id,
        coalesce('order:' || order_id, 'ticket:' || ticket_id) as subject_key,
        created_on as known_on,
        case
            when topic in ('damaged', 'not_as_described') then 'quality_control'
            when topic = 'wrong_item' then 'sku_confirmation'
        end as hypothesis
    from {{ ref('stg_reference__support_tickets') }}

)

select
    shop_id,
    subject_key,
    hypothesis,
    min(known_on) as known_on,
    row_number() over (
        partition by shop_id, subject_key
        order by min(known_on) nulls last, hypothesis nulls last
    ) = 1 as is_first_sign
from signs
where hypothesis is not null
group by shop_id, subject_key, hypothesis
