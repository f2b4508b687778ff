-- What each indicator's latest value is compared with: the same figure a year before, the baseline, the plan. One row
-- a comparison, with both values and where the parts of the earlier one are known from; `problem` says why there is
-- nothing to compare.
{% set key = "programme_id, indicator_id, organisation_id" %}

with term as (
    select distinct
        term.programme_id,
        term.indicator_id,
        term.organisation_id,
        term.role,
        term.measure_id,
        measure.has_division,
        cost.measure_id is not null as is_cost
    from {{ ref("int_indicator_term") }} as term
    inner join {{ ref("int_measure_source") }} as measure
        on term.measure_id = measure.measure_id
    left join (select distinct measure_id from {{ ref("cost_rule") }}) as cost
        on term.measure_id = cost.measure_id
    -- Residents are the whole's alone: they divide every part alike.
    where not (term.family = 'per_thousand' and term.role = 'denominator')
),

splittable as (
    select
        {{ key }},
        min(case when has_division then 1 else 0 end) as has_divisions,
        min(case when is_cost then 1 else 0 end) as is_cost
    from term
    group by {{ key }}
),

point as (
    select
        {{ key }},
        window_months,
        month,
        value,
        denominator,
        value_status,
        provisional_reason
    from {{ ref("int_indicator_window") }}
    where division_id = 'all'

    union all

    -- A rank has no window of its own.
    select
        ranked.programme_id,
        ranked.indicator_id,
        ranked.organisation_id,
        indicator.window_months,
        ranked.month,
        ranked.value,
        ranked.denominator,
        ranked.value_status,
        ranked.provisional_reason
    from {{ ref("indicator_value") }} as ranked
    inner join {{ ref("int_indicator") }} as indicator
        on ranked.programme_id = indicator.programme_id
        and ranked.indicator_id = indicator.indicator_id
        and indicator.family = 'rank'
    where ranked.division_id = 'all'
),

latest as (
    select
        status.programme_id,
        status.indicator_id,
        status.organisation_id,
        indicator.family,
        indicator.better,
        indicator.window_months,
        indicator.baseline_rule,
        indicator.baseline_month as reference_month,
        coalesce(indicator.baseline_window_months, indicator.window_months) as baseline_window_months,
        status.month,
        status.value,
        status.value_status,
        status.provisional_reason,
        status.baseline_month,
        status.baseline_value,
        status.expected_value,
        cast(indicator.scale as double) as scale,
        -- Value = factor * numerator / divisor, of the whole and of every part.
        case
            when indicator.family in ('per_thousand', 'index', 'ratio', 'net_share') then point.denominator
            else indicator.scale
        end as divisor,
        case indicator.family
            when 'per_thousand' then 1000
            when 'index' then 100
            when 'net_share' then 100
            when 'ratio' then cast(indicator.scale as double)
            else 1
        end as factor,
        -- A saving or a decrease grows when the figure itself falls.
        case when indicator.family in ('saving', 'decrease') then -1 else 1 end as part_sign,
        case
            when indicator.family in ('ratio', 'net_share') then 'mix_rate'
            when indicator.family in ('rank', 'class_share') then 'none'
            else 'additive'
        end as method,
        case
            when status.value is not null then null
            when status.status = 'not_reportable' then 'withheld'
            else 'no_value'
        end as problem_now,
        coalesce(splittable.has_divisions, 0) = 1 as has_divisions,
        coalesce(splittable.is_cost, 0) = 1 as is_cost
    from {{ ref("indicator_status") }} as status
    inner join {{ ref("int_indicator") }} as indicator
        on status.programme_id = indicator.programme_id
        and status.indicator_id = indicator.indicator_id
    left join point
        on status.programme_id = point.programme_id
        and status.indicator_id = point.indicator_id
        and status.organisation_id = point.organisation_id
        and status.month = point.month
        and indicator.window_months = point.window_months
    left join splittable
        on status.programme_id = splittable.programme_id
        and status.indicator_id = splittable.indicator_id
        and status.organisation_id = splittable.organisation_id
),

budget as (
    select
        {{ key }},
        max(basis) as basis,
        cast(sum(amount_eur) as double) as amount_eur
    from {{ ref("int_budget_of_months") }}
    group by {{ key }}
),

