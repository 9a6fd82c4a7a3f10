{#-
  A p-chart by category and week of order. A young week has not yet had all its returns: it is
  compared with the weeks before it as they stood at the same age.
-#}
with now as (

    select
        shop_id,
        as_of_on,
        -- Full weeks within ninety days, so that a past day sees what it saw then.
        {{ week_start(add_days('as_of_on', -83)) }} as first_week_on,
        {{ week_start(add_days('as_of_on', -6)) }} as last_week_on
    from {{ ref('int_current_days') }}

),

categories as (

    select shop_id, seller_sku, coalesce(category, '(none)') as category
    from {{ ref('stg_reference__skus') }}

),

ordered as (

    select
        sold.shop_id,
        coalesce(categories.category, '(none)') as category,
        {{ week_start('sold.created_on') }} as week_start_on,
        sum(sold.units) as units
    from {{ ref('int_sold_units') }} as sold
    inner join now
        on
            sold.shop_id = now.shop_id
            and sold.created_on between now.first_week_on and {{ add_days('now.last_week_on', 6) }}
            and sold.known_on <= now.as_of_on
    left join categories
        on
            sold.shop_id = categories.shop_id
            and sold.seller_sku = categories.seller_sku
    group by 1, 2, 3

),

returned as (

    select
        refunds.shop_id,
        coalesce(categories.category, '(none)') as category,
        {{ week_start('refunds.created_on') }} as week_start_on,
        {{ dbt.datediff(week_start('refunds.created_on'), 'refunds.returned_on', 'day') }} as age_days,
        sum(refunds.units) as units
    from {{ ref('int_refunds') }} as refunds
    inner join now
        on
            refunds.shop_id = now.shop_id
            and refunds.created_on between now.first_week_on and {{ add_days('now.last_week_on', 6) }}
            and refunds.returned_on <= now.as_of_on
            and (refunds.cancelled_on is null or refunds.cancelled_on > now.as_of_on)
    left join categories
        on
            refunds.shop_id = categories.shop_id
            and refunds.seller_sku = categories.seller_sku
    where refunds.is_of_a_line
    group by 1, 2, 3, 4

),

weeks as (

    select
        ordered.shop_id,
        ordered.category,
        ordered.week_start_on,
        ordered.units as units_ordered,
        {{ dbt.datediff('ordered.week_start_on', 'now.as_of_on', 'day') }} as age_days
    from ordered
    inner join now
        on ordered.shop_id = now.shop_id
    where ordered.units > 0

),

-- Every week as it stands, beside each earlier one as it stood at that age.
aged as (

    select
        weeks.shop_id,
        weeks.category,
        weeks.week_start_on,
        compared.week_start_on as compared_week_on,
        max(compared.units_ordered) as units_ordered,
        coalesce(sum(returned.units), 0) as units_returned
    from weeks
    inner join weeks as compared
        on
            weeks.shop_id = compared.shop_id
            and weeks.category = compared.category
            and weeks.week_start_on >= compared.week_start_on
    left join returned
        on
            compared.shop_id = returned.shop_id
            and compared.category = returned.category
            and compared.week_start_on = returned.week_start_on
            and weeks.age_days >= returned.age_days
    group by weeks.shop_id, weeks.category, weeks.week_start_on, compared.week_start_on

),

charted as (

    select
        shop_id,
        category,
        week_start_on,
        max(case when compared_week_on = week_start_on then units_ordered end) as units_ordered,
        max(case when compared_week_on = week_start_on then units_returned end) as units_returned,
        count(case when compared_week_on < week_start_on then 1 end) as weeks_compared,
        coalesce(sum(case when compared_week_on < week_start_on then units_ordered end), 0)
            as compared_units_ordered,
        coalesce(sum(case when compared_week_on < week_start_on then units_returned end), 0)
            as compared_units_returned
    from aged
    group by shop_id, category, week_start_on

),

centred as (

    select
        *,
        {{ ratio('compared_units_returned', 'compared_units_ordered') }} as centre,
        -- Three sigmas of a binomial share mean little before so many units are expected back.
        weeks_compared >= {{ var('control_least_weeks') }}
        and cast(compared_units_returned as bigint) * cast(units_ordered as bigint)
        >= {{ var('control_least_expected') }} * cast(compared_units_ordered as bigint) as is_judged
    from charted

),

limited as (

    select
        *,
        case when is_judged then 3 * sqrt(centre * (1 - centre) / units_ordered) end as three_sigma
    from centred

)

select
    shop_id,
    category,
    week_start_on,
    cast(units_ordered as bigint) as units_ordered,
    cast(units_returned as bigint) as units_returned,
    {{ ratio('units_returned', 'units_ordered') }} as value,
    cast(weeks_compared as bigint) as weeks_compared,
    centre,
    case when is_judged then least(centre + three_sigma, 1) end as upper_limit,
    case when is_judged then greatest(centre - three_sigma, 0) end as lower_limit,
    is_judged,
    coalesce({{ ratio('units_returned', 'units_ordered') }} > centre + three_sigma, false) as is_above_limit,
    coalesce(
        {{ ratio('units_returned', 'units_ordered') }} > centre + three_sigma
        or {{ ratio('units_returned', 'units_ordered') }} < centre - three_sigma,
        false
    ) as is_out_of_control
from limited
