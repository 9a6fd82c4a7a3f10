select
    shop_id,
    'rolling_30d' as window_name,
    cast(coalesce(sum(orders) filter (where place is not null), 0) as bigint) as orders,
    cast(coalesce(sum(orders) filter (where place is null), 0) as bigint) as orders_without_state,
    cast(sum(orders_without_zip) as bigint) as orders_without_zip,
    cast(count(case when place is not null and orders > 0 then 1 end) as bigint) as states,
    nullif(cast(count(case when is_in_60 then 1 end) as bigint), 0) as states_60,
    nullif(cast(count(case when is_in_70 then 1 end) as bigint), 0) as states_70,
    {{ ratio(
        'sum(orders * orders) filter (where place is not null)',
        'sum(orders) filter (where place is not null) * sum(orders) filter (where place is not null)'
    ) }} as herfindahl,
    case when bool_or(is_expected is not null) then 'declared' else 'population' end as expected_source,
    {{ joined_text('case when is_unexpected then ship_to_state end') }} as unexpected_states,
    {{ joined_text('case when is_expected and not is_in_70 then ship_to_state end') }} as missing_expected_states
from {{ ref('demand_by_state') }}
group by shop_id
