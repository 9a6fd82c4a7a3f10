{{ config(materialized='view') }}
{#- The newest as-of day of each shop: the moment of every mart that has no `as_of_on`. -#}
select shop_id, as_of_on, ends_at
from {{ source('inputs', 'as_of') }}
where is_current
