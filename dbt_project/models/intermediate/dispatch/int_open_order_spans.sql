{#-
  The orders that wait for their dispatch day: how many, due on which day, from which day and until
  which they were open. Overdue orders are in `int_dispatch_changes`; here a span ends with the due day.
-#}
with waiting as (

    select
        shop_id,
        dispatch_due_on as due_on,
        greatest(counts_from_on, valid_from_on) as from_on,
        least(dispatched_on, cancelled_on, valid_to_on, dispatch_due_on) as to_on
    from {{ ref('int_order_states') }}
    where is_rated and not is_fbt and counts_from_on is not null and dispatch_due_on is not null

)

select
    shop_id,
    due_on,
    from_on,
    to_on,
    cast(count(*) as bigint) as orders
from waiting
where from_on < to_on
group by shop_id, due_on, from_on, to_on
