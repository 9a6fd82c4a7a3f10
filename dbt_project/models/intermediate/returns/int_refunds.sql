{#-
  Completed returns with the units that they really take back: the newest version of each, dated by
  its refund (else its request), and never more units of a line than were ordered.
-#}
with newest as (

    select returns.*
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
            returns.content_fingerprint desc nulls last
    ) = 1

),

refunded as (

    select
        newest.*,
        coalesce(newest.refunded_at, newest.requested_at) as returned_at,
        coalesce(newest.refunded_on, newest.requested_on) as returned_on
    from newest
    inner join {{ ref('return_statuses') }} as statuses
        on
            newest.return_status = statuses.status
            and statuses.is_refunded
    where coalesce(newest.refunded_on, newest.requested_on) is not null

),

items as (

    select items.*
    from {{ ref('int_order_items') }} as items
    inner join (select distinct shop_id, order_id from refunded) as returned_orders
        on
            items.shop_id = returned_orders.shop_id
            and items.order_id = returned_orders.order_id

),

items_by_seller_sku as (

    select shop_id, order_id, seller_sku, min(sku_id) as sku_id
    from items
    group by shop_id, order_id, seller_sku

),

matched as (

    -- By SKU id; by the seller's SKU where the export leaves the id out.
    select
        refunded.*,
        coalesce(own.sku_id, other.sku_id, refunded.sku_id, '') as line_sku_id
    from refunded
    left join items as own
        on
            refunded.shop_id = own.shop_id
            and refunded.order_id = own.order_id
            and refunded.sku_id = own.sku_id
    left join items_by_seller_sku as other
        on
            refunded.shop_id = other.shop_id
            and refunded.order_id = other.order_id
            and refunded.seller_sku = other.seller_sku

),

joined as (

    select
        matched.shop_id,
        matched.order_id,
        matched.return_order_id,
        coalesce(items.seller_sku, matched.seller_sku, matched.sku_id, '(none)') as seller_sku,
        coalesce(items.product_name, matched.product_name) as product_name,
        coalesce(items.creator_handle, creators.creator_handle, '(none)') as creator_handle,
        matched.return_reason,
        matched.refund_amount,
        matched.currency,
        matched.returned_on,
        matched.return_quantity,
        items.units,
        items.order_key,
        sum(matched.return_quantity) over (
            partition by matched.shop_id, matched.order_id, matched.line_sku_id
            order by matched.returned_at nulls last, matched.return_order_id nulls last
            rows between unbounded preceding and current row
        ) as units_so_far
    from matched
    left join items
        on
            matched.shop_id = items.shop_id
            and matched.order_id = items.order_id
            and matched.line_sku_id = items.sku_id
    left join {{ ref('int_creators_by_line') }} as creators
        on
            matched.shop_id = creators.shop_id
            and matched.order_id = creators.order_id
            and matched.line_sku_id = creators.sku_id

)

select
    joined.shop_id,
    joined.order_id,
    joined.return_order_id,
    joined.seller_sku,
    joined.product_name,
    joined.creator_handle,
    coalesce(joined.return_reason, '(none)') as return_reason,
    joined.refund_amount,
    joined.currency,
    joined.returned_on,
    joined.units is not null as is_of_a_line,
    -- Of an order that is in no export nothing is known that could cap it.
    cast(
        case
            when joined.units is null then joined.return_quantity
            else
                least(joined.units_so_far, joined.units)
                - least(joined.units_so_far - joined.return_quantity, joined.units)
        end as bigint
    ) as units,
    orders.created_on,
    orders.cancelled_on,
    orders.counts_from_on
from joined
left join {{ ref('int_orders') }} as orders
    on
        joined.shop_id = orders.shop_id
        and joined.order_id = orders.order_id
where
    orders.order_id is null
    or (orders.is_rated and orders.counts_from_on is not null)
