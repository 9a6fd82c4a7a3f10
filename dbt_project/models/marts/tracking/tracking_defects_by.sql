with changes as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        changes.carrier,
        changes.warehouse,
        changes.label_source,
        changes.tracking_defect,
        sum(changes.packages) as packages,
        sum(changes.defective_packages) as defective_packages
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_tracking_segment_changes') }} as changes
        on {{ in_last_30_days('changes') }}
    group by
        as_of.shop_id,
        as_of.as_of_on,
        changes.carrier,
        changes.warehouse,
        changes.label_source,
        changes.tracking_defect

),

segments as (

    {% for dimension in ['carrier', 'warehouse', 'label_source'] -%}
    select
        shop_id,
        as_of_on,
        '{{ dimension }}' as dimension,
        {{ dimension }} as segment,
        tracking_defect,
        packages,
        defective_packages
    from changes
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

parts as (

    select
        shop_id,
        as_of_on,
        dimension,
        segment,
        tracking_defect,
        sum(defective_packages) as packages
    from segments
    where tracking_defect is not null
    group by shop_id, as_of_on, dimension, segment, tracking_defect

    union all

    -- What no test failed.
    select
        shop_id,
        as_of_on,
        dimension,
        segment,
        '(valid)' as tracking_defect,
        sum(packages) - sum(defective_packages) as packages
    from segments
    group by shop_id, as_of_on, dimension, segment

)

select
    shop_id,
    as_of_on,
    'rolling_30d' as window_name,
    dimension,
    segment,
    tracking_defect,
    cast(packages as bigint) as packages
from parts
where packages > 0
