{{ config(materialized='view') }}
{#-
  The lines that a rate must not cross, one row a policy version and metric, each with its direction,
  and the basis and window in which the market's platform judges it.
-#}
select
    lines.policy_version,
    lines.metric,
    lines.target_comparison = '>=' as is_higher_better,
    lines.target,
    -- Whether a rate that equals its line has crossed it.
    lines.target_comparison = '<' as is_target_crossed_at,
    lines.enforcement,
    lines.target_comparison <> '>=' and lines.enforcement_comparison = '>=' as is_enforcement_crossed_at,
    lines.approaching,
    cast(lines.min_denominator as bigint) as min_denominator,
    lines.is_assumed,
    case when lines.metric = 'late_dispatch_rate' then versions.late_dispatch_basis else 'platform' end
        as evaluated_basis,
    versions.evaluation_window as evaluated_window
from {{ ref('policy_lines') }} as lines
inner join {{ ref('policy_versions') }} as versions
    on lines.policy_version = versions.policy_version
