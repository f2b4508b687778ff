-- The portfolio: how many actions stand in which state, how many are overdue, what they plan, have saved and have cost,
-- by goal, theme and division. Every figure can be added over all of these.
select
    action.organisation_id,
    action.programme_id,
    action.month,
    action.goal_id,
    goal.theme,
    action.division_id,
    action.state,
    count(*) as actions_count,
    cast(sum(case when action.is_overdue then 1 else 0 end) as bigint) as overdue_count,
    cast(sum(action.saving_planned_eur) as decimal(18, 2)) as saving_planned_eur,
    cast(sum(action.saving_realised_eur) as decimal(18, 2)) as saving_realised_eur,
    cast(sum(action.investment_eur) as decimal(18, 2)) as investment_eur
from {{ ref("int_action_monthly") }} as action
left join {{ ref("goal") }} as goal
    on action.programme_id = goal.programme_id
    and action.goal_id = goal.goal_id
group by
    action.organisation_id, action.programme_id, action.month, action.goal_id, goal.theme, action.division_id,
    action.state
