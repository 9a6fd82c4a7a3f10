{#-
  The newest version of every return line, refunded or not, and the order's line that it gives back.
-#}
with newest as (

    select
        returns.*,
        coalesce(statuses.is_refunded, false) as has_refunded_status,
        coalesce(statuses.state, 'requested') as status_state
    from {{ ref('stg_seller_center__returns') }} as returns
    left join {{ ref('return_statuses') }} as statuses
        on returns.return_status = statuses.status
    qualify row_number() over (
        partition by
            returns.shop_id,
            returns.return_order_id,
            returns.order_id,
            coalesce(returns.sku_id, returns.seller_sku, '')
        order by
            (
                case when returns.requested_at is null then 0 else 1 end
                + case when returns.refunded_at is null then 0 else 1 end
            ) desc nulls last,
            greatest(returns.requested_at, returns.refunded_at) desc nulls last,
            coalesce(statuses.rank, -1) desc nulls last,
            -- Claims and tracking have no stamp: the row that says more of them is the later one.
            (
                case when returns.return_tracking_number is null then 0 else 1 end
                + case when returns.dispute_status is null then 0 else 1 end
                + case when returns.appeal_status is null then 0 else 1 end
                + case when returns.compensation_status is null then 0 else 1 end
                + case when returns.compensation_amount is null then 0 else 1 end
            ) desc nulls last,
            returns.compensation_amount desc nulls last,
            returns.content_fingerprint desc nulls last,
            returns.buyer_hash nulls last
    ) = 1

),

items as (

    select items.*
    from {{ ref('int_order_items') }} as items
    inner join (select distinct shop_id, order_id from newest) as returned_orders
        on
            items.shop_id = returned_orders.shop_id
            and items.order_id = returned_orders.order_id

),

items_by_seller_sku as (

    select shop_id, order_id, seller_sku, min(sku_id) as sku_id
    from items
    group by shop_id, order_id, seller_sku

),

order_keys as (

    select shop_id, order_id, min(order_key) as order_key
    from items
    group by shop_id, order_id

),

matched as (

    -- By SKU id; by the seller's SKU where the export leaves the id out.
    select
        newest.*,
        coalesce(own.sku_id, other.sku_id, newest.sku_id, '') as line_sku_id
    from newest
    left join items as own
        on
            newest.shop_id = own.shop_id
            and newest.order_id = own.order_id
            and newest.sku_id = own.sku_id
    left join items_by_seller_sku as other
        on
            newest.shop_id = other.shop_id
            and newest.order_id = other.order_id
            and newest.seller_sku = other.seller_sku

)

select
    matched.shop_id,
    matched.return_order_id,
    matched.order_id,
    order_keys.order_key,
    matched.sku_id,
    matched.line_sku_id,
    coalesce(items.seller_sku, matched.seller_sku, matched.sku_id, '(none)') as seller_sku,
    matched.variation,
    case when items.units is not null then items.product_name else matched.product_name end as product_name,
    items.creator_handle,
    matched.buyer_hash,
    matched.return_type,
    coalesce(types.is_refund_only, false) as is_refund_only,
    matched.return_reason,
    matched.return_status,
    matched.return_sub_status,
    matched.status_state,
    matched.dispute_status,
    matched.appeal_status,
    matched.compensation_status,
    matched.compensation_amount,
    matched.return_tracking_number,
    cast(matched.return_quantity as bigint) as return_quantity,
    matched.refund_amount,
    matched.currency,
    matched.requested_at,
    matched.requested_on,
    matched.refunded_at,
    matched.refunded_on,
    items.units as units_ordered,
    items.units is not null as is_of_a_line,
    matched.has_refunded_status
    and coalesce(matched.refunded_on, matched.requested_on) is not null as is_refunded,
    coalesce(matched.refunded_at, matched.requested_at) as returned_at,
    coalesce(matched.refunded_on, matched.requested_on) as returned_on
from matched
left join items
    on
        matched.shop_id = items.shop_id
        and matched.order_id = items.order_id
        and matched.line_sku_id = items.sku_id
left join order_keys
    on
        matched.shop_id = order_keys.shop_id
        and matched.order_id = order_keys.order_id
left join {{ ref('return_types') }} as types
    on {{ fold('matched.return_type') }} = types.return_type
