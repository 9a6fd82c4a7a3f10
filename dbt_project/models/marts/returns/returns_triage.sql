{#- What still has to be done on returns, by the step that they wait for and for how long. -#}
with waiting as (

    select
        *,
        case
            when waiting_days <= 2 then 'up to 2 days'
            when waiting_days <= 7 then '3 to 7 days'
            when waiting_days <= 14 then '8 to 14 days'
            when waiting_days <= 30 then '15 to 30 days'
            else 'more than 30 days'
        end as age_bucket
    from {{ ref('returns') }}
    where triage_state is not null

)

select
    waiting.shop_id,
    waiting.triage_state as state,
    waiting.age_bucket,
    count(*) as returns,
    min(waiting.requested_on) as oldest_on,
    cast(
        coalesce(
            sum(
                case
                    when coalesce(waiting.currency, shops.currency) = shops.currency then waiting.refund_amount
                end
            ), 0
        ) as decimal(18, 2)
    ) as refund_amount,
    shops.currency
from waiting
inner join {{ source('inputs', 'shops') }} as shops
    on waiting.shop_id = shops.shop_id
group by waiting.shop_id, waiting.triage_state, waiting.age_bucket, shops.currency
