with packages as (

    select
        packages.*,
        now.as_of_on,
        phases.window_on,
        phases.from_on,
        phases.to_on,
        coalesce(phases.scans_judged_from_on <= now.as_of_on, false) as is_scan_judged,
        coalesce(packages.first_possession_on <= now.as_of_on, false) as is_scanned
    from {{ ref('int_packages') }} as packages
    inner join {{ ref('int_current_days') }} as now
        on packages.shop_id = now.shop_id
    inner join {{ ref('int_package_phases') }} as phases
        on
            packages.shop_id = phases.shop_id
            and packages.package_key = phases.package_key
            and phases.phase_from_on <= now.as_of_on
            and (phases.phase_to_on is null or phases.phase_to_on > now.as_of_on)

),

judged as (

    select
        packages.*,
        case
            when number_defect is not null then number_defect
            when not is_scan_judged then null
            when not is_scanned and scan_due_on <= as_of_on then 'no_scan'
            when late_upload_on <= as_of_on then 'late_upload'
            when has_scan_before_order then 'scan_before_order'
            when zip_mismatch_on <= as_of_on then 'zip_mismatch'
        end as tracking_defect
    from packages

)

select
    shop_id,
    package_key,
    order_id,
    order_count,
    tracking_number,
    carrier,
    carrier_name,
    order_created_at,
    case when rts_on <= as_of_on then rts_at end as rts_at,
    case when shipped_on <= as_of_on then shipped_at end as shipped_at,
    window_on as shipped_on,
    case when is_scanned then first_possession_at end as first_acceptance_scan_at,
    case when delivered_on <= as_of_on then delivered_at end as delivered_at,
    tracking_defect is null as is_valid_tracking,
    is_scan_judged,
    tracking_defect,
    coalesce(
        is_rated_package
        and from_on <= as_of_on
        and (to_on is null or to_on > as_of_on),
        false
    ) as is_in_rate,
    policy_version
from judged
