{#-
  What packages add to the valid tracking rate, by shipping day and by the day it is known: packages
  (no defect named) and, of those, the defective ones by their defect.
-#}
{%- set keys = ['shop_id', 'window_on'] -%}
with phases as (

    select *
    from {{ ref('int_package_phases') }}
    where is_rated_package and counts_from_on is not null and (to_on is null or from_on < to_on)

),

spans as (

    {{ tracking_spans('phases', keys) }}

)

{{ tracking_changes('spans', keys) }}
