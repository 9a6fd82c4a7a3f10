with first_orders as (

    select shop_id, min(created_at) as created_at
    from {{ ref('int_orders') }}
    group by shop_id

),

unmatched as (

    select
        rows.*,
        case
            when rows.order_created_on is not null then 'other_currency'
            when rows.order_id <> rows.reference_id then 'adjustment_of_unknown_order'
            when rows.adjustment_amount <> 0 and rows.sales_amount = 0 and rows.refund_amount = 0
                then 'adjustment_without_order'
            when rows.order_created_at < first_orders.created_at then 'order_before_the_exports'
            else 'order_in_no_export'
        end as reason
    from {{ ref('int_settlement_rows') }} as rows
    inner join {{ ref('int_current_days') }} as now
        on
            rows.shop_id = now.shop_id
            and rows.settled_at < now.ends_at
    left join first_orders
        on rows.shop_id = first_orders.shop_id
    where rows.order_key is null

)

select
    shop_id,
    reference_id,
    transaction_type,
    settled_on,
    currency,
    reason,
    min(order_id) as order_id,
    min(adjustment_reason) as adjustment_reason,
    cast(count(*) as bigint) as statement_rows,
    cast(sum(settlement_amount) as decimal(18, 2)) as settlement_amount
from unmatched
group by shop_id, reference_id, transaction_type, settled_on, currency, reason
