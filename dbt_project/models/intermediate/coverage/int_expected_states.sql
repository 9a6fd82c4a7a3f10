{#- The states where the shop expects its buyers, by their codes; of two spellings the larger share. -#}
select
    expected.shop_id,
    states.state_code,
    max(expected.expected_share) as expected_share
from {{ ref('stg_reference__expected_states') }} as expected
inner join {{ ref('us_states') }} as states
    on expected.state_name = states.alias
group by expected.shop_id, states.state_code
