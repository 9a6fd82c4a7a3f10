{#- The creator and content that the affiliate export credits for an order's SKU: its newest line. -#}
select
    shop_id,
    order_id,
    coalesce(sku_id, '') as sku_id,
    creator_handle,
    content_id,
    content_type,
    est_commission_amount,
    actual_commission_amount,
    commission_paid_at,
    commission_paid_on
from {{ ref('stg_seller_center__affiliate_lines') }}
where creator_handle is not null
qualify row_number() over (
    partition by shop_id, order_id, coalesce(sku_id, '')
    order by
        (
            case when created_at is null then 0 else 1 end
            + case when paid_at is null then 0 else 1 end
            + case when delivered_at is null then 0 else 1 end
            + case when commission_paid_at is null then 0 else 1 end
        ) desc nulls last,
        greatest(created_at, paid_at, delivered_at, commission_paid_at) desc nulls last,
        order_status desc nulls last,
        content_fingerprint desc nulls last
) = 1