compared as (
    select
        {{ key }},
        'year_before' as against,
        'own_value' as basis,
        {{ add_months("month", "-12") }} as against_month,
        window_months as against_window_months,
        cast(null as double) as stated_value,
        'window' as parts_from
    from latest

    union all

    -- A saving, decrease or increase is measured from its reference, which is what a stated baseline of it means; any
    -- other stated baseline is a number of the whole without parts.
    select
        {{ key }},
        'baseline' as against,
        case
            when baseline_rule = 'none' then null
            when baseline_rule = 'original_budget' then 'budget_original'
            when baseline_rule <> 'given' then 'own_value'
            when family in ('saving', 'decrease', 'increase') then 'reference'
            else 'stated'
        end as basis,
        baseline_month as against_month,
        case when baseline_rule = 'given' then window_months else baseline_window_months end as against_window_months,
        baseline_value as stated_value,
        case
            when baseline_rule = 'original_budget' then 'original_budget'
            when baseline_rule = 'given' and family = 'saving' then 'original_budget'
            when baseline_rule = 'given' and family in ('decrease', 'increase') then 'window'
            when baseline_rule not in ('none', 'given') then 'window'
        end as parts_from
    from latest

    union all

    select
        latest.programme_id,
        latest.indicator_id,
        latest.organisation_id,
        'plan' as against,
        case
            when budget.amount_eur is not null then budget.basis
            when latest.expected_value is not null then 'path'
        end as basis,
        latest.month as against_month,
        latest.window_months as against_window_months,
        coalesce({{ ratio("budget.amount_eur", "latest.scale") }}, latest.expected_value) as stated_value,
        case when budget.amount_eur is not null then 'budget_of_months' end as parts_from
    from latest
    left join budget
        on latest.programme_id = budget.programme_id
        and latest.indicator_id = budget.indicator_id
        and latest.organisation_id = budget.organisation_id
),

valued as (
    select
        latest.*,
        compared.against,
        compared.basis,
        compared.parts_from,
        compared.against_month,
        compared.against_window_months,
        case when compared.against = 'year_before' then point.value else compared.stated_value end as value_before,
        point.value_status as before_status,
        case when compared.basis = 'own_value' then point.provisional_reason end as before_reason,
        case
            when compared.basis = 'own_value' and latest.family in ('per_thousand', 'index', 'ratio', 'net_share')
                then point.denominator
            else latest.scale
        end as divisor_before
    from compared
    inner join latest
        on compared.programme_id = latest.programme_id
        and compared.indicator_id = latest.indicator_id
        and compared.organisation_id = latest.organisation_id
    left join point
        on compared.programme_id = point.programme_id
        and compared.indicator_id = point.indicator_id
        and compared.organisation_id = point.organisation_id
        and compared.against_month = point.month
        and compared.against_window_months = point.window_months
),

judged as (
    select
        valued.*,
        case
            when problem_now is not null then problem_now
            when value_before is not null then null
            when basis = 'own_value' and before_status = 'suppressed' then 'withheld'
            when against = 'baseline' then 'no_baseline'
            when against = 'plan' then 'no_plan'
            when before_status in ('no_data', 'not_yet_due') then 'not_covered'
            else 'no_value_before'
        end as problem
    from valued
)

select
    programme_id,
    indicator_id,
    organisation_id,
    against,
    basis,
    case when method <> 'none' then parts_from end as parts_from,
    month,
    window_months,
    value as value_now,
    divisor as divisor_now,
    against_month,
    -- What a decrease or increase is measured from stands at its own baseline month.
    case when basis = 'reference' then reference_month else against_month end as parts_month,
    against_window_months,
    case when problem is null then value_before end as value_before,
    divisor_before,
    factor,
    part_sign,
    method,
    better,
    has_divisions and method <> 'none' as has_divisions,
    is_cost and method = 'additive' as is_cost,
    case
        when value is null then null
        when value_status = 'provisional' or (problem is null and before_reason is not null) then 'provisional'
        else 'ok'
    end as value_status,
    coalesce(
        case when value_status = 'provisional' then provisional_reason end,
        case when problem is null then before_reason end
    ) as provisional_reason,
    problem
from judged
