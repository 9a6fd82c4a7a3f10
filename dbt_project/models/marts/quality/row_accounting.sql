select
    run_id,
    shop_id,
    file,
    feed,
    rows_read,
    rows_accepted,
    rows_quarantined,
    rows_skipped,
    sha256,
    archive_sha256,
    status,
    reason,
    mend,
    is_present
from {{ source('inputs', 'files') }}
