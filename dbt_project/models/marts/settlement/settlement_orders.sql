{%- set components = [
    'sales', 'refund', 'referral_fee', 'refund_admin_fee', 'affiliate_commission', 'shipping'
] -%}
{%- set exact = ['sales', 'refund', 'shipping'] -%}
-- The days on which a shop's statements say anything, and the stretches on which none was dropped.
with statement_days as (

    select distinct
        rows.shop_id,
        rows.settled_on
    from {{ ref('int_settlement_rows') }} as rows
    inner join {{ ref('int_current_days') }} as now
        on
            rows.shop_id = now.shop_id
            and rows.settled_at < now.ends_at

),

gaps as (

    select
        shop_id,
        settled_on as from_on,
        next_on as to_on
    from (
        select
            shop_id,
            settled_on,
            lead(settled_on) over (partition by shop_id order by settled_on nulls last) as next_on
        from statement_days
    ) as following
    where {{ dbt.datediff('settled_on', 'next_on', 'day') }} > {{ var('statement_gap_days') }}

),

shops_with_returns as (

    select distinct shop_id from {{ ref('int_returns') }}

),

held as (

    -- Each order's own amounts beside the stated ones.
    select
        owed.order_key,
        owed.shop_id,
        owed.order_id,
        owed.seller_sku,
        owed.lines,
        owed.created_at,
        owed.delivered_at,
        owed.delivered_on,
        owed.as_of_on,
        owed.settlement_days,
        owed.is_void,
        owed.currency,
        owed.refunds_counted,
        owed.refunds,
        owed.refunded_fee_amount,
        owed.charged_commission_amount,
        paid.settled_on,
        paid.refund_settled_on,
        coalesce(paid.statements, 0) as statements,
        coalesce(paid.statement_rows, 0) as statement_rows,
        owed.is_given_away or (owed.sales_amount = 0 and not owed.is_void) as is_sample,
        {% for component in components -%}
        {%- if component == 'sales' %}
        owed.sales_amount as expected_sales,
        {%- elif component == 'shipping' %}
        -- A statement with no more than a total of shipping says nothing of what the buyer paid.
        case when paid.order_key is null or paid.shipping_amount is not null then owed.shipping_amount end
            as expected_shipping,
        {%- else %}
        -- Without a return export a stated refund cannot be held against anything.
        case when returns.shop_id is not null or coalesce(paid.refund_amount, 0) = 0 then owed.{{ component }}_amount end
            as expected_{{ component }},
        {%- endif %}
        paid.{{ component }}_amount as stated_{{ component }},
        {%- endfor %}
        paid.adjustment_amount as stated_adjustment,
        paid.other_amount as stated_other,
        paid.settlement_amount as stated_payout,
        paid.arithmetic_residual
    from {{ ref('int_settlement_owed_now') }} as owed
    left join {{ ref('int_settlement_paid_now') }} as paid
        on owed.order_key = paid.order_key
    left join shops_with_returns as returns
        on owed.shop_id = returns.shop_id
    where paid.order_key is not null or (owed.delivered_on is not null and not owed.is_void)

),

compared as (

    -- What nothing says is taken as stated. A fee may be rounded on each line and each refund.
    select
        held.*,
        {% for component in components -%}
        coalesce(expected_{{ component }}, stated_{{ component }}, 0)
        {%- if not loop.last %} + {% endif %}
        {%- endfor %} + coalesce(stated_adjustment, 0) + coalesce(stated_other, 0) as expected_payout,
        arithmetic_residual = 0
        {%- for component in components if component != 'affiliate_commission' %}
        and coalesce(abs(stated_{{ component }} - expected_{{ component }}), 0) <= {% if component in exact -%}
            0
        {%- elif component == 'referral_fee' -%}
            0.01 * (lines + refunds_counted)
        {%- else -%}
            0.01 * refunds_counted
        {%- endif %}
        {%- endfor %} as is_tied_but_for_commission,
        coalesce(abs(stated_affiliate_commission - expected_affiliate_commission), 0)
        <= 0.01 * refunds_counted as is_commission_tied,
        coalesce(
            abs(stated_affiliate_commission - charged_commission_amount) <= 0.01 * refunds_counted, false
        ) as is_commission_as_charged
    from held

),

