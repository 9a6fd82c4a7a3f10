{#-
  A package counts on its `RTS Time` day until its `Shipped Time` is known, then on that day. One row
  a package and such phase, valid over [from_on, to_on), with the days on which scans make it invalid.
-#}
with packages as (

    select
        packages.*,
        feeds.feed_first_event_at,
        carrier_feeds.carrier_first_event_on
    from {{ ref('int_packages') }} as packages
    left join (
        select distinct shop_id, feed_first_event_at
        from {{ ref('int_tracking_feeds') }}
    ) as feeds
        on packages.shop_id = feeds.shop_id
    left join {{ ref('int_tracking_feeds') }} as carrier_feeds
        on
            packages.shop_id = carrier_feeds.shop_id
            and packages.feed_carrier = carrier_feeds.carrier

),

phases as (

    select
        *,
        rts_at as sent_at,
        rts_on as sent_on,
        rts_on as phase_from_on,
        shipped_on as phase_to_on
    from packages
    where rts_on is not null and (shipped_on is null or rts_on < shipped_on)

    union all

    select
        *,
        shipped_at as sent_at,
        shipped_on as sent_on,
        shipped_on as phase_from_on,
        cast(null as date) as phase_to_on
    from packages
    where shipped_on is not null

),

judged as (

    select
        phases.*,
        -- The feed can only be held against a package that it could have seen.
        case
            when sent_at >= feed_first_event_at and carrier_first_event_on is not null
                then greatest(carrier_first_event_on, phase_from_on)
        end as scans_judged_from_on
    from phases

)

select
    shop_id,
    package_key,
    sent_on as window_on,
    phase_from_on,
    phase_to_on,
    is_rated_package,
    number_defect,
    greatest(phase_from_on, counts_from_on) as from_on,
    least(phase_to_on, cancelled_unscanned_on) as to_on,
    counts_from_on,
    scans_judged_from_on,
    -- From when to when there should be a scan and is none; null where that never happens.
    case
        when
            scans_judged_from_on is not null
            and (
                first_possession_on is null
                or first_possession_on > greatest(scan_due_on, scans_judged_from_on)
            )
            then greatest(scan_due_on, scans_judged_from_on)
    end as unscanned_from_on,
    first_possession_on as unscanned_to_on,
    -- From when the number is known to have been uploaded late.
    case
        when scans_judged_from_on is not null and late_upload_on is not null
            then greatest(late_upload_on, scans_judged_from_on)
    end as late_upload_from_on,
    -- From when another test of the scans fails, and which comes first.
    case
        when has_scan_before_order then scans_judged_from_on
        when scans_judged_from_on is not null and zip_mismatch_on is not null
            then greatest(zip_mismatch_on, scans_judged_from_on)
    end as misplaced_from_on,
    case when has_scan_before_order then 'scan_before_order' else 'zip_mismatch' end as misplaced_defect
from judged
