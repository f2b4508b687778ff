-- The rules of the registry that no single column can keep, one row a breach.
with breach as (
    select
        programme_id,
        indicator_id,
        definition_version,
        case
            when better = 'within' and target_low is null and target_high is null then 'a band without an edge'
            when better <> 'within' and (target_low is not null or target_high is not null) then 'edges without a band'
            when target_kind in ('direction', 'none') and target_value is not null then 'a number without a target'
            when target_kind not in ('direction', 'none') and target_value is null then 'a target without a number'
            when baseline_rule = 'given' and (baseline_value is null or baseline_month is null)
                then 'a given baseline without its value or month'
            when baseline_rule in ('own_value', 'first_covered', 'original_budget') and baseline_month is null
                then 'a baseline without a month'
            when baseline_rule in ('previous_year', 'none') and baseline_month is not null
                then 'a baseline month that nothing reads'
            when family in ('saving', 'decrease', 'increase', 'index') and baseline_month is null
                then 'nothing to measure against'
            when family = 'rank' and ranked_indicator_id is null then 'a rank of nothing'
            when family <> 'rank' and numerator is null then 'no numerator'
            when target_month is null and target_kind <> 'none' and baseline_rule <> 'previous_year'
                then 'a target without a month'
        end as reason
    from {{ ref("indicator") }}

    union all

    select
        indicator.programme_id,
        indicator.indicator_id,
        indicator.definition_version,
        'an unknown goal' as reason
    from {{ ref("indicator") }} as indicator
    left join {{ ref("goal") }} as goal
        on indicator.programme_id = goal.programme_id
        and indicator.goal_id = goal.goal_id
    where
        indicator.goal_id is not null
        and goal.goal_id is null

    union all

    select
        indicator.programme_id,
        indicator.indicator_id,
        indicator.definition_version,
        'a trajectory without points' as reason
    from {{ ref("indicator") }} as indicator
    left join {{ ref("target_path") }} as point
        on indicator.programme_id = point.programme_id
        and indicator.indicator_id = point.indicator_id
        and indicator.definition_version = point.definition_version
    where
        indicator.target_kind = 'trajectory'
        and point.month is null

    union all

    select
        point.programme_id,
        point.indicator_id,
        point.definition_version,
        'points of no trajectory' as reason
    from {{ ref("target_path") }} as point
    left join {{ ref("indicator") }} as indicator
        on point.programme_id = indicator.programme_id
        and point.indicator_id = indicator.indicator_id
        and point.definition_version = indicator.definition_version
        and indicator.target_kind = 'trajectory'
    where indicator.indicator_id is null

    union all

    select
        later.programme_id,
        later.indicator_id,
        later.definition_version,
        'a version that is not valid after the one before' as reason
    from {{ ref("indicator") }} as later
    inner join {{ ref("indicator") }} as earlier
        on later.programme_id = earlier.programme_id
        and later.indicator_id = earlier.indicator_id
        and later.definition_version > earlier.definition_version
        and later.valid_from <= earlier.valid_from

    union all

    select
        max(goal.programme_id) as programme_id,
        goal.goal_id as indicator_id,
        null as definition_version,
        'a goal of two programmes of one organisation: the register could not tell them apart' as reason
    from {{ ref("goal") }} as goal
    inner join {{ ref("programme") }} as programme
        on goal.programme_id = programme.programme_id
    group by programme.organisation_id, goal.goal_id
    having count(*) > 1

    union all

    select
        goal.programme_id,
        goal.goal_id as indicator_id,
        null as definition_version,
        'a goal under a goal under a goal, or under one that is not there' as reason
    from {{ ref("goal") }} as goal
    left join {{ ref("goal") }} as parent
        on goal.programme_id = parent.programme_id
        and goal.parent_goal_id = parent.goal_id
    where
        goal.parent_goal_id is not null
        and (parent.goal_id is null or parent.parent_goal_id is not null)

    union all

    select
        null as programme_id,
        measure_id as indicator_id,
        null as definition_version,
        'rows of one measure that count other visits' as reason
    from {{ ref("client_rule") }}
    group by measure_id
    having
        min(visits_at_least) <> max(visits_at_least)
        or min(window_months) <> max(window_months)
)

select *
from breach
where reason is not null
