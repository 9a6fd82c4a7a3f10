{#-
  What orders add to the three late dispatch rates: signed changes by the day in the window, and by
  the day from which they are known. The open overdue orders of `projected` belong to no window day.
-#}
with states as (

    select
        states.*,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse
    from {{ ref('int_order_states') }} as states
    left join {{ ref('int_order_warehouses') }} as origins
        on states.order_key = origins.order_key
    where states.is_rated and states.counts_from_on is not null

)

select * from ({{ dispatch_changes('states', ['shop_id', 'warehouse']) }}) as changes
