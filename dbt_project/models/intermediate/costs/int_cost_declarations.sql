{{ config(materialized='view') }}
{#-
  What the shop declares that things cost, and whether it can be used: the parameter is one of the
  defaults, a share lies between 0 and 1, money is in the shop's currency.
-#}
select
    declared.shop_id,
    declared.parameter,
    {{ fold('declared.applies_to') }} as applies_to,
    declared.value,
    coalesce(
        defaults.parameter is not null
        and declared.value >= 0
        and case
            when defaults.unit = 'usd' then coalesce(declared.currency, shops.currency) = shops.currency
            when defaults.unit = 'share' then declared.value <= 1
            else true
        end,
        false
    ) as is_usable
from {{ ref('stg_reference__cost_assumptions') }} as declared
inner join {{ source('inputs', 'shops') }} as shops
    on declared.shop_id = shops.shop_id
left join {{ ref('cost_defaults') }} as defaults
    on declared.parameter = defaults.parameter
-- `All` and `all` are one declaration.
qualify row_number() over (
    partition by declared.shop_id, declared.parameter, {{ fold('declared.applies_to') }}
    order by declared.value desc nulls last, declared.currency nulls last, declared.applies_to nulls last
) = 1
