-- The budget of the months that each cost indicator's latest value sums. A budget is of a whole year: of each calendar
-- year as many twelfths are taken as the window has months in it. The revised budget stands where the year has one.
-- Rounded to the cent where it is finest, so that every split of it adds up to the same whole.
with followed as (
    select
        status.programme_id,
        status.indicator_id,
        status.organisation_id,
        status.month,
        indicator.numerator as measure_id,
        indicator.window_months
    from {{ ref("indicator_status") }} as status
    inner join {{ ref("int_indicator") }} as indicator
        on status.programme_id = indicator.programme_id
        and status.indicator_id = indicator.indicator_id
    where
        status.value is not null
        and indicator.family = 'sum'
),

window_year as (
    select
        followed.programme_id,
        followed.indicator_id,
        followed.organisation_id,
        followed.measure_id,
        followed.window_months,
        year(calendar.month) as budget_year,
        count(*) as months
    from followed
    inner join {{ ref("int_calendar") }} as calendar
        on calendar.month between {{ add_months("followed.month", "1 - followed.window_months") }} and followed.month
    group by
        followed.programme_id, followed.indicator_id, followed.organisation_id, followed.measure_id,
        followed.window_months, year(calendar.month)
),

standing as (
    select
        organisation_id,
        year(month) as budget_year,
        max(case when scenario = 'budget_revised' then 1 else 0 end) as is_revised
    from {{ ref("fct_cost_monthly") }}
    where scenario <> 'actual'
    group by organisation_id, year(month)
),

-- A window of which some year has no budget has nothing to be compared with.
budgeted as (
    select
        window_year.*,
        standing.is_revised,
        sum(window_year.months) over indicator_window as budgeted_months,
        min(standing.is_revised) over indicator_window as all_revised,
        max(standing.is_revised) over indicator_window as any_revised
    from window_year
    inner join standing
        on window_year.organisation_id = standing.organisation_id
        and window_year.budget_year = standing.budget_year
    window indicator_window as (
        partition by window_year.programme_id, window_year.indicator_id, window_year.organisation_id
    )
)

select
    budgeted.programme_id,
    budgeted.indicator_id,
    budgeted.organisation_id,
    case
        when budgeted.all_revised = 1 then 'budget_revised'
        when budgeted.any_revised = 1 then 'budget_both'
        else 'budget_original'
    end as basis,
    cost.division_id,
    coalesce(grouped.account_group_id, 'unmapped') as account_group_id,
    coalesce(cost.service_class_code, 'unmapped') as service_class_code,
    budgeted.budget_year,
    cast(round(sum(cost.amount_eur * rule.sign) * max(budgeted.months) / 12, 2) as decimal(18, 2)) as amount_eur
from budgeted
inner join {{ ref("cost_rule") }} as rule
    on budgeted.measure_id = rule.measure_id
inner join {{ ref("fct_cost_monthly") }} as cost
    on budgeted.organisation_id = cost.organisation_id
    and budgeted.budget_year = year(cost.month)
    and cost.scenario = case when budgeted.is_revised = 1 then 'budget_revised' else 'budget_original' end
    and cost.account_code between rule.account_from and rule.account_to
    and (
        rule.service_class_from is null
        or cost.service_class_code between rule.service_class_from and rule.service_class_to
    )
left join {{ ref("account_group") }} as grouped
    on cost.account_code between grouped.account_from and grouped.account_to
where budgeted.budgeted_months = budgeted.window_months
group by
    budgeted.programme_id, budgeted.indicator_id, budgeted.organisation_id, budgeted.all_revised,
    budgeted.any_revised, cost.division_id, coalesce(grouped.account_group_id, 'unmapped'),
    coalesce(cost.service_class_code, 'unmapped'), budgeted.budget_year
