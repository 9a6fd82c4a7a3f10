{{ config(materialized='view') }}
{#- The lines that a rate must not cross, one row a policy version and metric, each with its direction. -#}
{% for metric in [
    'late_dispatch', 'valid_tracking', 'seller_fault_cancellation', 'on_time_delivery'
] -%}
select
    policy_version,
    '{{ metric }}_rate' as metric,
    {{ 'true' if metric in ['valid_tracking', 'on_time_delivery'] else 'false' }} as is_higher_better,
    cast({{ metric }}_target as decimal(9, 5)) as target,
    cast({{ metric ~ '_enforcement' if metric == 'late_dispatch' else 'null' }} as decimal(9, 5)) as enforcement,
    cast({{ metric }}_approaching as decimal(9, 5)) as approaching,
    cast({{ metric }}_min_denominator as bigint) as min_denominator
from {{ ref('policy_versions') }}
{{ 'union all' if not loop.last }}
{% endfor %}
