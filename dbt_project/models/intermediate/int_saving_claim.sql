-- What each action of the register claims to have saved in the twelve months that end in a month, and how much more
-- that is than in the twelve before. The register's realised saving is a stand since the action's start, so a year's is
-- the stand less that of a year before. A stand of before the programme is zero; one of a month without a register is
-- not known, and then nor is the claim.
with only_programme as (
    select
        organisation_id,
        min(programme_id) as programme_id
    from {{ ref("programme") }}
    group by organisation_id
    having count(*) = 1
),

-- An action that names no goal known is still one of its organisation's only programme.
stand as (
    select
        action.organisation_id,
        coalesce(action.programme_id, only_programme.programme_id) as programme_id,
        action.month,
        action.action_code,
        case when action.goal_id <> 'unmapped' then action.goal_id end as goal_id,
        action.division_id,
        action.owner_role,
        cast(action.saving_realised_eur as double) as stand_eur
    from {{ ref("int_action_monthly") }} as action
    left join only_programme
        on action.organisation_id = only_programme.organisation_id
),

register as (
    select
        organisation_id,
        month,
        month_status,
        contested_reason
    from {{ ref("int_coverage") }}
    where coverage_id = 'toimenpiteet'
        and is_covered
),

earlier as (
    select
        stand.*,
        register.month_status,
        register.contested_reason,
        {% for back in (12, 24) %}
        case
            when register_{{ back }}.month is not null then coalesce(stand_{{ back }}.stand_eur, 0)
            when {{ add_months("stand.month", -back) }} < {{ month_of("programme.period_start") }} then 0
        end as stand_{{ back }}_eur{% if not loop.last %},{% endif %}
        {% endfor %}
    from stand
    inner join register
        on stand.organisation_id = register.organisation_id
        and stand.month = register.month
    inner join {{ ref("programme") }} as programme
        on stand.programme_id = programme.programme_id
    {% for back in (12, 24) %}
    left join register as register_{{ back }}
        on stand.organisation_id = register_{{ back }}.organisation_id
        and stand.month = {{ add_months("register_" ~ back ~ ".month", back) }}
    left join stand as stand_{{ back }}
        on stand.organisation_id = stand_{{ back }}.organisation_id
        and stand.action_code = stand_{{ back }}.action_code
        and stand.month = {{ add_months("stand_" ~ back ~ ".month", back) }}
    {% endfor %}
)

select
    earlier.organisation_id,
    earlier.programme_id,
    earlier.month,
    earlier.action_code,
    goal.theme,
    earlier.division_id,
    earlier.owner_role,
    earlier.stand_eur - earlier.stand_12_eur as claimed_eur,
    (earlier.stand_eur - earlier.stand_12_eur) - (earlier.stand_12_eur - earlier.stand_24_eur) as claimed_more_eur,
    earlier.month_status,
    earlier.contested_reason
from earlier
left join {{ ref("goal") }} as goal
    on earlier.programme_id = goal.programme_id
    and earlier.goal_id = goal.goal_id
