{#-
  The list of the weekly review. Each SKU, creator and campaign with enough volume stands beside what
  was to be expected of it:

  - a SKU beside the shop's other SKUs, as a best seller is itself a large part of the shop's mean;
  - a creator beside the shop's mean, or, where that is higher, beside what the same SKUs bring back
    when others sell them, so that nobody is blamed for a product;
  - a campaign beside the shop's mean.
-#}
{%- set dimensions = {
    'seller_sku': 'seller_sku', 'creator': 'creator_handle', 'campaign': 'campaign'
} -%}
with now as (

    select
        shop_id,
        as_of_on,
        {{ week_start(add_days('as_of_on', -6)) }} as week_start_on
    from {{ ref('int_current_days') }}

),

rates as (

    select *
    from {{ ref('return_rates') }}
    where
        basis = 'order_cohort'
        and window_name = 'rolling_90d'
        and dimension in ('shop', 'seller_sku', 'creator', 'campaign')

),

shops as (

    select
        shop_id,
        units_ordered as shop_units_ordered,
        units_returned as shop_units_returned
    from rates
    where dimension = 'shop'

),

judged as (

    select
        rates.*,
        shops.shop_units_ordered,
        shops.shop_units_returned,
        {{ ratio('shops.shop_units_returned', 'shops.shop_units_ordered') }} as shop_value,
        count(*) over (partition by rates.shop_id, rates.dimension) as segments
    from rates
    inner join shops
        on rates.shop_id = shops.shop_id
    where rates.dimension <> 'shop' and rates.segment <> '(none)' and not rates.is_small_volume

),

sold as (

    select
        facts.shop_id,
        facts.seller_sku,
        facts.creator_handle,
        sum(facts.units_ordered) as units_ordered,
        sum(facts.units_returned) as units_returned
    from {{ ref('int_return_facts') }} as facts
    inner join now
        on
            facts.shop_id = now.shop_id
            and facts.as_of_on = now.as_of_on
    where facts.basis = 'order_cohort' and facts.window_name = 'rolling_90d'
    group by facts.shop_id, facts.seller_sku, facts.creator_handle

),

skus as (

    select
        shop_id,
        seller_sku,
        sum(units_ordered) as units_ordered,
        sum(units_returned) as units_returned
    from sold
    group by shop_id, seller_sku

),

-- Where others hardly sell a SKU, thirty units at the shop's mean stand in for them. Millionths of a
-- unit are whole numbers, so that their sum does not depend on the order of rows.
expected as (

    select
        sold.shop_id,
        sold.creator_handle,
        sold.units_ordered,
        cast(round(
            1e6 * sold.units_ordered
            * (skus.units_returned - sold.units_returned + 30 * {{ ratio(
                'shops.shop_units_returned', 'shops.shop_units_ordered'
            ) }})
            / (skus.units_ordered - sold.units_ordered + 30)
        ) as bigint) as expected_micro_units
    from sold
    inner join skus
        on
            sold.shop_id = skus.shop_id
            and sold.seller_sku = skus.seller_sku
    inner join shops
        on
            sold.shop_id = shops.shop_id
            and shops.shop_units_ordered > 0
    where sold.units_ordered > 0

),

mixes as (

    select
        shop_id,
        creator_handle,
        {{ ratio('sum(expected_micro_units)', '1e6 * sum(units_ordered)') }} as expected_value
    from expected
    group by shop_id, creator_handle

),

refunds as (

    select
        returns.shop_id,
        returns.seller_sku,
        returns.creator_handle,
        returns.campaign,
        returns.product_name,
        returns.units,
        case
            when
                returns.reason_group = 'not_as_described'
                and returns.is_of_a_line
                and returns.created_on > {{ add_days('now.as_of_on', -90) }}
                and returns.returned_on <= now.as_of_on
                and (returns.cancelled_on is null or returns.cancelled_on > now.as_of_on)
                then returns.units
            else 0
        end as not_as_described_units,
        {%- for week in range(4) %}
        case
            when {{ week_start('returns.returned_on') }} = {{ add_days('now.week_start_on', -7 * week) }}
                then returns.units
            else 0
        end as units_{{ week }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_returns') }} as returns
    inner join now
        on
            returns.shop_id = now.shop_id
            and returns.returned_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
    where
        returns.is_refunded
        and (returns.is_rated is null or (returns.is_rated and returns.counts_from_on is not null))

),

refunded as (

    {% for dimension, column in dimensions.items() -%}
    select
        shop_id,
        '{{ dimension }}' as dimension,
        {{ column }} as segment,
        cast(sum(not_as_described_units) as bigint) as not_as_described_units,
        {%- for week in range(4) %}
        cast(sum(units_{{ week }}) as bigint) as units_{{ week }}{{ ',' if not loop.last }}
        {%- endfor %}
    from refunds
    where {{ column }} is not null
    group by shop_id, {{ column }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

economics as (

    select *
    from {{ ref('unit_economics') }}
    where window_name = 'rolling_90d'

),

compared as (

    select
        judged.*,
        mixes.expected_value,
        case judged.dimension
            when 'seller_sku'
                then {{ ratio(
                    '(judged.shop_units_returned - judged.units_returned)',
                    '(judged.shop_units_ordered - judged.units_ordered)'
                ) }}
            when 'creator'
                then greatest(judged.shop_value, coalesce(mixes.expected_value, judged.shop_value))
            else judged.shop_value
        end as compared_with,
        coalesce(refunded.not_as_described_units, 0) as not_as_described_units,
        {%- for week in range(4) %}
        coalesce(refunded.units_{{ week }}, 0) as units_{{ week }},
        {%- endfor %}
        own.sales,
        own.returns_cost,
        own.contribution_before_returns,
        own.contribution_after_returns,
        coalesce(own.is_returns_cost_assumed, shop.is_returns_cost_assumed) as is_assumed,
        own.is_assumed as is_contribution_assumed,
        -- A campaign has no costs of its own yet: its returns cost what the shop's do.
        case
            when own.segment is not null then {{ ratio('own.returns_cost', 'judged.units_returned') }}
            else {{ ratio('shop.returns_cost', 'judged.shop_units_returned') }}
        end as cost_per_unit
    from judged
    left join mixes
        on
            judged.dimension = 'creator'
            and judged.shop_id = mixes.shop_id
            and judged.segment = mixes.creator_handle
    left join refunded
        on
            judged.shop_id = refunded.shop_id
            and judged.dimension = refunded.dimension
            and judged.segment = refunded.segment
    left join economics as own
        on
            judged.shop_id = own.shop_id
            and judged.dimension = own.dimension
            and judged.segment = own.segment
    left join economics as shop
        on
            judged.shop_id = shop.shop_id
            and shop.dimension = 'shop'

),

weighed as (

    select
        *,
        {{ sure_lower_bound('units_returned', 'units_ordered', 'segments') }} as sure_lower_bound,
        cast(units_returned as double) - compared_with * units_ordered as excess_units,
        cast(units_1 + units_2 + units_3 as double) / 3 as usual_units
    from compared

)

select
    weighed.shop_id,
    weighed.dimension,
    weighed.segment,
    now.week_start_on,
    cast(weighed.units_ordered as bigint) as units_ordered,
    cast(weighed.units_returned as bigint) as units_returned,
    weighed.value,
    weighed.lower_bound,
    weighed.upper_bound,
    weighed.is_provisional,
    weighed.shop_value,
    weighed.expected_value,
    weighed.compared_with,
    cast(weighed.segments as bigint) as segments,
    weighed.sure_lower_bound,
    coalesce(weighed.sure_lower_bound > weighed.compared_with, false) as is_surely_high,
    weighed.excess_units,
    cast(weighed.excess_units * weighed.cost_per_unit as decimal(18, 2)) as excess_cost,
    cast(row_number() over (
        partition by weighed.shop_id
        order by
            cast(weighed.excess_units * weighed.cost_per_unit as decimal(18, 2)) desc nulls last,
            weighed.excess_units desc nulls last,
            weighed.dimension nulls last,
            weighed.segment nulls last
    ) as bigint) as place,
    weighed.sales,
    weighed.returns_cost,
    weighed.refund_amount,
    weighed.contribution_before_returns,
    weighed.contribution_after_returns,
    weighed.currency,
    weighed.is_assumed,
    weighed.is_contribution_assumed,
    weighed.top_reason,
    weighed.not_as_described_units,
    weighed.units_0 as units_refunded,
    weighed.units_1 as units_refunded_1_week_before,
    weighed.units_2 as units_refunded_2_weeks_before,
    weighed.units_3 as units_refunded_3_weeks_before,
    -- Counts scatter by about their root: two of those are needed to speak of a trend.
    case
        when weighed.units_0 - weighed.usual_units > 2 * sqrt(greatest(weighed.usual_units, 1)) then 'rising'
        when weighed.usual_units - weighed.units_0 > 2 * sqrt(greatest(weighed.usual_units, 1)) then 'falling'
        else 'steady'
    end as trend
from weighed
inner join now
    on weighed.shop_id = now.shop_id
