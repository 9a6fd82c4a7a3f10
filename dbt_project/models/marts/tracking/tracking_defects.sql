select
    as_of.shop_id,
    as_of.as_of_on,
    'rolling_30d' as window_name,
    changes.tracking_defect,
    cast(sum(changes.defective_packages) as bigint) as packages
from {{ source('inputs', 'as_of') }} as as_of
inner join {{ ref('int_tracking_changes') }} as changes
    on {{ in_last_30_days('changes') }}
where changes.tracking_defect is not null
group by as_of.shop_id, as_of.as_of_on, changes.tracking_defect
having sum(changes.defective_packages) > 0
