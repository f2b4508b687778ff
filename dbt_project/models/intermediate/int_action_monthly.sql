-- The register of measures (here: actions) with the goal of each. An action names its goal, or by its theme the object
-- of a spearhead; one that names neither is `unmapped`, and its euros are kept.
with own_goal as (
    select
        programme.organisation_id,
        goal.programme_id,
        goal.goal_id
    from {{ ref("goal") }} as goal
    inner join {{ ref("programme") }} as programme
        on goal.programme_id = programme.programme_id
)

select
    action.organisation_id,
    action.month,
    action.action_code,
    action.name,
    coalesce(stated.programme_id, themed.programme_id) as programme_id,
    coalesce(stated.goal_id, themed.goal_id, 'unmapped') as goal_id,
    action.theme_code,
    {{ division_id() }} as division_id,
    action.owner_role,
    action.starts_on,
    action.ends_on,
    action.state,
    action.completion_percent,
    action.state not in ('valmis', 'keskeytetty') and action.ends_on < last_day(action.month) as is_overdue,
    action.saving_planned_eur,
    action.saving_realised_eur,
    action.investment_eur
from {{ ref("stg_toimenpiteet") }} as action
left join own_goal as stated
    on action.organisation_id = stated.organisation_id
    and action.goal_code = stated.goal_id
left join own_goal as themed
    on action.organisation_id = themed.organisation_id
    and action.theme_code = themed.goal_id
{{ join_division("action") }}
