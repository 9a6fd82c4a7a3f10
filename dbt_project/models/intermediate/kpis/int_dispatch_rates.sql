{{ config(materialized='view') }}
{#-
  What a shop can dispatch in a day: the most that it did on one of the last thirty whole days, and
  what its own active warehouses say of themselves (null while one of them does not say).
-#}
with daily as (

    select
        states.shop_id,
        states.dispatched_on,
        count(*) as orders
    from {{ ref('int_order_states') }} as states
    inner join {{ ref('int_moments') }} as moments
        on
            states.shop_id = moments.shop_id
            and states.dispatched_on < moments.today_on
            and states.dispatched_on >= {{ add_days('moments.today_on', -30) }}
            and states.valid_from_on < moments.today_on
            and (states.valid_to_on is null or states.valid_to_on >= moments.today_on)
    where
        states.is_rated
        and not states.is_fbt
        and states.counts_from_on < moments.today_on
    group by states.shop_id, states.dispatched_on

),

peaks as (

    select shop_id, max(orders) as demonstrated_peak
    from daily
    group by shop_id

),

stated as (

    select
        warehouses.shop_id,
        case
            when count(warehouses.daily_capacity) = count(*) then sum(warehouses.daily_capacity)
        end as stated_capacity
    from {{ ref('stg_reference__warehouses') }} as warehouses
    inner join {{ ref('int_moments') }} as moments
        on warehouses.shop_id = moments.shop_id
    where
        coalesce(warehouses.kind, '') <> 'fbt'
        and (warehouses.active_from_on is null or warehouses.active_from_on <= moments.today_on)
        and (warehouses.active_to_on is null or warehouses.active_to_on >= moments.today_on)
    group by warehouses.shop_id

)

select
    moments.shop_id,
    cast(peaks.demonstrated_peak as bigint) as demonstrated_peak,
    cast(stated.stated_capacity as bigint) as stated_capacity,
    cast(
        case
            when coalesce(stated.stated_capacity, 0) >= coalesce(peaks.demonstrated_peak, 0)
                then stated.stated_capacity
            else peaks.demonstrated_peak
        end as bigint
    ) as daily_capacity
from {{ ref('int_moments') }} as moments
left join peaks
    on moments.shop_id = peaks.shop_id
left join stated
    on moments.shop_id = stated.shop_id
