{#-
  What eats the margin, dearest first. A SKU is a trap when it sells much and comes back much: in the
  upper fifth of the shop by units and by rate, surely at least so many times the rate of the others;
  or when it loses money after its returns. A creator is one when surely more comes back than the
  shop's mean and than the same SKUs bring back from others. A category is one when its newest judged
  week, or two of its last four, lie above their limit. A repeat returner is one by the count alone.
-#}
{%- set missing_number = 'cast(null as double)' -%}
{%- set missing_money = 'cast(null as decimal(18, 2))' -%}
with now as (

    select
        shop_id,
        as_of_on,
        {{ week_start(add_days('as_of_on', -6)) }} as last_week_on
    from {{ ref('int_current_days') }}

),

review as (

    select * from {{ ref('returns_review') }}

),

placed as (

    select
        *,
        row_number() over (partition by shop_id order by units_ordered nulls last) as volume_place,
        row_number() over (partition by shop_id order by value nulls last) as rate_place
    from review
    where dimension = 'seller_sku'

),

-- The value that four fifths of the SKUs do not pass: of four SKUs the third, of forty the 32nd.
lines as (

    select
        shop_id,
        min(case when volume_place > floor(0.8 * (segments - 1)) then units_ordered end) as volume_line,
        min(case when rate_place > floor(0.8 * (segments - 1)) then value end) as rate_line
    from placed
    group by shop_id

),

sku_flags as (

    select
        review.*,
        lines.volume_line,
        lines.rate_line,
        review.units_ordered >= lines.volume_line as is_high_volume,
        review.value >= lines.rate_line
        and review.units_returned >= {{ var('trap_least_returns') }}
        and coalesce(
            review.sure_lower_bound > {{ var('trap_least_ratio') }} * review.compared_with, false
        ) as is_high_rate,
        -- A loss that rests on assumed costs is believed once it is too large to be their error.
        coalesce(
            review.contribution_after_returns
            <= case
                when review.is_contribution_assumed then -{{ var('trap_assumed_loss_share') }} * review.sales
                else 0
            end,
            false
        ) as is_negative_contribution
    from review
    inner join lines
        on review.shop_id = lines.shop_id
    where review.dimension = 'seller_sku'

),

skus as (

    select *
    from sku_flags
    where (is_high_volume and is_high_rate) or is_negative_contribution

),

creators as (

    select *
    from review
    where
        dimension = 'creator'
        and segment <> '(several)'
        and is_surely_high
        and units_returned >= {{ var('trap_least_returns') }}

),

weeks as (

    select
        control.*,
        row_number() over (
            partition by control.shop_id, control.category
            order by control.week_start_on desc nulls last
        ) as judged_place,
        sum(case when control.is_above_limit and control.week_start_on >= {{ add_days('now.last_week_on', -21) }} then 1 else 0 end)
            over (partition by control.shop_id, control.category) as recent_weeks_above
    from {{ ref('category_control') }} as control
    inner join now
        on control.shop_id = now.shop_id
    where control.is_judged

),

categories as (

    select *
    from weeks
    where
        is_above_limit
        and category <> '(none)'
        and (judged_place = 1 or recent_weeks_above >= 2)
    qualify row_number() over (
        partition by shop_id, category
        order by week_start_on desc nulls last
    ) = 1

),

shops as (

    select
        rates.shop_id,
        rates.value as shop_value,
        rates.currency,
        {{ ratio('economics.returns_cost', 'rates.units_returned') }} as cost_per_unit,
        economics.is_returns_cost_assumed as is_assumed
    from {{ ref('return_rates') }} as rates
    left join {{ ref('unit_economics') }} as economics
        on
            rates.shop_id = economics.shop_id
            and economics.dimension = 'shop'
            and economics.window_name = 'rolling_90d'
    where
        rates.dimension = 'shop'
        and rates.basis = 'order_cohort'
        and rates.window_name = 'rolling_90d'

),

traps as (

    select
        shop_id,
        'sku_margin_trap' as kind,
        segment,
        case
            when not is_negative_contribution then 'high volume and high return rate'
            when is_high_volume and is_high_rate
                then 'high volume and high return rate, negative contribution'
            else 'negative contribution'
        end as reason,
        units_ordered,
        units_returned,
        value,
        compared_with,
        lower_bound,
        shop_value,
        greatest(excess_units, cast(0 as double)) as excess_units,
        -- What the SKU loses is the least that it costs.
        case
            when is_negative_contribution and excess_cost is not null
                then greatest(excess_cost, -contribution_after_returns)
            when is_negative_contribution then -contribution_after_returns
            else excess_cost
        end as excess_cost,
        currency,
        is_assumed or (is_negative_contribution and is_contribution_assumed) as is_assumed,
        is_provisional,
        segments,
        sure_lower_bound,
        cast(volume_line as bigint) as volume_line,
        rate_line,
        contribution_before_returns,
        contribution_after_returns,
        refund_amount,
        top_reason,
        cast(null as date) as week_start_on
    from skus

    union all

    select
        shop_id,
        'creator_outlier' as kind,
        segment,
        'surely more returns than the shop' as reason,
        units_ordered,
        units_returned,
        value,
        compared_with,
        lower_bound,
        shop_value,
        excess_units,
        excess_cost,
        currency,
        is_assumed,
        is_provisional,
        segments,
        sure_lower_bound,
        cast(null as bigint) as volume_line,
        {{ missing_number }} as rate_line,
        contribution_before_returns,
        contribution_after_returns,
        refund_amount,
        top_reason,
        cast(null as date) as week_start_on
    from creators

    union all

    select
        categories.shop_id,
        'category_out_of_control' as kind,
        categories.category as segment,
        'week above its upper limit' as reason,
        categories.units_ordered,
        categories.units_returned,
        categories.value,
        categories.upper_limit as compared_with,
        {{ wilson_bound('categories.units_returned', 'categories.units_ordered', '-') }} as lower_bound,
        shops.shop_value,
        categories.units_returned - categories.centre * categories.units_ordered as excess_units,
        cast(
            (categories.units_returned - categories.centre * categories.units_ordered) * shops.cost_per_unit
            as decimal(18, 2)
        ) as excess_cost,
        shops.currency,
        shops.is_assumed,
        true as is_provisional,
        cast(null as bigint) as segments,
        {{ missing_number }} as sure_lower_bound,
        cast(null as bigint) as volume_line,
        {{ missing_number }} as rate_line,
        {{ missing_money }} as contribution_before_returns,
        {{ missing_money }} as contribution_after_returns,
        {{ missing_money }} as refund_amount,
        cast(null as {{ dbt.type_string() }}) as top_reason,
        categories.week_start_on
    from categories
    left join shops
        on categories.shop_id = shops.shop_id

    union all

    select
        buyers.shop_id,
        'repeat_returner' as kind,
        buyers.buyer_hash as segment,
        'several orders given back in ninety days' as reason,
        cast(null as bigint) as units_ordered,
        buyers.units_returned,
        {{ missing_number }} as value,
        {{ missing_number }} as compared_with,
        {{ missing_number }} as lower_bound,
        shops.shop_value,
        cast(buyers.units_returned as double) as excess_units,
        cast(buyers.units_returned * shops.cost_per_unit as decimal(18, 2)) as excess_cost,
        coalesce(shops.currency, buyers.currency) as currency,
        shops.is_assumed,
        false as is_provisional,
        cast(null as bigint) as segments,
        {{ missing_number }} as sure_lower_bound,
        cast(null as bigint) as volume_line,
        {{ missing_number }} as rate_line,
        {{ missing_money }} as contribution_before_returns,
        {{ missing_money }} as contribution_after_returns,
        buyers.refund_amount,
        cast(null as {{ dbt.type_string() }}) as top_reason,
        cast(null as date) as week_start_on
    from {{ ref('repeat_returners') }} as buyers
    left join shops
        on buyers.shop_id = shops.shop_id

)

select
    shop_id,
    kind,
    segment,
    cast(row_number() over (
        partition by shop_id
        order by
            excess_cost desc nulls last,
            excess_units desc nulls last,
            kind nulls last,
            segment nulls last
    ) as bigint) as place,
    reason,
    units_ordered,
    units_returned,
    value,
    compared_with,
    lower_bound,
    shop_value,
    excess_units,
    cast(excess_cost as decimal(18, 2)) as excess_cost,
    currency,
    is_assumed,
    is_provisional,
    segments,
    sure_lower_bound,
    volume_line,
    rate_line,
    contribution_before_returns,
    contribution_after_returns,
    refund_amount,
    top_reason,
    week_start_on
from traps
