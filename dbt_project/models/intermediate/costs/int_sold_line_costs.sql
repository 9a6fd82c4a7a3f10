{{ config(materialized='view') }}
{#-
  The sales of the last 90 days as they stand at the end of the shop's current day: paid, not
  cancelled, with the commission that is settled by then, else the expected one.
-#}
select
    lines.shop_id,
    lines.order_id,
    lines.order_key,
    lines.sku_id,
    lines.seller_sku,
    lines.creator_handle,
    lines.created_on,
    lines.created_on >= {{ add_days('now.as_of_on', -29) }} as is_of_30_days,
    lines.is_first_item,
    lines.units,
    lines.paid_by_buyer as sales,
    lines.platform_discount,
    lines.shipping_paid,
    lines.unit_cost,
    lines.outbound_shipping,
    lines.pick_pack,
    lines.referral_fee,
    case
        when lines.commission_settled_at < now.ends_at then lines.settled_commission
        else lines.est_commission
    end as affiliate_commission,
    lines.unit_cost_is_assumed,
    lines.outbound_shipping_is_assumed,
    lines.pick_pack_is_assumed,
    lines.referral_fee_is_assumed,
    lines.currency
from {{ ref('int_order_line_costs') }} as lines
inner join {{ ref('int_current_days') }} as now
    on
        lines.shop_id = now.shop_id
        and lines.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
        and lines.counts_from_on <= now.as_of_on
        and (lines.cancelled_on is null or lines.cancelled_on > now.as_of_on)
