{#- The clock as a table: for every shop and order day, the rule then in force and its due times. -#}
{%- set clocks = {
    'dispatch_due': 'clocks.dispatch_business_days',
    'early_dispatch_due': 'clocks.early_dispatch_business_days',
    'deliver_by': 'clocks.deliver_business_days',
    'express_deliver_by': 'clocks.express_deliver_business_days',
    'auto_cancel': 'clocks.auto_cancel_business_days',
    'collect_by': 'clocks.collect_business_days',
    'scan_due': 'policies.scan_business_days',
    'refund_due': 'policies.refund_business_days',
} -%}
{%- set moments = [
    'dispatch_due', 'early_dispatch_due', 'deliver_by', 'express_deliver_by', 'auto_cancel', 'collect_by',
    'refund_due'
] -%}
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

regular_clocks as (

    select
        regular.policy_version,
        regular.dispatch_business_days,
        -- Before the cut-off the order's own day is the first that counts.
        regular.dispatch_business_days - 1 as early_dispatch_business_days,
        regular.deliver_business_days,
        regular.auto_cancel_business_days,
        regular.collect_business_days,
        express.deliver_business_days as express_deliver_business_days
    from {{ ref('policy_clocks') }} as regular
    left join {{ ref('policy_clocks') }} as express
        on
            regular.policy_version = express.policy_version
            and express.order_type = 'express'
    where regular.order_type = 'regular'

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

versioned as (

    select
        ruled_days.*,
        policies.policy_version,
        false as is_what_if
    from ruled_days
    inner join policies
        on
            ruled_days.policy_market = policies.market
            and ruled_days.day_on >= policies.effective_from
            and (policies.effective_to is null or ruled_days.day_on < policies.effective_to)
    where not exists (select 1 from {{ source('inputs', 'policy_override') }})

    union all

    -- What would the numbers be, had another version been in force on every day?
    select
        shop_days.*,
        policies.market as policy_market,
        policies.policy_version,
        true as is_what_if
    from shop_days
    cross join {{ source('inputs', 'policy_override') }} as override
    inner join policies
        on override.policy_version = policies.policy_version

),

business_days as (

    select calendar_id, day_on, business_day_index
    from {{ ref('business_calendar') }}
    where is_business_day

),

clocked as (

    select
        versioned.shop_id,
        versioned.day_on,
        versioned.starts_at,
        versioned.ends_at,
        versioned.policy_market,
        versioned.policy_version,
        versioned.is_what_if,
        policies.calendar_id,
        policies.dispatch_event,
        policies.scan_business_days,
        policies.upload_hours,
        policies.return_window_days,
        policies.return_response_hours,
        policies.buyer_ship_days,
        policies.free_cancellation_minutes,
        calendar.is_business_day,
        calendar.business_day_index,
        case
            when policies.order_cutoff is not null and calendar.is_business_day
                then {{ minutes_before('versioned.ends_at', cutoff_minutes_left('policies.order_cutoff')) }}
        end as cutoff_at,
        {%- for clock in clocks %}
        {{ clock }}_day.day_on as {{ clock }}_on{{ ',' if not loop.last }}
        {%- endfor %}
    from versioned
    inner join policies
        on versioned.policy_version = policies.policy_version
    inner join regular_clocks as clocks
        on versioned.policy_version = clocks.policy_version
    inner join {{ ref('business_calendar') }} as calendar
        on
            policies.calendar_id = calendar.calendar_id
            and versioned.day_on = calendar.day_on
    {%- for clock, business_days in clocks.items() %}
    left join business_days as {{ clock }}_day
        on
            policies.calendar_id = {{ clock }}_day.calendar_id
            and calendar.business_day_index + {{ business_days }} = {{ clock }}_day.business_day_index
    {%- endfor %}

)

select
    clocked.*,
    -- The last millisecond of the due day still counts.
    {%- for moment in moments %}
    {{ dbt.dateadd('millisecond', -1, moment ~ '_day.ends_at') }} as {{ moment }}_at{{ ',' if not loop.last }}
    {%- endfor %}
from clocked
{%- for moment in moments %}
left join {{ source('inputs', 'shop_days') }} as {{ moment }}_day
    on
        clocked.shop_id = {{ moment }}_day.shop_id
        and clocked.{{ moment }}_on = {{ moment }}_day.day_on
{%- endfor %}
