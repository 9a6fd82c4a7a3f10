select
    as_of.shop_id,
    as_of.as_of_on,
    'rolling_30d' as window_name,
    changes.warehouse,
    cast(sum(changes.late_orders) as bigint) as numerator,
    cast(sum(changes.orders) as bigint) as denominator,
    {{ ratio('sum(changes.late_orders)', 'sum(changes.orders)') }} as value
from {{ source('inputs', 'as_of') }} as as_of
inner join {{ ref('int_dispatch_changes') }} as changes
    on {{ in_last_30_days('changes') }}
where changes.part = 'dispatched'
group by as_of.shop_id, as_of.as_of_on, changes.warehouse
having sum(changes.orders) > 0
