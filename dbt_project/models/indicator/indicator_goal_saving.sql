{{ config(alias="goal_saving") }}

-- Planned and realised saving of the register by goal, a goal's own and with the goals under it, against the potential
-- that the programme states. Every goal has a row for every month.
with goal_month as (
    select
        goal.programme_id,
        programme.organisation_id,
        goal.goal_id,
        goal.parent_goal_id,
        cast(goal.potential_eur_million as double) as potential_eur_million,
        calendar.month
    from {{ ref("goal") }} as goal
    inner join {{ ref("programme") }} as programme
        on goal.programme_id = programme.programme_id
    inner join {{ ref("int_calendar") }} as calendar
        on {{ month_of("programme.period_start") }} <= calendar.month
),

-- A goal with itself and with those directly under it.
part as (
    select
        programme_id,
        goal_id,
        goal_id as part_goal_id
    from {{ ref("goal") }}

    union all

    select
        programme_id,
        parent_goal_id as goal_id,
        goal_id as part_goal_id
    from {{ ref("goal") }}
    where parent_goal_id is not null
),

registered as (
    select
        part.programme_id,
        part.goal_id,
        action.organisation_id,
        action.month,
        count(*) as actions_count,
        cast(sum(action.saving_planned_eur) as double) / 1e6 as planned_eur_million,
        cast(sum(action.saving_realised_eur) as double) / 1e6 as realised_eur_million
    from part
    inner join {{ ref("int_action_monthly") }} as action
        on part.programme_id = action.programme_id
        and part.part_goal_id = action.goal_id
    group by part.programme_id, part.goal_id, action.organisation_id, action.month
),

judged as (
    select
        goal_month.*,
        registered.actions_count,
        registered.planned_eur_million,
        registered.realised_eur_million,
        coverage.contested_reason,
        coverage.month_status as value_status
    from goal_month
    inner join {{ ref("int_coverage") }} as coverage
        on goal_month.organisation_id = coverage.organisation_id
        and goal_month.month = coverage.month
        and coverage.coverage_id = 'toimenpiteet'
    left join registered
        on goal_month.programme_id = registered.programme_id
        and goal_month.goal_id = registered.goal_id
        and goal_month.organisation_id = registered.organisation_id
        and goal_month.month = registered.month
)

-- A goal without actions in a month whose register came has none of them.
select
    programme_id,
    organisation_id,
    goal_id,
    parent_goal_id,
    month,
    potential_eur_million,
    case when value_status in ('ok', 'provisional') then coalesce(actions_count, 0) end as actions_count,
    case when value_status in ('ok', 'provisional') then coalesce(planned_eur_million, 0) end as planned_eur_million,
    case when value_status in ('ok', 'provisional') then coalesce(realised_eur_million, 0) end as realised_eur_million,
    value_status,
    case when value_status = 'provisional' then contested_reason end as provisional_reason
from judged
