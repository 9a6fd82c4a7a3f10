{{ config(materialized='view') }}
{#- What each completed return was about, and from which day on it counts. -#}
select
    shop_id,
    order_id,
    return_order_id,
    seller_sku,
    return_reason,
    reason_group,
    refund_amount,
    currency,
    units,
    returned_on,
    -- Until its order is paid a return is nobody's.
    greatest(returned_on, coalesce(counts_from_on, returned_on)) as known_on
from {{ ref('int_refunds') }}
