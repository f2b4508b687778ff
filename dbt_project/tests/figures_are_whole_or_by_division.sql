{{ config(severity="warn") }}

-- A figure given both by division and without one in the same month is added up to the organisation's total, and so
-- probably counted twice.
select
    organisation_id,
    measure_id,
    month
from {{ ref("stg_tunnusluvut") }}
group by organisation_id, measure_id, month
having count(division_code) between 1 and count(*) - 1
