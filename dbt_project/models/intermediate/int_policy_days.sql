{#- The clock as a table: for every shop and order day, the rule then in force and its due times. -#}
with shop_days as (

    select
        days.shop_id,
        days.day_on,
        days.starts_at,
        days.ends_at,
        shops.market
    from {{ source('inputs', 'shop_days') }} as days
    inner join {{ source('inputs', 'shops') }} as shops
        on days.shop_id = shops.shop_id

),

policies as (

    select
        *,
        lead(effective_from) over (partition by market order by effective_from nulls last) as effective_to
    from {{ ref('policy_versions') }}

),

markets as (

    select distinct market from policies

),

ruled_days as (

    -- A market without rules of its own is judged by the ones of the United States.
    select
        shop_days.*,
        coalesce(markets.market, 'US') as policy_market
    from shop_days
    left join markets
        on shop_days.market = markets.market

),

business_days as (

    select calendar_id, day_on, business_day_index
    from {{ ref('business_calendar') }}
    where is_business_day

),

clocked as (

    select
        ruled_days.shop_id,
        ruled_days.day_on,
        ruled_days.starts_at,
        ruled_days.ends_at,
        policies.market as policy_market,
        policies.policy_version,
        policies.calendar_id,
        policies.dispatch_event,
        policies.scan_business_days,
        policies.return_window_days,
        policies.free_cancellation_minutes,
        calendar.business_day_index,
        dispatch_day.day_on as dispatch_due_on,
        deliver_day.day_on as deliver_by_on,
        scan_day.day_on as scan_due_on
    from ruled_days
    inner join policies
        on
            ruled_days.policy_market = policies.market
            and ruled_days.day_on >= policies.effective_from
            and (policies.effective_to is null or ruled_days.day_on < policies.effective_to)
    inner join {{ ref('business_calendar') }} as calendar
        on
            policies.calendar_id = calendar.calendar_id
            and ruled_days.day_on = calendar.day_on
    left join business_days as dispatch_day
        on
            policies.calendar_id = dispatch_day.calendar_id
            and calendar.business_day_index + policies.dispatch_business_days
            = dispatch_day.business_day_index
    left join business_days as deliver_day
        on
            policies.calendar_id = deliver_day.calendar_id
            and calendar.business_day_index + policies.deliver_business_days
            = deliver_day.business_day_index
    left join business_days as scan_day
        on
            policies.calendar_id = scan_day.calendar_id
            and calendar.business_day_index + policies.scan_business_days
            = scan_day.business_day_index

)

select
    clocked.*,
    -- The last millisecond of the due day still counts.
    {{ dbt.dateadd('millisecond', -1, 'dispatch_day.ends_at') }} as dispatch_due_at,
    {{ dbt.dateadd('millisecond', -1, 'deliver_day.ends_at') }} as deliver_by_at
from clocked
left join {{ source('inputs', 'shop_days') }} as dispatch_day
    on
        clocked.shop_id = dispatch_day.shop_id
        and clocked.dispatch_due_on = dispatch_day.day_on
left join {{ source('inputs', 'shop_days') }} as deliver_day
    on
        clocked.shop_id = deliver_day.shop_id
        and clocked.deliver_by_on = deliver_day.day_on
