with destinations as (

    -- The orders of zone_coverage: created in the last 30 days and not cancelled since.
    select
        now.shop_id,
        changes.ship_to_state,
        sum(changes.orders) as orders,
        coalesce(sum(changes.orders) filter (where changes.zip3 is null), 0) as orders_without_zip
    from {{ ref('int_current_days') }} as now
    inner join {{ ref('int_destination_changes') }} as changes
        on
            now.shop_id = changes.shop_id
            and changes.created_on between {{ add_days('now.as_of_on', -29) }} and now.as_of_on
            and changes.known_on <= now.as_of_on
    group by now.shop_id, changes.ship_to_state
    having sum(changes.orders) > 0

),

declaring as (

    select distinct shop_id
    from {{ ref('int_expected_states') }}

),

states as (

    -- A state that is expected and orders nothing has its row as well.
    select
        coalesce(destinations.shop_id, expected.shop_id) as shop_id,
        coalesce(destinations.ship_to_state, expected.state_code) as ship_to_state,
        cast(coalesce(destinations.orders, 0) as bigint) as orders,
        cast(coalesce(destinations.orders_without_zip, 0) as bigint) as orders_without_zip,
        expected.state_code is not null as is_named,
        expected.expected_share
    from destinations
    full outer join {{ ref('int_expected_states') }} as expected
        on
            destinations.shop_id = expected.shop_id
            and destinations.ship_to_state = expected.state_code

),

placed as (

    select
        states.*,
        states.ship_to_state <> '(unknown)' as is_known,
        row_number() over (
            partition by states.shop_id, states.ship_to_state = '(unknown)'
            order by states.orders desc nulls last, states.ship_to_state nulls last
        ) as place,
        sum(states.orders) over (
            partition by states.shop_id, states.ship_to_state = '(unknown)'
            order by states.orders desc nulls last, states.ship_to_state nulls last
            rows between unbounded preceding and current row
        ) as orders_so_far,
        sum(states.orders) over (
            partition by states.shop_id, states.ship_to_state = '(unknown)'
        ) as known_orders
    from states

),

people as (

    select
        state_code,
        population,
        sum(population) over () as all_population
    from {{ ref('us_state_population') }}

),

compared as (

    select
        placed.*,
        {{ ratio('people.population', 'people.all_population') }} as population_share,
        declaring.shop_id is not null as is_declared,
        -- A state belongs to the leaders while those before it hold less than the share.
        is_known and (orders_so_far - orders) * 10 < known_orders * 6 and orders > 0 as is_in_60,
        is_known and (orders_so_far - orders) * 10 < known_orders * 7 and orders > 0 as is_in_70
    from placed
    left join people
        on placed.ship_to_state = people.state_code
    left join declaring
        on placed.shop_id = declaring.shop_id

)

select
    shop_id,
    'rolling_30d' as window_name,
    ship_to_state,
    orders,
    orders_without_zip,
    case when is_known then {{ ratio('orders', 'known_orders') }} end as share,
    case when is_known then cast(place as bigint) end as place,
    case when is_known then {{ ratio('orders_so_far', 'known_orders') }} end as cumulative_share,
    population_share,
    case when is_known then {{ ratio(ratio('orders', 'known_orders'), 'population_share') }} end as over_index,
    is_in_60,
    is_in_70,
    case when is_known and is_declared then is_named end as is_expected,
    expected_share,
    -- Against the shop's own list; without one, a state that surely orders more than half as much again
    -- as its people would.
    is_in_70 and case
        when is_declared then not is_named
        else
            coalesce(
                {{ wilson_bound('orders', 'known_orders', '-') }}
                > {{ var('unexpected_over_index') }} * population_share,
                false
            )
    end as is_unexpected
from compared
