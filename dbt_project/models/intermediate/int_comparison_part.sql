-- What the two values of each comparison are made of: by division, and costs by account group and service class as
-- well. Figures of persons come from what int_measure_disclosed lets through, which knows divisions only; a division
-- that is hidden in any month of either window is hidden here.
{% set key = "programme_id, indicator_id, organisation_id, against" %}

with comparison as (
    select *
    from {{ ref("int_comparison") }}
    where
        problem is null
        and parts_from is not null
),

side as (
    select
        {{ key }},
        is_cost,
        has_divisions,
        'now' as side,
        month as last_month,
        window_months
    from comparison

    union all

    select
        {{ key }},
        is_cost,
        has_divisions,
        'before' as side,
        parts_month as last_month,
        against_window_months as window_months
    from comparison
    where parts_from = 'window'
),

summed as (
    select
        side.*,
        term.role,
        term.measure_id,
        coalesce(term.summed_from, {{ add_months("side.last_month", "1 - term.term_months") }}) as first_month
    from side
    inner join {{ ref("int_indicator_term") }} as term
        on side.programme_id = term.programme_id
        and side.indicator_id = term.indicator_id
        and side.organisation_id = term.organisation_id
        and side.window_months = term.window_months
    where not (term.family = 'per_thousand' and term.role = 'denominator')
),

-- Euros from the cost table, in cents, so that every split adds up to the same whole.
cost_line as (
    select
        summed.programme_id,
        summed.indicator_id,
        summed.organisation_id,
        summed.against,
        summed.side,
        cost.division_id,
        coalesce(grouped.account_group_id, 'unmapped') as account_group_id,
        coalesce(cost.service_class_code, 'unmapped') as service_class_code,
        cast(sum(cost.amount_eur * rule.sign) as decimal(18, 2)) as amount_eur
    from (
        select
            {{ key }},
            side,
            measure_id,
            'actual' as scenario,
            first_month,
            last_month
        from summed
        where is_cost

        union all

        -- The original budget of a year stands in its December.
        select
            comparison.programme_id,
            comparison.indicator_id,
            comparison.organisation_id,
            comparison.against,
            'before' as side,
            indicator.numerator as measure_id,
            'budget_original' as scenario,
            {{ add_months("comparison.parts_month", "12 - month(comparison.parts_month)") }} as first_month,
            {{ add_months("comparison.parts_month", "12 - month(comparison.parts_month)") }} as last_month
        from comparison
        inner join {{ ref("int_indicator") }} as indicator
            on comparison.programme_id = indicator.programme_id
            and comparison.indicator_id = indicator.indicator_id
        where
            comparison.is_cost
            and comparison.parts_from = 'original_budget'
    ) as summed
    inner join {{ ref("cost_rule") }} as rule
        on summed.measure_id = rule.measure_id
    inner join {{ ref("fct_cost_monthly") }} as cost
        on summed.organisation_id = cost.organisation_id
        and summed.scenario = cost.scenario
        and cost.month between summed.first_month and summed.last_month
        and cost.account_code between rule.account_from and rule.account_to
        and (
            rule.service_class_from is null
            or cost.service_class_code between rule.service_class_from and rule.service_class_to
        )
    left join {{ ref("account_group") }} as grouped
        on cost.account_code between grouped.account_from and grouped.account_to
    group by
        summed.programme_id, summed.indicator_id, summed.organisation_id, summed.against, summed.side,
        cost.division_id, coalesce(grouped.account_group_id, 'unmapped'),
        coalesce(cost.service_class_code, 'unmapped')

    union all

    select
        budget.programme_id,
        budget.indicator_id,
        budget.organisation_id,
        comparison.against,
        'before' as side,
        budget.division_id,
        budget.account_group_id,
        budget.service_class_code,
        budget.amount_eur
    from {{ ref("int_budget_of_months") }} as budget
    inner join comparison
        on budget.programme_id = comparison.programme_id
        and budget.indicator_id = comparison.indicator_id
        and budget.organisation_id = comparison.organisation_id
        and comparison.parts_from = 'budget_of_months'
),

