{#-
  The carrier and service that a warehouse and state should use, in the words of the other models.
  Of several that hold for a parcel the one with the highest `precision` decides: a warehouse counts
  for more than a state.
-#}
select
    preferred.shop_id,
    case when {{ fold('preferred.warehouse_id') }} <> 'all' then preferred.warehouse_id end as warehouse_id,
    states.state_code as ship_to_state,
    coalesce(carriers.carrier, preferred.carrier_name) as carrier,
    preferred.service,
    case when {{ fold('preferred.warehouse_id') }} <> 'all' then 2 else 0 end
    + case when states.state_code is not null then 1 else 0 end as precision
from {{ ref('stg_reference__preferred_routes') }} as preferred
left join {{ ref('us_states') }} as states
    on preferred.ship_to_state = states.alias
left join {{ ref('carriers') }} as carriers
    on {{ fold('preferred.carrier_name') }} = carriers.alias
where states.state_code is not null or preferred.ship_to_state = 'all'
-- A state's name and its code may both be there.
qualify row_number() over (
    partition by
        preferred.shop_id,
        case when {{ fold('preferred.warehouse_id') }} <> 'all' then preferred.warehouse_id end,
        states.state_code
    order by preferred.ship_to_state nulls last, preferred.carrier_name nulls last, preferred.service nulls last
) = 1
