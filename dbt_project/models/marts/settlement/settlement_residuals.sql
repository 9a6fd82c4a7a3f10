select
    shop_id,
    state,
    case
        when age_days <= 7 then '0-7'
        when age_days <= 14 then '8-14'
        when age_days <= 30 then '15-30'
        when age_days <= 60 then '31-60'
        else '61+'
    end as age_bucket,
    currency,
    cast(min(age_days) as bigint) as least_age_days,
    cast(max(age_days) as bigint) as greatest_age_days,
    cast(count(*) as bigint) as orders,
    cast(sum(unexplained_amount) as decimal(18, 2)) as amount,
    cast(sum(abs(unexplained_amount)) as decimal(18, 2)) as absolute_amount
from {{ ref('settlement_orders') }}
where state in ('differs', 'missing', 'refund_pending')
group by
    shop_id,
    state,
    case
        when age_days <= 7 then '0-7'
        when age_days <= 14 then '8-14'
        when age_days <= 30 then '15-30'
        when age_days <= 60 then '31-60'
        else '61+'
    end,
    currency
