-- Baseline, target and path of each indicator for the whole organisation. How a baseline is found and what the target
-- is measured from are data; see the columns of the seed `indicator`.
with followed as (
    select
        indicator.*,
        programme.organisation_id
    from {{ ref("indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
),

-- original_budget: the year's original budget of the same accounts, which stands in its December.
from_budget as (
    select
        followed.programme_id,
        followed.indicator_id,
        followed.baseline_month,
        {{ ratio("sum(budget.value)", "max(followed.scale)") }} as baseline_value
    from followed
    inner join {{ ref("int_cost_measure") }} as budget
        on followed.organisation_id = budget.organisation_id
        and followed.numerator = budget.measure_id
        and year(followed.baseline_month) = year(budget.month)
        and budget.scenario = 'budget_original'
    where followed.baseline_rule = 'original_budget'
    group by followed.programme_id, followed.indicator_id, followed.baseline_month
),

-- own_value: the indicator's own value at the baseline month, over the baseline's window.
-- first_covered: its own value at the first month of that year, from the baseline month on, that has one.
own as (
    select
        followed.programme_id,
        followed.indicator_id,
        point.month as baseline_month,
        point.value as baseline_value,
        row_number() over (
            partition by followed.programme_id, followed.indicator_id
            order by point.month
        ) as place
    from followed
    inner join {{ ref("int_indicator_window") }} as point
        on followed.programme_id = point.programme_id
        and followed.indicator_id = point.indicator_id
        and followed.organisation_id = point.organisation_id
        and point.window_months = coalesce(followed.baseline_window_months, followed.window_months)
        and point.division_id = 'all'
        and point.value is not null
    where
        (followed.baseline_rule = 'own_value' and point.month = followed.baseline_month)
        or (
            followed.baseline_rule = 'first_covered'
            and point.month >= followed.baseline_month
            and year(point.month) = year(followed.baseline_month)
        )
),

based as (
    select
        followed.*,
        coalesce(own.baseline_month, followed.baseline_month) as found_month,
        case followed.baseline_rule
            when 'given' then cast(followed.baseline_value as double)
            when 'original_budget' then from_budget.baseline_value
            else own.baseline_value
        end as found_value
    from followed
    left join from_budget
        on followed.programme_id = from_budget.programme_id
        and followed.indicator_id = from_budget.indicator_id
    left join own
        on followed.programme_id = own.programme_id
        and followed.indicator_id = own.indicator_id
        and own.place = 1
)

select
    programme_id,
    indicator_id,
    organisation_id,
    family,
    better,
    baseline_rule,
    found_month as baseline_month,
    found_value as baseline_value,
    target_kind,
    {{ target_number("target_value") }} as target_value,
    {{ target_number("target_weakest") }} as target_weakest,
    {{ target_number("target_low") }} as target_low,
    {{ target_number("target_high") }} as target_high,
    target_month
from based
