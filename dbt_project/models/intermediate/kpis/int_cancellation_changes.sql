{#-
  What orders add to the seller-fault cancellation rate, by creation day and by the day it is known:
  confirmed orders (no fault named) and, of those, the cancelled ones by fault and reason.
-#}
with orders as (

    select
        orders.shop_id,
        orders.created_on,
        orders.counts_from_on,
        orders.cancelled_on,
        orders.is_unconfirmed,
        orders.is_fbt,
        faults.platform_fault,
        faults.reason_group,
        coalesce(faults.cancel_by, '(none)') as cancel_by,
        coalesce(faults.cancel_reason, '(none)') as cancel_reason,
        faults.is_mapped
    from {{ ref('int_orders') }} as orders
    left join {{ ref('int_cancellation_faults') }} as faults
        on orders.order_key = faults.order_key
    where orders.is_rated and orders.counts_from_on is not null

)

select
    shop_id,
    created_on as window_on,
    counts_from_on as known_on,
    cast(null as {{ dbt.type_string() }}) as fault,
    cast(null as {{ dbt.type_string() }}) as cancel_by,
    cast(null as {{ dbt.type_string() }}) as cancel_reason,
    cast(null as boolean) as is_mapped,
    cast(count(*) as bigint) as confirmed_orders,
    cast(0 as bigint) as cancelled_orders,
    cast(0 as bigint) as seller_fault_orders,
    cast(0 as bigint) as out_of_stock_orders
from orders
group by shop_id, created_on, counts_from_on

union all

-- A buyer who cancels within the free minutes takes the order out again.
select
    shop_id,
    created_on as window_on,
    greatest(cancelled_on, counts_from_on) as known_on,
    case when not is_unconfirmed then platform_fault end as fault,
    case when not is_unconfirmed then cancel_by end as cancel_by,
    case when not is_unconfirmed then cancel_reason end as cancel_reason,
    case when not is_unconfirmed then is_mapped end as is_mapped,
    cast(-sum(case when is_unconfirmed then 1 else 0 end) as bigint) as confirmed_orders,
    cast(sum(case when is_unconfirmed then 0 else 1 end) as bigint) as cancelled_orders,
    cast(
        sum(case when not is_unconfirmed and not is_fbt and platform_fault = 'seller' then 1 else 0 end)
        as bigint
    ) as seller_fault_orders,
    cast(
        sum(
            case
                when
                    not is_unconfirmed
                    and not is_fbt
                    and platform_fault = 'seller'
                    and reason_group = 'out_of_stock'
                    then 1
                else 0
            end
        ) as bigint
    ) as out_of_stock_orders
from orders
where cancelled_on is not null
group by 1, 2, 3, 4, 5, 6, 7
