select
    extract_id,
    version,
    delivery_mode,
    cadence,
    due_day,
    scope
from {{ lake_log("contract") }}