-- The months of figures that are no euros, by division and as a whole.
measured as (
    select
        summed.programme_id,
        summed.indicator_id,
        summed.organisation_id,
        summed.against,
        summed.side,
        summed.role,
        measure.division_id,
        measure.month,
        measure.value,
        measure.n_persons,
        measure.is_hidden
    from summed
    inner join {{ ref("int_measure_disclosed") }} as measure
        on summed.organisation_id = measure.organisation_id
        and summed.measure_id = measure.measure_id
        and measure.month between summed.first_month and summed.last_month
    where
        summed.has_divisions
        and not summed.is_cost
),

cell as (
    {% for dimension, column in [
        ("division", "division_id"), ("account_group", "account_group_id"), ("service_class", "service_class_code")
    ] %}
    select
        {{ key }},
        '{{ dimension }}' as dimension,
        {{ column }} as part_id,
        side,
        cast(sum(amount_eur) as double) as numerator,
        cast(null as double) as denominator,
        0 as is_hidden
    from cost_line
    group by {{ key }}, {{ column }}, side

    union all
    {% endfor %}

    select
        {{ key }},
        'division' as dimension,
        division_id as part_id,
        side,
        sum(case role when 'numerator' then value when 'numerator_less' then -value end) as numerator,
        sum(case role when 'denominator' then value end) as denominator,
        max(case when is_hidden then 1 else 0 end) as is_hidden
    from measured
    where division_id <> 'all'
    group by {{ key }}, division_id, side
),

-- A part that one of the two windows does not have had none of it.
part as (
    select
        {{ key }},
        dimension,
        part_id,
        coalesce(sum(case when side = 'before' then numerator end), 0) as numerator_before,
        coalesce(sum(case when side = 'now' then numerator end), 0) as numerator_now,
        coalesce(sum(case when side = 'before' then denominator end), 0) as denominator_before,
        coalesce(sum(case when side = 'now' then denominator end), 0) as denominator_now,
        max(is_hidden) as is_hidden
    from cell
    group by {{ key }}, dimension, part_id
),

hidden_division as (
    select
        {{ key }},
        part_id as division_id
    from part
    where is_hidden = 1
),

-- Who stands behind the hidden divisions together, month by month: all but those of the divisions that are shown. A
-- person of two divisions is counted with the shown one, so that the count is rather too small than too large.
covered as (
    select
        measured.programme_id,
        measured.indicator_id,
        measured.organisation_id,
        measured.against,
        measured.month,
        measured.division_id,
        max(case when hidden.division_id is not null then 1 else 0 end) as is_hidden,
        max(measured.n_persons) as persons
    from measured
    left join hidden_division as hidden
        on measured.programme_id = hidden.programme_id
        and measured.indicator_id = hidden.indicator_id
        and measured.organisation_id = hidden.organisation_id
        and measured.against = hidden.against
        and measured.division_id = hidden.division_id
    group by
        measured.programme_id, measured.indicator_id, measured.organisation_id, measured.against, measured.month,
        measured.division_id
),

covered_month as (
    select
        {{ key }},
        month,
        coalesce(max(case when division_id = 'all' then persons end), 0)
        - coalesce(sum(case when division_id <> 'all' and is_hidden = 0 then persons end), 0) as hidden_persons
    from covered
    group by {{ key }}, month
),

fewest as (
    select
        {{ key }},
        min(hidden_persons) as hidden_persons
    from covered_month
    group by {{ key }}
),

shielded as (
    select
        {{ key }},
        count(*) as hidden_divisions
    from hidden_division
    group by {{ key }}
)

select
    part.programme_id,
    part.indicator_id,
    part.organisation_id,
    part.against,
    part.dimension,
    part.part_id,
    part.numerator_before,
    part.numerator_now,
    part.denominator_before,
    part.denominator_now,
    part.is_hidden = 1 as is_hidden,
    -- What is hidden may be shown together only as two parts or more with enough persons in every month.
    part.dimension = 'division'
    and shielded.hidden_divisions is not null
    and (shielded.hidden_divisions < 2 or coalesce(fewest.hidden_persons, 0) < {{ small_number() }})
        as is_split_withheld
from part
left join shielded
    on part.programme_id = shielded.programme_id
    and part.indicator_id = shielded.indicator_id
    and part.organisation_id = shielded.organisation_id
    and part.against = shielded.against
left join fewest
    on part.programme_id = fewest.programme_id
    and part.indicator_id = fewest.indicator_id
    and part.organisation_id = fewest.organisation_id
    and part.against = fewest.against
