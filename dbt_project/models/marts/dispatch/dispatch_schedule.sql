{#- The open orders by the day that they are due, and how far the known capacity reaches. -#}
select
    load.shop_id,
    load.due_on,
    load.orders_due,
    load.orders_due_by_then,
    load.dispatch_days,
    rates.daily_capacity,
    rates.daily_capacity * load.dispatch_days as capacity_by_then,
    case
        when load.orders_due_by_then > rates.daily_capacity * load.dispatch_days
            then load.orders_due_by_then - rates.daily_capacity * load.dispatch_days
        when rates.daily_capacity is not null then 0
    end as late_at_capacity
from {{ ref('int_dispatch_load') }} as load
left join {{ ref('int_dispatch_rates') }} as rates
    on load.shop_id = rates.shop_id
