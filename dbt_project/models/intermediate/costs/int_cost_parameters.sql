{{ config(materialized='view') }}
{#-
  What things cost each shop: its own declarations, and for the whole shop the defaults of what it
  does not declare. A default amount of money is in US dollars and says nothing of another currency;
  the referral rate is the one of the United States and says nothing of another market.
-#}
select
    shop_id,
    parameter,
    applies_to,
    value,
    false as is_assumed
from {{ ref('int_cost_declarations') }}
where is_usable

union all

select
    shops.shop_id,
    defaults.parameter,
    'all' as applies_to,
    case
        when defaults.parameter = 'referral_fee_rate' and shops.market is distinct from 'US' then null
        when defaults.unit <> 'usd' or shops.currency = 'USD' then defaults.value
    end as value,
    true as is_assumed
from {{ source('inputs', 'shops') }} as shops
cross join {{ ref('cost_defaults') }} as defaults
left join {{ ref('int_cost_declarations') }} as declared
    on
        shops.shop_id = declared.shop_id
        and defaults.parameter = declared.parameter
        and declared.applies_to = 'all'
        and declared.is_usable
where declared.parameter is null
