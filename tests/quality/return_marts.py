"""The marts of returns, in order: two refunds of one line, one open request, three dimensions."""

from __future__ import annotations

RETURN_MARTS = (
    """
create table marts.returns as
select s.shop_id, r.return_order_id, '576460000000000001' as order_id, '1' as sku_id,
    '1' as line_sku_id, 'MUG' as seller_sku, r.state, timestamp '{as_of} 12:00:00' as requested_at,
    r.due_kind, case when r.due_kind = 'respond' then timestamp '{as_of} 23:00:00' end as due_at,
    r.due_kind is not null as is_near_due, false as is_past_due, null::timestamp as received_at,
    null::timestamp as graded_at, r.triage_state, 3::bigint as units_ordered,
    1::bigint as units, 10.00::decimal(18, 2) as refund_amount, r.compensation_state,
    case when r.compensation_state <> 'none' then 4.00::decimal(18, 2) end as compensation_amount,
    r.liability_amount::decimal(18, 2) as liability_amount, 'USD' as currency
from {shops}, (values
    ('r1', 'refunded', null, null, 'approved', 6.0), ('r2', 'refunded', null, null, 'denied', 10.0),
    ('r3', 'requested', 'respond', 'requested', 'none', 0.0)
) as r (return_order_id, state, due_kind, triage_state, compensation_state, liability_amount)
""",
    """
create table marts.returns_triage as
select shop_id, 'requested' as state, 'up to 2 days' as age_bucket, 1::bigint as returns,
    date '{as_of}' as oldest_on, 10.00::decimal(18, 2) as refund_amount
from {shops}
""",
    """
create table marts.return_rates as
select s.shop_id, b.basis, w.window_name, d.dimension, d.segment,
    d.ordered::bigint as units_ordered, d.returned::bigint as units_returned,
    (d.returned / d.ordered)::double as value, 0.0::double as lower_bound,
    0.5::double as upper_bound, true as is_provisional, 50::bigint as closed_units_ordered,
    2::bigint as closed_units_returned, 0.04::double as closed_value,
    d.refunded::decimal(18, 2) as refund_amount, 'USD' as currency, 'defective' as top_reason,
    false as is_small_volume
from {shops}, (values ('order_cohort'), ('refund_date')) as b (basis),
    (values ('rolling_30d'), ('rolling_90d')) as w (window_name),
    (values ('shop', '(all)', 100, 5, 25.0), ('campaign', 'Spring', 50, 3, 15.0),
        ('campaign', '(none)', 50, 2, 10.0), ('reason', 'Too small', 100, 5, 25.0))
    as d (dimension, segment, ordered, returned, refunded)
""",
)
