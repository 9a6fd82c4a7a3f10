select
    as_of.shop_id,
    as_of.as_of_on,
    'rolling_30d' as window_name,
    changes.cancel_by,
    changes.cancel_reason,
    changes.fault,
    changes.is_mapped,
    cast(sum(changes.cancelled_orders) as bigint) as orders
from {{ source('inputs', 'as_of') }} as as_of
inner join {{ ref('int_cancellation_changes') }} as changes
    on {{ in_last_30_days('changes') }}
where changes.fault is not null
group by
    as_of.shop_id,
    as_of.as_of_on,
    changes.cancel_by,
    changes.cancel_reason,
    changes.fault,
    changes.is_mapped
having sum(changes.cancelled_orders) > 0
