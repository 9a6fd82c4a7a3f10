{{ config(materialized='view') }}
{#- What each completed return was about, by the reason given. -#}
select
    refunds.shop_id,
    refunds.order_id,
    refunds.return_order_id,
    refunds.seller_sku,
    refunds.return_reason,
    case
        when refunds.return_reason = '(none)' then 'other'
        else coalesce(reasons.reason_group, 'unmapped')
    end as reason_group,
    refunds.refund_amount,
    refunds.currency,
    refunds.units,
    refunds.returned_on,
    -- Until its order is paid a return is nobody's.
    greatest(refunds.returned_on, coalesce(refunds.counts_from_on, refunds.returned_on)) as known_on
from {{ ref('int_refunds') }} as refunds
left join {{ ref('return_reason_groups') }} as reasons
    on {{ fold('refunds.return_reason') }} = reasons.reason
