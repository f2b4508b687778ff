{{ config(severity="warn") }}

-- Actions of the register that name no goal known: their euros are under `unmapped` until the register or the seed
-- `goal` is put right.
select
    organisation_id,
    action_code,
    min(month) as first_month
from {{ ref("fct_action_monthly") }}
where goal_id = 'unmapped'
group by organisation_id, action_code
