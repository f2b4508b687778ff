-- Of one run the worst result of a check counts.
select
    run_id,
    check_id,
    organisation_id,
    extract_id,
    severity,
    status,
    checked_at,
    delivery_id
from {{ lake_log("check_result") }}
where status <> 'not_applicable'