pending as (

    -- Orders that tie when the latest refunds, or a commission settled lately, are left for a later statement.
    select distinct order_key
    from compared
    where
        is_tied_but_for_commission
        and (refunds_counted < refunds and is_commission_tied or is_commission_as_charged)

),

lags as (

    -- How soon after its delivery an order was settled at the earliest.
    select
        shop_id,
        min({{ dbt.datediff('delivered_on', 'settled_on', 'day') }}) as least_days
    from compared
    where settled_on >= delivered_on
    group by shop_id

),

spans as (

    select
        shop_id,
        min(settled_on) as from_on,
        max(settled_on) as to_on
    from statement_days
    group by shop_id

),

uncovered as (

    select distinct compared.order_key
    from compared
    inner join gaps
        on
            compared.shop_id = gaps.shop_id
            and gaps.to_on > compared.delivered_on
            and gaps.from_on < {{ add_days('compared.delivered_on', 'compared.settlement_days') }}
    where compared.statement_rows = 0

),

judged as (

    select
        compared.*,
        case
            when compared.statement_rows > 0 and compared.is_tied_but_for_commission and compared.is_commission_tied
                then case when compared.is_sample then 'sample' else 'tied' end
            when compared.statement_rows > 0 and pending.order_key is not null then 'refund_pending'
            when
                -- The statement has a refund that the return export does not show yet.
                compared.statement_rows > 0
                and compared.stated_refund < compared.expected_refund
                and compared.stated_sales = compared.expected_sales
                and compared.arithmetic_residual = 0
                and {{ dbt.datediff('compared.refund_settled_on', 'compared.as_of_on', 'day') }}
                < compared.settlement_days
                then 'refund_pending'
            when compared.statement_rows > 0 then 'differs'
            when compared.is_sample then 'sample'
            when
                compared.expected_payout > 0
                and {{ dbt.datediff('compared.delivered_on', 'compared.as_of_on', 'day') }} > compared.settlement_days
                and {{ add_days('compared.delivered_on', 'compared.settlement_days') }} <= spans.to_on
                and {{ add_days('compared.delivered_on', 'coalesce(lags.least_days, 0)') }} >= spans.from_on
                and uncovered.order_key is null
                then 'missing'
            else 'not_settled_yet'
        end as state
    from compared
    left join pending
        on compared.order_key = pending.order_key
    left join spans
        on compared.shop_id = spans.shop_id
    left join lags
        on compared.shop_id = lags.shop_id
    left join uncovered
        on compared.order_key = uncovered.order_key
    where compared.refunds_counted = compared.refunds

)

select
    shop_id,
    order_id,
    seller_sku,
    created_at,
    delivered_at,
    delivered_on,
    settled_on,
    cast(statements as bigint) as statements,
    is_sample,
    state,
    {%- for component in components %}
    cast(expected_{{ component }} as decimal(18, 2)) as expected_{{ component }},
    {%- endfor %}
    cast(expected_payout as decimal(18, 2)) as expected_payout,
    {%- for component in components %}
    cast(stated_{{ component }} as decimal(18, 2)) as stated_{{ component }},
    {%- endfor %}
    cast(stated_adjustment as decimal(18, 2)) as stated_adjustment,
    cast(stated_other as decimal(18, 2)) as stated_other,
    cast(stated_payout as decimal(18, 2)) as stated_payout,
    cast(arithmetic_residual as decimal(18, 2)) as arithmetic_residual,
    -- What was paid beyond what was due; of an order that nobody paid, all that is due.
    case
        when statement_rows > 0 then cast(stated_payout - expected_payout as decimal(18, 2))
        when state = 'missing' then cast(-expected_payout as decimal(18, 2))
    end as unexplained_amount,
    cast(lines + refunds as bigint) as rounded_amounts,
    cast(refunds as bigint) as refunds,
    cast(refunded_fee_amount as decimal(18, 2)) as refunded_referral_fee,
    currency,
    cast({{ dbt.datediff('coalesce(settled_on, delivered_on)', 'as_of_on', 'day') }} as bigint) as age_days
from judged
