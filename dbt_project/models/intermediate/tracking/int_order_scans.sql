{#-
  What the scans say of an order as a whole: from which day the feed knows any of its packages, and
  when its last package was scanned and delivered (null while one is missing).
-#}
select
    order_key,
    min(coalesce(carrier, carrier_name)) as carrier,
    min(carrier_name) as carrier_name,
    min(tracking_number) as tracking_number,
    min(first_event_at) as known_from_at,
    min(first_event_on) as known_from_on,
    min(first_possession_at) as first_possession_at,
    case when count(*) = count(dispatched_at) then max(dispatched_at) end as dispatched_at,
    case when count(*) = count(dispatched_at) then max(dispatched_on) end as dispatched_on,
    case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at,
    case when count(*) = count(delivered_at) then max(delivered_on) end as delivered_on
from {{ ref('int_order_package_scans') }}
group by order_key
