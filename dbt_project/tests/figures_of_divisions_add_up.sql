{{ config(severity="warn") }}

-- A figure given for the whole organisation is its total; the divisions given beside it ought to add up to it.
select
    organisation_id,
    measure_id,
    month,
    sum(case when division_code is null then value end) as whole,
    sum(case when division_code is not null then value end) as divisions
from {{ ref("stg_tunnusluvut") }}
group by organisation_id, measure_id, month
having
    abs(
        sum(case when division_code is null then value end)
        - sum(case when division_code is not null then value end)
    ) > 0.00005
