select
    intervention_id,
    made_at,
    action,
    shop_id,
    subject,
    reason,
    made_by,
    run_id
from {{ source('inputs', 'interventions') }}
