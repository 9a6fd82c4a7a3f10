{#-
  What packages add to the valid tracking rate, by shipping day and by the day it is known: packages
  (no defect named) and, of those, the defective ones by their defect.
-#}
with phases as (

    select *
    from {{ ref('int_package_phases') }}
    where is_rated_package and counts_from_on is not null and (to_on is null or from_on < to_on)

),

counted as (

    select
        shop_id,
        window_on,
        from_on,
        to_on,
        cast(null as {{ dbt.type_string() }}) as tracking_defect,
        1 as packages,
        0 as defective
    from phases

    union all

    select shop_id, window_on, from_on, to_on, number_defect as tracking_defect, 0 as packages, 1 as defective
    from phases
    where number_defect is not null

    union all

    -- Days on which a scan is missing from a number that is good in itself.
    select
        shop_id,
        window_on,
        greatest(from_on, unscanned_from_on) as from_on,
        least(to_on, unscanned_to_on) as to_on,
        'no_scan' as tracking_defect,
        0 as packages,
        1 as defective
    from phases
    where number_defect is null and unscanned_from_on is not null

    union all

    -- Days on which its scans are in the wrong place, or before the order …
    select
        shop_id,
        window_on,
        greatest(from_on, misplaced_from_on) as from_on,
        to_on,
        misplaced_defect as tracking_defect,
        0 as packages,
        1 as defective
    from phases
    where number_defect is null and misplaced_from_on is not null

    union all

    -- … unless the missing scan is the first test that it fails.
    select
        shop_id,
        window_on,
        greatest(from_on, misplaced_from_on, unscanned_from_on) as from_on,
        least(to_on, unscanned_to_on) as to_on,
        misplaced_defect as tracking_defect,
        0 as packages,
        -1 as defective
    from phases
    where number_defect is null and misplaced_from_on is not null and unscanned_from_on is not null

),

held as (

    select * from counted where to_on is null or from_on < to_on

)

select
    shop_id,
    window_on,
    from_on as known_on,
    tracking_defect,
    cast(sum(packages) as bigint) as packages,
    cast(sum(defective) as bigint) as defective_packages
from held
group by shop_id, window_on, from_on, tracking_defect

union all

select
    shop_id,
    window_on,
    to_on as known_on,
    tracking_defect,
    cast(-sum(packages) as bigint) as packages,
    cast(-sum(defective) as bigint) as defective_packages
from held
where to_on is not null
group by shop_id, window_on, to_on, tracking_defect
