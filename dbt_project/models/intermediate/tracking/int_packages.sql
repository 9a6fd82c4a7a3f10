{#-
  One row a package, judged by its earliest created order that counts (ties by id), with every defect
  that does not depend on the day it is looked at.
-#}
with shared as (

    -- Few packages hold several orders: fingerprints find them, the keys themselves decide.
    select package_fingerprint
    from (
        select {{ row_fingerprint(['shop_id', 'package_key']) }} as package_fingerprint
        from {{ ref('int_order_package_scans') }}
    ) as fingerprints
    group by package_fingerprint
    having count(*) > 1

),

sharing as (

    select
        scans.order_key,
        scans.package_key,
        count(*) over (partition by scans.shop_id, scans.package_key) as order_count,
        row_number() over (
            partition by scans.shop_id, scans.package_key
            order by
                case when orders.counts_from_on is null then 1 else 0 end,
                orders.created_at nulls last,
                orders.order_id nulls last
        ) as place
    from {{ ref('int_order_package_scans') }} as scans
    inner join shared
        on {{ row_fingerprint(['scans.shop_id', 'scans.package_key']) }} = shared.package_fingerprint
    inner join {{ ref('int_orders') }} as orders
        on scans.order_key = orders.order_key

),

judged as (

    select
        scans.*,
        coalesce(sharing.order_count, 1) as order_count,
        orders.created_at as order_created_at,
        orders.created_on as order_created_on,
        orders.counts_from_on,
        orders.is_rated,
        orders.is_fbt,
        orders.is_platform_label,
        orders.cancelled_at,
        orders.cancelled_on,
        orders.rts_at,
        orders.rts_on,
        orders.shipped_at,
        orders.shipped_on,
        orders.zip3,
        orders.policy_market,
        orders.policy_version,
        order_scans.first_possession_at as order_first_possession_at
    from {{ ref('int_order_package_scans') }} as scans
    inner join {{ ref('int_orders') }} as orders
        on scans.order_key = orders.order_key
    inner join {{ ref('int_order_scans') }} as order_scans
        on scans.order_key = order_scans.order_key
    left join sharing
        on
            scans.order_key = sharing.order_key
            and scans.package_key = sharing.package_key
    where coalesce(sharing.place, 1) = 1

),

supported as (

    select
        supported.market,
        supported.carrier,
        min(supported.effective_from) as supported_from_on,
        max(carriers.spec_code) as spec_code
    from {{ ref('supported_carriers') }} as supported
    left join {{ ref('carriers') }} as carriers
        on supported.carrier = carriers.carrier
    group by supported.market, supported.carrier

),

-- Few combinations of specifications occur: whether one of them is a supported carrier's is looked
-- up once for each. Plain digits that fit a carrier by their length alone (`~`) are nobody else's.
supported_fits as (

    select distinct
        supported.market,
        fits.tracking_fits
    from (
        select distinct tracking_fits
        from {{ ref('int_order_packages') }}
        where tracking_fits <> ''
    ) as fits
    inner join supported
        on ',' || fits.tracking_fits || ',' like '%,' || supported.spec_code || ',%'

),

scan_deadlines as (

    select shop_id, day_on, scan_due_on
    from {{ ref('int_policy_days') }}

),

-- Where the platform does not say when a number reached it, the warehouse does.
uploads as (

    select
        shipments.order_key,
        shipments.tracking_number,
        min(shipments.tracking_uploaded_at) as uploaded_at,
        min(shipments.tracking_uploaded_on) as uploaded_on
    from {{ ref('int_shipments') }} as shipments
    inner join {{ ref('int_orders') }} as orders
        on shipments.order_key = orders.order_key
    where
        shipments.tracking_number is not null
        and shipments.tracking_uploaded_at is not null
        and orders.shipped_on is not null
        and coalesce(orders.rts_on > orders.shipped_on, true)
    group by shipments.order_key, shipments.tracking_number

),

timed as (

    select
        judged.*,
        uploads.uploaded_at,
        uploads.uploaded_on,
        -- Nobody can upload a number before its order is there.
        case
            when judged.dispatched_at is not null
                then {{ dbt.dateadd(
                    'hour', 'policies.upload_hours', 'greatest(judged.dispatched_at, judged.order_created_at)'
                ) }}
        end as upload_due_at
    from judged
    left join {{ ref('policy_versions') }} as policies
        on judged.policy_version = policies.policy_version
    left join uploads
        on
            judged.order_key = uploads.order_key
            and judged.tracking_number = uploads.tracking_number

)

select
    judged.shop_id,
    judged.package_key,
    judged.order_id,
    judged.order_key,
    judged.order_count,
    judged.tracking_number,
    judged.carrier_name,
    coalesce(judged.carrier, judged.carrier_name) as carrier,
    coalesce(judged.carrier, {{ fold('judged.carrier_name') }}) as feed_carrier,
    judged.carrier is not null as is_mapped_carrier,
    judged.order_created_at,
    judged.order_created_on,
    judged.counts_from_on,
    judged.is_rated and not judged.is_fbt and not judged.is_platform_label as is_rated_package,
    judged.is_fbt,
    judged.rts_at,
    judged.rts_on,
    judged.shipped_at,
    judged.shipped_on,
    judged.zip3,
    judged.policy_version,
    judged.first_event_at,
    judged.first_event_on,
    judged.first_possession_at,
    judged.first_possession_on,
    judged.delivered_at,
    judged.delivered_on,
    judged.has_scan_before_order,
    case when judged.delivered_zip3 <> judged.zip3 then judged.delivered_zip_on end as zip_mismatch_on,
    case
        when
            judged.cancelled_at is not null
            and (
                judged.order_first_possession_at is null
                or judged.order_first_possession_at > judged.cancelled_at
            )
            then judged.cancelled_on
    end as cancelled_unscanned_on,
    scan_deadlines.scan_due_on,
    -- The warehouse's word counts until the platform's own stamp is known, which is later and so late too.
    case
        when
            judged.uploaded_at > judged.upload_due_at
            and coalesce(judged.uploaded_on < judged.rts_on, true)
            then greatest(judged.uploaded_on, judged.dispatched_on)
        when judged.rts_at > judged.upload_due_at then greatest(judged.rts_on, judged.dispatched_on)
    end as late_upload_on,
    case
        when judged.tracking_number is null then 'missing_number'
        when supported.carrier is null then 'unsupported_carrier'
        when judged.spec_code is null or judged.spec_code = '' then null
        when ',' || replace(judged.tracking_fits, '~', '') || ',' like '%,' || judged.spec_code || ',%'
            then null
        when supported_fits.tracking_fits is not null then 'carrier_mismatch'
        else 'bad_format'
    end as number_defect
from timed as judged
left join supported
    on
        judged.policy_market = supported.market
        and judged.carrier = supported.carrier
        and judged.order_created_on >= supported.supported_from_on
left join supported_fits
    on
        judged.policy_market = supported_fits.market
        and judged.tracking_fits = supported_fits.tracking_fits
left join scan_deadlines
    on
        judged.shop_id = scan_deadlines.shop_id
        and coalesce(judged.rts_on, judged.shipped_on) = scan_deadlines.day_on
