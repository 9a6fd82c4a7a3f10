{{ config(materialized='view') }}
{#-
  Completed returns of rated orders with the units that they really take back, dated by the refund
  (else the request). A return of an order that is in no export counts, too.
-#}
select
    shop_id,
    order_id,
    order_key,
    return_order_id,
    seller_sku,
    variation,
    product_name,
    category,
    creator_handle,
    content_id,
    content_type,
    campaign,
    warehouse_id,
    return_reason,
    reason_group,
    shop_refund_amount as refund_amount,
    currency,
    returned_on,
    is_of_a_line,
    units,
    created_on,
    cancelled_on,
    counts_from_on
from {{ ref('int_returns') }}
where
    is_refunded
    and (is_rated is null or (is_rated and counts_from_on is not null))
