"""The marts of the weekly review, in order: two segments of each dimension of the last Sunday."""

from __future__ import annotations

WEEKLY_MARTS = (
    """
create table marts.rate_change_drivers as
select k.shop_id, k.as_of_on, k.metric, k.basis, d.dimension, g.segment,
    case g.segment when 'a' then p.numerator else 0 end::bigint as previous_numerator,
    case g.segment when 'a' then p.denominator else 0 end::bigint as previous_denominator,
    case g.segment when 'a' then k.numerator else 0 end::bigint as numerator,
    case g.segment when 'a' then k.denominator else 0 end::bigint as denominator,
    p.value as previous_value, k.value, p.value as shop_previous_value, k.value as shop_value,
    case g.segment when 'a' then k.value - p.value else 0 end::double as rate_effect,
    0.0::double as mix_effect
from marts.kpi_daily as k
inner join marts.kpi_daily as p on p.shop_id = k.shop_id and p.as_of_on = k.as_of_on - 7
    and p.metric = k.metric and p.basis = k.basis and p.window_name = k.window_name,
    (values ('warehouse'), ('carrier'), ('sku'), ('creator')) as d (dimension),
    (values ('a'), ('b')) as g (segment)
where k.as_of_on = date '{as_of}' - 1 and k.basis = 'platform' and k.window_name = 'week'
""",
)
"""Statements, with the words of the other marts' to be filled in."""
