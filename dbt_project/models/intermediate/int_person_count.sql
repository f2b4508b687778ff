-- The persons who stand behind a figure, by disclosure group. `employment`: the own staff of the month; where no
-- staffing file covers the month, those on sick leave (fewer, so the protection errs on the safe side).
-- `survey`: the respondents of the round.
with employment as (
    select
        organisation_id,
        division_id,
        month,
        persons
    from {{ ref("int_staff_monthly") }}
),

staffed_month as (
    select distinct
        organisation_id,
        month
    from employment
),

away_only as (
    select
        away.organisation_id,
        away.division_id,
        away.month,
        away.persons_away as persons
    from {{ ref("int_sick_leave_monthly") }} as away
    left join staffed_month
        on away.organisation_id = staffed_month.organisation_id
        and away.month = staffed_month.month
    where staffed_month.month is null
),

-- A person away from two divisions in a month would be counted twice in a sum: the largest division is the safe count.
away as (
    select * from away_only
    union all
    select
        organisation_id,
        'all' as division_id,
        month,
        max(persons) as persons
    from away_only
    group by organisation_id, month
),

survey as (
    select
        organisation_id,
        division_id,
        month,
        cast(enps_respondents as bigint) as persons
    from {{ ref("int_survey_round") }}
    union all
    select
        organisation_id,
        'all' as division_id,
        month,
        cast(sum(enps_respondents) as bigint) as persons
    from {{ ref("int_survey_round") }}
    group by organisation_id, month
)

select
    organisation_id,
    division_id,
    month,
    'employment' as disclosure_group,
    persons
from (
    select * from employment
    union all
    select * from away
) as counted

union all

select
    organisation_id,
    division_id,
    month,
    'survey' as disclosure_group,
    persons
from survey
