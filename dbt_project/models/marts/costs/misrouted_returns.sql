{#-
  Units that took another route than the one of their grade. Only what has a final disposition is
  judged: what waits for a decision, or whose disposition nobody knows, is not misrouted.
-#}
select
    shop_id,
    rma_id,
    seller_sku,
    return_order_id,
    order_id,
    warehouse_id,
    received_on,
    graded_on,
    grade,
    route,
    disposition,
    actual_route,
    is_above_grade,
    cast(units as bigint) as units,
    price,
    route_recovery,
    actual_recovery,
    cast(
        case when route_recovery > actual_recovery then route_recovery - actual_recovery else 0 end
        as decimal(18, 2)
    ) as lost_recovery,
    currency,
    is_assumed
from {{ ref('int_return_recoveries') }}
where actual_route <> route and units > 0
