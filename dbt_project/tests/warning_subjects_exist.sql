-- What a warning is about exists where the reader will look for it: the indicator in the catalogue, the measure in the
-- register, the group among the claims, the guard rail among the guard rails, the extract among the contracts.
with looked_up as (
    select
        warning.warning_id,
        case warning.subject_kind
            when 'indicator' then (
                select count(*) from {{ ref("indicator_catalogue") }} as catalogue
                where catalogue.programme_id = warning.programme_id
                    and catalogue.indicator_id = warning.subject_id
                    and catalogue.organisation_id = warning.organisation_id
            )
            when 'action' then (
                select count(*) from {{ ref("fct_action_monthly") }} as action
                where action.organisation_id = warning.organisation_id
                    and action.action_code = warning.subject_id
                    and action.month = warning.month
            )
            when 'extract' then (
                select count(*) from {{ ref("stg_contract") }} as contract
                where contract.extract_id = split_part(warning.subject_id, ' ', 1)
            )
            else (
                select count(*) from {{ ref("indicator_saving_seen") }} as seen
                where seen.programme_id = warning.programme_id
                    and seen.organisation_id = warning.organisation_id
                    and warning.subject_kind = 'saving_' || seen.scope
                    and seen.group_id = warning.subject_id
                    and seen.month = warning.month
            )
        end as subjects,
        case
            when warning.other_id is null then 1
            else (
                select count(*) from {{ ref("indicator_guard_rail") }} as rail
                where rail.organisation_id = warning.organisation_id
                    and rail.guard_rail_id = warning.other_id
                    and rail.status = 'worse'
            )
        end as others
    from {{ ref("indicator_warning") }} as warning
)

select *
from looked_up
where subjects <> 1 or others <> 1
