{#- Reasons of returns that the list of reason groups lacks. -#}
select
    returns.shop_id,
    returns.return_reason as reason,
    count(*) as returns,
    cast(sum(returns.units) as bigint) as units,
    min(returns.requested_on) as first_seen_on,
    max(returns.requested_on) as last_seen_on
from {{ ref('int_returns') }} as returns
inner join {{ ref('int_current_days') }} as now
    on
        returns.shop_id = now.shop_id
        and coalesce(returns.requested_at, returns.returned_at) < now.ends_at
where returns.reason_group = 'unmapped'
group by returns.shop_id, returns.return_reason
