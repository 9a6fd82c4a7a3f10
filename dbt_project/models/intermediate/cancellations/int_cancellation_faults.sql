{#- Who is at fault for a cancellation, by the platform's words and, beside it, by the evidence. -#}
with cancelled as (

    select
        shop_id,
        order_id,
        order_key,
        cancel_by,
        cancel_actor,
        cancel_reason,
        cancelled_at,
        dispatch_due_at,
        shipped_at
    from {{ ref('int_orders') }}
    where cancelled_at is not null

),

reasons as (

    select reason, actor, max(fault) as fault, max(reason_group) as reason_group
    from {{ ref('cancel_reasons') }}
    group by reason, actor

),

mapped as (

    select
        cancelled.*,
        coalesce(own.fault, anyone.fault) as reason_fault,
        coalesce(own.reason_group, anyone.reason_group) as reason_group
    from cancelled
    left join reasons as own
        on
            {{ fold('cancelled.cancel_reason') }} = own.reason
            and cancelled.cancel_actor = own.actor
    left join reasons as anyone
        on
            {{ fold('cancelled.cancel_reason') }} = anyone.reason
            and anyone.actor = 'any'

),

out_of_stock as (

    -- The stock as last counted before the cancellation: none of a SKU anywhere is evidence.
    select mapped.order_key
    from mapped
    inner join {{ ref('int_order_items') }} as items
        on mapped.order_key = items.order_key
    inner join {{ ref('int_stock_counts') }} as counts
        on
            items.shop_id = counts.shop_id
            and items.seller_sku = counts.seller_sku
            and mapped.cancelled_at >= counts.snapshot_at
            and mapped.cancelled_at < counts.next_snapshot_at
    where counts.available <= 0
    group by mapped.order_key

),

judged as (

    select
        mapped.*,
        case
            when cancel_actor = 'buyer' then case when reason_fault = 'seller' then 'seller' else 'buyer' end
            when cancel_actor in ('seller', 'system') then coalesce(reason_fault, 'unknown')
            else 'unknown'
        end as platform_fault,
        cancel_actor = 'buyer' or (cancel_actor in ('seller', 'system') and reason_fault is not null)
            as is_mapped
    from mapped

)

select
    judged.shop_id,
    judged.order_id,
    judged.order_key,
    judged.cancel_by,
    judged.cancel_actor,
    judged.cancel_reason,
    judged.reason_group,
    judged.platform_fault,
    judged.is_mapped,
    case
        when out_of_stock.order_key is not null then 'seller'
        when judged.shipped_at is null and judged.cancelled_at > judged.dispatch_due_at then 'seller'
        else judged.platform_fault
    end as inferred_fault
from judged
left join out_of_stock
    on judged.order_key = out_of_stock.order_key
