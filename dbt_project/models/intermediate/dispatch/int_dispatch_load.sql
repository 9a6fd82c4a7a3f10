{{ config(materialized='view') }}
{#-
  How much has to be dispatched by each coming due day, and how many business days are left for it.
  The day that the moment falls on counts whole; a due day is never nearer than one.
-#}
with due as (

    select
        shop_id,
        dispatch_due_on,
        count(*) as orders
    from {{ ref('int_open_orders') }}
    where dispatch_due_at is not null and bucket <> 'overdue'
    group by shop_id, dispatch_due_on

)

select
    due.shop_id,
    due.dispatch_due_on as due_on,
    cast(due.orders as bigint) as orders_due,
    cast(
        sum(due.orders) over (
            partition by due.shop_id
            order by due.dispatch_due_on nulls last
            rows between unbounded preceding and current row
        ) as bigint
    ) as orders_due_by_then,
    cast(
        case
            when days.business_day_index - moments.business_days_before > 1
                then days.business_day_index - moments.business_days_before
            else 1
        end as bigint
    ) as dispatch_days
from due
inner join {{ ref('int_moments') }} as moments
    on due.shop_id = moments.shop_id
inner join {{ ref('int_policy_days') }} as days
    on
        due.shop_id = days.shop_id
        and due.dispatch_due_on = days.day_on
