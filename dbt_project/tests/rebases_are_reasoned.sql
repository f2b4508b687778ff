-- A rebase says in three languages why, and who decided it; it is of an indicator that is followed and a division that
-- is known, and begins with a month.
with known_division as (
    select
        programme.programme_id,
        division.division_id
    from {{ ref("programme") }} as programme
    inner join {{ ref("dim_division") }} as division
        on programme.organisation_id = division.organisation_id
),

known_indicator as (
    select distinct
        programme_id,
        indicator_id
    from {{ ref("indicator") }}
)

select rebase.*
from {{ ref("spc_rebase") }} as rebase
left join known_indicator
    on rebase.programme_id = known_indicator.programme_id
    and rebase.indicator_id = known_indicator.indicator_id
left join (select distinct * from known_division) as known_division
    on rebase.programme_id = known_division.programme_id
    and rebase.division_id = known_division.division_id
where
    known_indicator.indicator_id is null
    or (rebase.division_id is not null and known_division.division_id is null)
    or rebase.month <> {{ month_of("rebase.month") }}
    or coalesce(trim(rebase.reason_fi), '') = ''
    or coalesce(trim(rebase.reason_sv), '') = ''
    or coalesce(trim(rebase.reason_en), '') = ''
    or coalesce(trim(rebase.decided_by), '') = ''
