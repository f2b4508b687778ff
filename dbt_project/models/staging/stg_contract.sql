select
    extract_id,
    version,
    title_fi,
    title_sv,
    title_en,
    delivery_mode,
    cadence,
    due_day,
    scope,
    owner
from {{ lake_log("contract") }}
