-- Baseline, target and path of each indicator for the whole organisation, month by month: a baseline that is the year
-- before moves with the month, the others stand still. How a baseline is found, what the target is measured from and
-- how the way there runs are data; see the columns of the seed `indicator`.
{% set indicator_key = "programme_id, indicator_id" %}

with followed as (
    select
        indicator.*,
        programme.organisation_id
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
),

-- original_budget: the year's original budget of the same accounts, which stands in its December.
from_budget as (
    select
        followed.programme_id,
        followed.indicator_id,
        {{ ratio("sum(budget.value)", "max(followed.scale)") }} as baseline_value
    from followed
    inner join {{ ref("int_cost_measure") }} as budget
        on followed.organisation_id = budget.organisation_id
        and followed.numerator = budget.measure_id
        and year(followed.baseline_month) = year(budget.month)
        and budget.scenario = 'budget_original'
    where followed.baseline_rule = 'original_budget'
    group by followed.programme_id, followed.indicator_id
),

own_point as (
    select
        followed.programme_id,
        followed.indicator_id,
        followed.baseline_rule,
        followed.baseline_month,
        point.month,
        point.value
    from followed
    inner join {{ ref("int_indicator_window") }} as point
        on followed.programme_id = point.programme_id
        and followed.indicator_id = point.indicator_id
        and followed.organisation_id = point.organisation_id
        and point.window_months = coalesce(followed.baseline_window_months, followed.window_months)
        and point.division_id = 'all'
        and point.value is not null
),

-- own_value: the indicator's own value at the baseline month, over the baseline's window.
-- first_covered: its own value at the first month of that year, from the baseline month on, that has one.
own as (
    select
        own_point.*,
        row_number() over (partition by {{ indicator_key }} order by month) as place
    from own_point
    where
        (baseline_rule = 'own_value' and month = baseline_month)
        or (baseline_rule = 'first_covered' and month >= baseline_month and year(month) = year(baseline_month))
),

based as (
    select
        followed.*,
        calendar.month,
        case
            when followed.baseline_rule = 'previous_year' then {{ add_months("calendar.month", "-12") }}
            else coalesce(own.month, followed.baseline_month)
        end as found_month,
        case followed.baseline_rule
            when 'given' then cast(followed.baseline_value as double)
            when 'original_budget' then from_budget.baseline_value
            -- previous_year: its own value of the same month a year earlier.
            when 'previous_year' then year_before.value
            else own.value
        end as found_value
    from followed
    cross join {{ ref("int_calendar") }} as calendar
    left join from_budget
        on followed.programme_id = from_budget.programme_id
        and followed.indicator_id = from_budget.indicator_id
    left join own
        on followed.programme_id = own.programme_id
        and followed.indicator_id = own.indicator_id
        and own.place = 1
    left join own_point as year_before
        on followed.programme_id = year_before.programme_id
        and followed.indicator_id = year_before.indicator_id
        and followed.baseline_rule = 'previous_year'
        and calendar.month = {{ add_months("year_before.month", 12) }}
),

targeted as (
    select
        based.*,
        {{ target_number("target_value") }} as goal_value,
        {{ target_number("target_weakest") }} as goal_weakest,
        {{ target_number("target_low") }} as goal_low,
        {{ target_number("target_high") }} as goal_high,
        -- Where the way runs to: at once for a step; each month anew for a change from the year before.
        case
            when baseline_rule = 'previous_year' then month
            when path_shape = 'step' then found_month
            else target_month
        end as path_end
    from based
),

-- trajectory: the document's own points, after the baseline where that is not one of them.
path_point as (
    select
        point.programme_id,
        point.indicator_id,
        point.month,
        cast(point.value as double) as value
    from {{ ref("target_path") }} as point
    inner join followed
        on point.programme_id = followed.programme_id
        and point.indicator_id = followed.indicator_id
        and point.definition_version = followed.definition_version

    union

    select
        based.programme_id,
        based.indicator_id,
        based.found_month as month,
        based.found_value as value
    from based
    left join {{ ref("target_path") }} as stated
        on based.programme_id = stated.programme_id
        and based.indicator_id = stated.indicator_id
        and based.definition_version = stated.definition_version
        and based.found_month = stated.month
    where
        based.target_kind = 'trajectory'
        and based.found_value is not null
        and stated.month is null
),

path_piece as (
    select
        {{ indicator_key }},
        month as from_month,
        value as from_value,
        lead(month) over (partition by {{ indicator_key }} order by month) as next_month,
        lead(value) over (partition by {{ indicator_key }} order by month) as next_value,
        row_number() over (partition by {{ indicator_key }} order by month) as place
    from path_point
),

-- Before the first point its value, after the last one that one's.
on_trajectory as (
    select
        targeted.programme_id,
        targeted.indicator_id,
        targeted.month,
        {{ on_path(
            "targeted.month", "piece.from_month", "piece.from_value",
            "coalesce(piece.next_month, piece.from_month)", "coalesce(piece.next_value, piece.from_value)"
        ) }} as value
    from targeted
    inner join path_piece as piece
        on targeted.programme_id = piece.programme_id
        and targeted.indicator_id = piece.indicator_id
        and (targeted.month >= piece.from_month or piece.place = 1)
        and (targeted.month < piece.next_month or piece.next_month is null)
    where targeted.target_kind = 'trajectory'
)

select
    targeted.programme_id,
    targeted.indicator_id,
    targeted.organisation_id,
    targeted.month,
    targeted.better,
    targeted.baseline_rule,
    targeted.found_month as baseline_month,
    targeted.found_value as baseline_value,
    targeted.target_kind,
    targeted.goal_value as target_value,
    targeted.goal_weakest as target_weakest,
    targeted.goal_low as target_low,
    targeted.goal_high as target_high,
    case when targeted.baseline_rule = 'previous_year' then targeted.month else targeted.target_month end
        as target_month,
    case
        when targeted.target_kind = 'trajectory' then on_trajectory.value
        else {{ path_to("goal_value") }}
    end as expected_value,
    -- A band opens along the way from the baseline to its edges at the target month.
    {{ path_to("goal_low") }} as low_now,
    {{ path_to("goal_high") }} as high_now
from targeted
left join on_trajectory
    on targeted.programme_id = on_trajectory.programme_id
    and targeted.indicator_id = on_trajectory.indicator_id
    and targeted.month = on_trajectory.month
