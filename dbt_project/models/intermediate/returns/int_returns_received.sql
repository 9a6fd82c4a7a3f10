{#-
  What the warehouse received back, in the newest version of each row, and the return that it
  belongs to: by the platform's return id where the warehouse uses it as its own, else by order and
  SKU, the first arrival to the first request. Arrivals above the number of requests belong to the
  last one.
-#}
with newest as (

    select *
    from {{ ref('stg_third_party_logistics__returns_received') }}
    qualify row_number() over (
        partition by shop_id, rma_id, seller_sku
        order by
            (
                case when received_at is null then 0 else 1 end
                + case when graded_at is null then 0 else 1 end
            ) desc nulls last,
            greatest(received_at, graded_at) desc nulls last,
            content_fingerprint desc nulls last
    ) = 1

),

by_id as (

    select
        newest.shop_id,
        newest.rma_id,
        newest.seller_sku,
        lines.return_order_id,
        lines.order_id,
        lines.line_sku_id
    from newest
    inner join {{ ref('int_return_lines') }} as lines
        on
            newest.shop_id = lines.shop_id
            and newest.rma_id = lines.return_order_id
            and {{ fold('newest.seller_sku') }} = {{ fold('lines.seller_sku') }}
    qualify row_number() over (
        partition by newest.shop_id, newest.rma_id, newest.seller_sku
        order by lines.order_id nulls last, lines.line_sku_id nulls last
    ) = 1

),

numbered_arrivals as (

    select
        newest.shop_id,
        newest.rma_id,
        newest.seller_sku,
        newest.order_id,
        row_number() over (
            partition by newest.shop_id, newest.order_id, {{ fold('newest.seller_sku') }}
            order by newest.received_at nulls last, newest.rma_id nulls last, newest.seller_sku nulls last
        ) as arrival_number
    from newest
    left join by_id
        on
            newest.shop_id = by_id.shop_id
            and newest.rma_id = by_id.rma_id
            and newest.seller_sku = by_id.seller_sku
    where newest.order_id is not null and by_id.rma_id is null

),

numbered_requests as (

    -- Nothing is sent back for a refund without a return, nor after the buyer has changed his mind.
    select
        lines.shop_id,
        lines.order_id,
        lines.return_order_id,
        lines.line_sku_id,
        {{ fold('lines.seller_sku') }} as folded_sku,
        row_number() over (
            partition by lines.shop_id, lines.order_id, {{ fold('lines.seller_sku') }}
            order by
                case when lines.is_refund_only or lines.status_state = 'cancelled' then 1 else 0 end,
                lines.requested_at nulls last,
                lines.return_order_id nulls last,
                lines.line_sku_id nulls last
        ) as request_number,
        count(*) over (
            partition by lines.shop_id, lines.order_id, {{ fold('lines.seller_sku') }}
        ) as requests
    from {{ ref('int_return_lines') }} as lines
    inner join (select distinct shop_id, order_id from numbered_arrivals) as arrived_orders
        on
            lines.shop_id = arrived_orders.shop_id
            and lines.order_id = arrived_orders.order_id
    left join by_id
        on
            lines.shop_id = by_id.shop_id
            and lines.return_order_id = by_id.return_order_id
            and lines.order_id = by_id.order_id
            and lines.line_sku_id = by_id.line_sku_id
    where by_id.rma_id is null

),

by_order as (

    select
        arrivals.shop_id,
        arrivals.rma_id,
        arrivals.seller_sku,
        requests.return_order_id,
        requests.order_id,
        requests.line_sku_id
    from numbered_arrivals as arrivals
    inner join numbered_requests as requests
        on
            arrivals.shop_id = requests.shop_id
            and arrivals.order_id = requests.order_id
            and {{ fold('arrivals.seller_sku') }} = requests.folded_sku
            and (
                arrivals.arrival_number = requests.request_number
                or (
                    requests.request_number = requests.requests
                    and arrivals.arrival_number > requests.requests
                )
            )

),

pairs as (

    select *, 'rma_id' as matched_by from by_id
    union all
    select *, 'order_and_sku' as matched_by from by_order

)

select
    newest.shop_id,
    newest.rma_id,
    newest.seller_sku,
    coalesce(pairs.order_id, newest.order_id) as order_id,
    pairs.return_order_id,
    pairs.line_sku_id,
    pairs.matched_by,
    newest.warehouse_id,
    newest.grade,
    newest.disposition,
    cast(newest.quantity as bigint) as received_units,
    newest.received_at,
    newest.received_on,
    -- A grade without a time of its own counts from the arrival.
    coalesce(
        newest.graded_at, case when newest.grade is not null then newest.received_at end
    ) as graded_at,
    coalesce(
        newest.graded_on, case when newest.grade is not null then newest.received_on end
    ) as graded_on
from newest
left join pairs
    on
        newest.shop_id = pairs.shop_id
        and newest.rma_id = pairs.rma_id
        and newest.seller_sku = pairs.seller_sku
