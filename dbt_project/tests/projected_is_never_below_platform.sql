{# Open overdue orders can only add to the late dispatch rate: settled late plus still to come. #}
select projected.shop_id, projected.as_of_on, projected.window_name
from {{ ref('kpi_daily') }} as projected
inner join {{ ref('kpi_daily') }} as settled
    on
        projected.shop_id = settled.shop_id
        and projected.as_of_on = settled.as_of_on
        and projected.window_name = settled.window_name
where
    projected.metric = 'late_dispatch_rate'
    and projected.basis = 'projected'
    and settled.metric = 'late_dispatch_rate'
    and settled.basis = 'platform'
    and (projected.numerator < settled.numerator or projected.value < settled.value)
