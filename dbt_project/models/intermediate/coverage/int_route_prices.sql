{#- The shop's rate card in steps: the price of a parcel over one weight and up to another. -#}
select
    cards.shop_id,
    coalesce(carriers.carrier, cards.carrier_name) as carrier,
    {{ fold('cards.service') }} as folded_service,
    cards.zone,
    coalesce(
        lag(cards.max_weight_kg) over (
            partition by
                cards.shop_id, coalesce(carriers.carrier, cards.carrier_name), {{ fold('cards.service') }}, cards.zone
            order by cards.max_weight_kg nulls last, cards.price nulls last
        ),
        -1
    ) as over_kg,
    cards.max_weight_kg,
    cards.price
from {{ ref('stg_reference__rate_card') }} as cards
inner join {{ source('inputs', 'shops') }} as shops
    on
        cards.shop_id = shops.shop_id
        and coalesce(cards.currency, shops.currency) = shops.currency
left join {{ ref('carriers') }} as carriers
    on {{ fold('cards.carrier_name') }} = carriers.alias
