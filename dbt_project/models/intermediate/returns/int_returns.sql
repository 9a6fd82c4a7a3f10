{#-
  Every return line, refunded or not, with the sale that it gives back and what the warehouse
  received of it. Stamps only: what is known at a moment is for the marts to say.
-#}
with received as (

    select
        shop_id,
        return_order_id,
        order_id,
        line_sku_id,
        rma_id,
        warehouse_id,
        grade,
        disposition,
        sum(received_units) over (
            partition by shop_id, return_order_id, order_id, line_sku_id
        ) as received_units,
        min(received_at) over (
            partition by shop_id, return_order_id, order_id, line_sku_id
        ) as received_at,
        graded_at
    from {{ ref('int_returns_received') }}
    where return_order_id is not null and received_at is not null
    -- Of several arrivals the one that was looked at last names the grade.
    qualify row_number() over (
        partition by shop_id, return_order_id, order_id, line_sku_id
        order by graded_at desc nulls last, received_at desc nulls last, rma_id desc nulls last
    ) = 1

),

counted as (

    -- Refunds take the units of a line in the order of their dates; open requests get what is left.
    select
        *,
        case when status_state in ('rejected', 'cancelled') then 0 else return_quantity end as claimed_units,
        sum(case when status_state in ('rejected', 'cancelled') then 0 else return_quantity end) over (
            partition by shop_id, order_id, line_sku_id
            order by
                case when is_refunded then 0 else 1 end,
                returned_at nulls last,
                return_order_id nulls last,
                sku_id nulls last
            rows between unbounded preceding and current row
        ) as units_so_far
    from {{ ref('int_return_lines') }}

),

-- What is known of the sales, from tables that hold every order: their few rows first, then the joins.
own_orders as (

    select
        orders.order_key,
        orders.created_on,
        orders.counts_from_on,
        orders.cancelled_on,
        orders.is_rated
    from {{ ref('int_orders') }} as orders
    inner join (select distinct order_key from counted) as own
        on orders.order_key = own.order_key

),

own_warehouses as (

    select warehouses.order_key, warehouses.warehouse_id
    from {{ ref('int_order_warehouses') }} as warehouses
    inner join (select distinct order_key from counted) as own
        on warehouses.order_key = own.order_key

),

own_creators as (

    select creators.*
    from {{ ref('int_creators_by_line') }} as creators
    inner join (select distinct shop_id, order_id from counted) as own
        on
            creators.shop_id = own.shop_id
            and creators.order_id = own.order_id

),

own_parcels as (

    select
        parcels.shop_id,
        parcels.tracking_number,
        parcels.first_event_at,
        parcels.first_possession_at,
        parcels.delivered_at,
        parcels.delivered_on
    from {{ ref('int_parcels') }} as parcels
    inner join (select distinct shop_id, return_tracking_number from counted) as own
        on
            parcels.shop_id = own.shop_id
            and parcels.tracking_number = own.return_tracking_number

)

select
    counted.shop_id,
    counted.return_order_id,
    counted.order_id,
    counted.order_key,
    counted.sku_id,
    counted.line_sku_id,
    counted.seller_sku,
    -- Of a known line as it was sold, or its rate would have returns and no sale.
    case
        when counted.is_of_a_line then variations.variation
        else coalesce(variations.variation, counted.variation)
    end as variation,
    counted.product_name,
    skus.category,
    coalesce(counted.creator_handle, creators.creator_handle, '(none)') as creator_handle,
    counted.buyer_hash,
    creators.content_id,
    creators.content_type,
    coalesce(content_campaigns.campaign, creator_campaigns.campaign) as campaign,
    warehouses.warehouse_id,
    counted.return_type,
    counted.is_refund_only,
    coalesce(counted.return_reason, '(none)') as return_reason,
    case
        when counted.return_reason is null then 'other'
        else coalesce(reasons.reason_group, 'unmapped')
    end as reason_group,
    counted.return_status,
    counted.return_sub_status,
    counted.status_state,
    counted.dispute_status,
    counted.appeal_status,
    counted.compensation_status,
    counted.compensation_amount,
    counted.return_tracking_number,
    counted.requested_at,
    counted.requested_on,
    counted.refunded_at,
    counted.refunded_on,
    counted.returned_at,
    counted.returned_on,
    counted.is_refunded,
    -- What the number did before the request was another way, the one to the buyer.
    parcels.first_event_at as return_label_at,
    case when parcels.first_possession_at >= counted.requested_at then parcels.first_possession_at end
        as shipped_back_at,
    case when parcels.delivered_at >= counted.requested_at then parcels.delivered_at end
        as return_delivered_at,
    case when parcels.delivered_at >= counted.requested_at then parcels.delivered_on end
        as return_delivered_on,
    counted.return_quantity,
    counted.units_ordered,
    counted.is_of_a_line,
    -- Of an order that is in no export nothing is known that could cap it.
    cast(
        case
            when counted.units_ordered is null then counted.claimed_units
            else
                least(counted.units_so_far, counted.units_ordered)
                - least(counted.units_so_far - counted.claimed_units, counted.units_ordered)
        end as bigint
    ) as units,
    counted.refund_amount,
    counted.currency,
    -- Money of another currency is no part of any sum.
    case
        when coalesce(counted.currency, shops.currency) = shops.currency then counted.refund_amount
    end as shop_refund_amount,
    orders.created_on,
    orders.counts_from_on,
    orders.cancelled_on,
    orders.is_rated,
    received.rma_id,
    received.received_at,
    received.graded_at,
    received.grade,
    received.disposition,
    received.warehouse_id as received_warehouse_id,
    cast(received.received_units as bigint) as received_units
from counted
inner join {{ source('inputs', 'shops') }} as shops
    on counted.shop_id = shops.shop_id
left join own_orders as orders
    on counted.order_key = orders.order_key
left join own_warehouses as warehouses
    on counted.order_key = warehouses.order_key
left join own_creators as creators
    on
        counted.shop_id = creators.shop_id
        and counted.order_id = creators.order_id
        and counted.line_sku_id = creators.sku_id
left join {{ ref('int_variations') }} as variations
    on
        counted.shop_id = variations.shop_id
        and counted.line_sku_id = variations.sku_id
left join {{ ref('stg_reference__skus') }} as skus
    on
        counted.shop_id = skus.shop_id
        and counted.seller_sku = skus.seller_sku
left join {{ ref('int_campaigns') }} as content_campaigns
    on
        content_campaigns.matched_by = 'content'
        and counted.shop_id = content_campaigns.shop_id
        and creators.content_id = content_campaigns.content_id
left join {{ ref('int_campaigns') }} as creator_campaigns
    on
        creator_campaigns.matched_by = 'creator_and_sku'
        and counted.shop_id = creator_campaigns.shop_id
        and coalesce(counted.creator_handle, creators.creator_handle) = creator_campaigns.creator_handle
        and counted.seller_sku = creator_campaigns.seller_sku
        and orders.created_on >= creator_campaigns.from_on
        and orders.created_on < creator_campaigns.until_on
left join {{ ref('return_reason_groups') }} as reasons
    on {{ fold('counted.return_reason') }} = reasons.reason
left join own_parcels as parcels
    on
        counted.shop_id = parcels.shop_id
        and counted.return_tracking_number = parcels.tracking_number
left join received
    on
        counted.shop_id = received.shop_id
        and counted.return_order_id = received.return_order_id
        and counted.order_id = received.order_id
        and counted.line_sku_id = received.line_sku_id
