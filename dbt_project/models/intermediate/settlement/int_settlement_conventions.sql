{#-
  How each statement file writes its sums, by the vote of its rows: whether fees and refunds are
  written with a minus, whether shipping is within the total of the fees, and whether that total is
  made of the fees that the contract knows. One row that does not add up cannot change it. Whether it
  tells the buyer's shipping apart at all, any row says.
-#}
with rows as (

    select
        shop_id,
        source_id,
        settlement_amount - adjustment_amount as paid_amount,
        coalesce(revenue_amount, sales_amount - abs(refund_amount)) as revenue_amount,
        revenue_amount as stated_revenue_amount,
        sales_amount,
        refund_amount,
        fee_total_amount,
        coalesce(fee_total_amount, named_fee_amount) as fee_amount,
        named_fee_amount,
        shipping_total_amount,
        buyer_shipping_amount
    from {{ ref('int_settlement_stated') }}

),

votes as (

    select
        shop_id,
        source_id,
        count(*) filter (
            where fee_total_amount is not null and abs(revenue_amount + fee_amount - paid_amount) <= 0.01
        ) as within,
        count(*) filter (
            where abs(revenue_amount + fee_amount + shipping_total_amount - paid_amount) <= 0.01
        ) as apart,
        count(*) filter (
            where fee_total_amount is not null and abs(revenue_amount - fee_amount - paid_amount) <= 0.01
        ) as charged_within,
        count(*) filter (
            where abs(revenue_amount - fee_amount - shipping_total_amount - paid_amount) <= 0.01
        ) as charged_apart,
        count(*) filter (
            where refund_amount <> 0 and abs(sales_amount + refund_amount - stated_revenue_amount) <= 0.01
        ) as refunds_with_minus,
        count(*) filter (
            where refund_amount <> 0 and abs(sales_amount - refund_amount - stated_revenue_amount) <= 0.01
        ) as refunds_without_minus,
        sum(refund_amount) as refund_amount,
        count(*) filter (where fee_total_amount <> 0) as fee_rows,
        count(*) filter (
            where fee_total_amount <> 0 and abs(fee_total_amount - named_fee_amount) <= 0.01
        ) as named_rows,
        count(*) filter (
            where
                fee_total_amount <> 0
                and abs(fee_total_amount - named_fee_amount - shipping_total_amount) <= 0.01
        ) as named_rows_with_shipping,
        count(buyer_shipping_amount) > 0 as is_buyer_shipping_named
    from rows
    group by shop_id, source_id

),

decided as (

    select
        votes.*,
        greatest(within, apart) >= greatest(charged_within, charged_apart) as is_fee_negative
    from votes

)

select
    shop_id,
    source_id,
    case when is_fee_negative then 1 else -1 end as fee_sign,
    case when is_fee_negative then apart > within else charged_apart > charged_within end
        as is_shipping_apart,
    case
        when refunds_without_minus > refunds_with_minus then -1
        when refunds_without_minus = refunds_with_minus and refund_amount > 0 then -1
        else 1
    end as refund_sign,
    2 * greatest(named_rows, named_rows_with_shipping) > fee_rows as are_all_fees_named,
    is_buyer_shipping_named
from decided
