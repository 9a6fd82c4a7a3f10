{#-
  What arrived at the warehouse, the route that its grade is to take, and the one that it took. The
  shop's own list stands before the built-in one: for a word, and for a grade and all of its words.
  Stamps only: what is known at a moment is for the marts to say.
-#}
with worded as (

    select
        *,
        nullif({{ fold('grade') }}, '') as grade_word,
        nullif({{ fold('disposition') }}, '') as disposition_word
    from {{ ref('int_returns_received') }}
    where received_at is not null

)

select
    worded.shop_id,
    worded.rma_id,
    worded.seller_sku,
    worded.return_order_id,
    worded.order_id,
    worded.line_sku_id,
    worded.warehouse_id,
    worded.received_units as units,
    -- A word that the shop routes by itself is a grade of its own.
    case
        when own.grade <> {{ fold('grades.grade') }} then upper(worded.grade_word)
        else coalesce(grades.grade, upper(worded.grade_word))
    end as grade,
    coalesce(own.route, general.route, grades.route) as route,
    worded.disposition_word as disposition,
    nullif(dispositions.route, 'pending') as actual_route,
    worded.disposition_word is null or dispositions.route is not null as is_mapped_disposition,
    worded.received_at,
    worded.received_on,
    -- Neither grade nor disposition is known before it was looked at.
    case when worded.graded_at > worded.received_at then worded.graded_on else worded.received_on end
        as graded_on
from worded
left join {{ ref('return_grade_aliases') }} as grades
    on worded.grade_word = grades.alias
left join {{ ref('stg_reference__grade_routes') }} as own
    on
        worded.shop_id = own.shop_id
        and worded.grade_word = own.grade
left join {{ ref('stg_reference__grade_routes') }} as general
    on
        worded.shop_id = general.shop_id
        and {{ fold('grades.grade') }} = general.grade
left join {{ ref('return_dispositions') }} as dispositions
    on worded.disposition_word = dispositions.alias
