-- The guard may decide of a delivery again on a later night: its newest word stands.
with ranked as (
    select
        run_id,
        organisation_id,
        extract_id,
        delivery_id,
        verdict,
        check_ids,
        decided_at,
        row_number() over (
            partition by organisation_id, extract_id, delivery_id
            order by decided_at desc, run_id desc
        ) as newness
    from {{ lake_log("verdict") }}
)

select
    run_id,
    organisation_id,
    extract_id,
    delivery_id,
    verdict,
    check_ids,
    decided_at
from ranked
where newness = 1
