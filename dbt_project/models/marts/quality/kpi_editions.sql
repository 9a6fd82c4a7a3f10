{#-
  A ledger: the publication fills it, from the published ledger and from what it publishes of
  `kpi_daily`. A build by itself has nothing to say here.
-#}
select
    shop_id,
    as_of_on,
    metric,
    basis,
    window_name,
    cast(null as {{ dbt.type_string() }}) as run_id,
    cast(null as {{ dbt.type_timestamp() }}) as published_at,
    numerator,
    denominator,
    value,
    status,
    policy_version,
    is_complete
from {{ ref('kpi_daily') }}
where false
