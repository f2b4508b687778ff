-- The arithmetic of every family but `rank`, for every indicator, organisation, division, month and window. The whole
-- grid exists: a point without a value says why.
{% set point_key = "programme_id, indicator_id, organisation_id, window_months, month" %}

with division as (
    select distinct
        organisation_id,
        division_id
    from {{ ref("dim_division") }}
),

-- One row for each term of each month, with the months that it sums and those that must be covered.
term_month as (
    select
        term.*,
        calendar.month,
        coalesce(term.summed_from, {{ add_months("calendar.month", "1 - term.term_months") }}) as first_month,
        case
            when term.covered_since < calendar.month then term.covered_since
            when term.covered_since is not null or term.covered_not_before > calendar.month then calendar.month
            when {{ add_months("calendar.month", "1 - term.covered_months") }} < term.covered_not_before
                then term.covered_not_before
            else {{ add_months("calendar.month", "1 - term.covered_months") }}
        end as covered_from
    from {{ ref("int_indicator_term") }} as term
    cross join {{ ref("int_calendar") }} as calendar
),

extract_month as (
    select distinct
        programme_id,
        indicator_id,
        organisation_id,
        window_months,
        month,
        coverage_id,
        covered_from
    from term_month
),

-- A window counts only when every month of it is covered by every extract that it needs. Months before the calendar
-- are not in the coverage table, and so missing.
extract_coverage as (
    select
        needed.programme_id,
        needed.indicator_id,
        needed.organisation_id,
        needed.window_months,
        needed.month,
        needed.coverage_id,
        {{ months_between("needed.covered_from", "needed.month") }} + 1
        - sum(case when coverage.is_covered then 1 else 0 end) as missing,
        sum(case when not coverage.is_covered and not coverage.is_due then 1 else 0 end) as not_yet_due,
        max(case when coverage.is_delivered then 1 else 0 end) as is_delivered,
        max(case when coverage.rule = 'round' and coverage.is_delivered then 1 else 0 end) as is_between_rounds,
        max(coverage.contested_reason) as contested_reason
    from extract_month as needed
    left join {{ ref("int_coverage") }} as coverage
        on needed.organisation_id = coverage.organisation_id
        and needed.coverage_id = coverage.coverage_id
        and coverage.month between needed.covered_from and needed.month
    group by
        needed.programme_id, needed.indicator_id, needed.organisation_id, needed.window_months, needed.month,
        needed.coverage_id, needed.covered_from
),

coverage as (
    select
        {{ point_key }},
        sum(missing) as missing,
        sum(not_yet_due) as not_yet_due,
        min(is_delivered) as is_delivered,
        max(case when missing > 0 then is_between_rounds else 0 end) as is_between_rounds,
        max(contested_reason) as contested_reason,
        {{ texts_together("case when missing > 0 then coverage_id end") }} as waits_for
    from extract_coverage
    group by {{ point_key }}
),

term_sum as (
    select
        term.programme_id,
        term.indicator_id,
        term.organisation_id,
        term.window_months,
        term.month,
        measure.division_id,
        term.role,
        sum(measure.value) as total,
        max(case when measure.is_hidden then 1 else 0 end) as is_hidden,
        max(case when measure.month = term.month then measure.n_persons end) as n_persons
    from term_month as term
    inner join {{ ref("int_measure_disclosed") }} as measure
        on term.organisation_id = measure.organisation_id
        and term.measure_id = measure.measure_id
        and measure.month between term.first_month and term.month
    where term.family <> 'class_share'
    group by
        term.programme_id, term.indicator_id, term.organisation_id, term.window_months, term.month,
        measure.division_id, term.role
),

-- class_share counts the service classes that have any, instead of summing.
class_count as (
    select
        term.programme_id,
        term.indicator_id,
        term.organisation_id,
        term.window_months,
        term.month,
        case when grouping(contact.division_id) = 1 then 'all' else contact.division_id end as division_id,
        term.role,
        cast(count(distinct contact.service_class_code) as double) as total,
        0 as is_hidden,
        cast(null as bigint) as n_persons
    from term_month as term
    inner join {{ ref("int_contact_measure") }} as contact
        on term.organisation_id = contact.organisation_id
        and term.measure_id = contact.measure_id
        and contact.month between term.first_month and term.month
        and contact.value > 0
    where term.family = 'class_share'
    group by grouping sets (
        (
            term.programme_id, term.indicator_id, term.organisation_id, term.window_months, term.month,
            contact.division_id, term.role
        ),
        (
            term.programme_id, term.indicator_id, term.organisation_id, term.window_months, term.month, term.role
        )
    )
),

total as (
    select
        {{ point_key }},
        division_id,
        max(case when role = 'numerator' then total end) as numerator,
        max(case when role = 'numerator_less' then total end) as numerator_less,
        max(case when role = 'denominator' then total end) as denominator,
        max(is_hidden) as is_hidden,
        max(n_persons) as n_persons
    from (
        select * from term_sum
        union all
        select * from class_count
    ) as summed
    group by {{ point_key }}, division_id
),

computed_window as (
    select distinct
        programme_id,
        indicator_id,
        organisation_id,
        window_months
    from coverage
),

-- What a value is measured against. saving: the original budget of the baseline's year, for the whole organisation.
-- decrease, increase, index: the indicator's own window at its baseline month. A window of another length is measured
-- against its even share of that, a month against a twelfth of a year.
reference as (
    select
        measured.programme_id,
        measured.indicator_id,
        measured.organisation_id,
        measured.window_months,
        'all' as division_id,
        sum(budget.value) * {{ ratio("measured.window_months", "max(indicator.window_months)") }} as value,
        0 as is_hidden,
        cast(null as varchar) as contested_reason
    from computed_window as measured
    inner join {{ ref("int_indicator") }} as indicator
        on measured.programme_id = indicator.programme_id
        and measured.indicator_id = indicator.indicator_id
        and indicator.family = 'saving'
    inner join {{ ref("int_cost_measure") }} as budget
        on measured.organisation_id = budget.organisation_id
        and indicator.numerator = budget.measure_id
        and year(indicator.baseline_month) = year(budget.month)
        and budget.scenario = 'budget_original'
    group by measured.programme_id, measured.indicator_id, measured.organisation_id, measured.window_months

    union all

    select
        coverage.programme_id,
        coverage.indicator_id,
        coverage.organisation_id,
        measured.window_months,
        total.division_id,
        total.numerator * {{ ratio("measured.window_months", "indicator.window_months") }} as value,
        total.is_hidden,
        coverage.contested_reason
    from coverage
    inner join {{ ref("int_indicator") }} as indicator
        on coverage.programme_id = indicator.programme_id
        and coverage.indicator_id = indicator.indicator_id
        and coverage.month = indicator.baseline_month
        and coverage.window_months = indicator.window_months
        and indicator.family in ('decrease', 'increase', 'index')
    inner join computed_window as measured
        on coverage.programme_id = measured.programme_id
        and coverage.indicator_id = measured.indicator_id
        and coverage.organisation_id = measured.organisation_id
    inner join total
        on coverage.programme_id = total.programme_id
        and coverage.indicator_id = total.indicator_id
        and coverage.organisation_id = total.organisation_id
        and coverage.window_months = total.window_months
        and coverage.month = total.month
    where coverage.missing = 0
),

point as (
    select
        coverage.programme_id,
        coverage.indicator_id,
        coverage.organisation_id,
        coverage.window_months,
        coverage.month,
        division.division_id,
        indicator.family,
        indicator.scale,
        indicator.value_offset * {{ ratio("coverage.window_months", "indicator.window_months") }} as value_offset,
        indicator.has_division or division.division_id = 'all' as is_applicable,
        coverage.missing,
        coverage.not_yet_due,
        coverage.is_delivered,
        coverage.is_between_rounds,
        coverage.waits_for,
        coalesce(coverage.contested_reason, reference.contested_reason) as contested_reason,
        case
            when indicator.family in ('saving', 'decrease') then reference.value - total.numerator
            when indicator.family = 'increase' then total.numerator - reference.value
            else total.numerator
        end as numerator,
        total.numerator_less,
        -- No contact class with any numerator is a share of zero; no class at all leaves nothing to divide by.
        case when indicator.family = 'index' then reference.value else total.denominator end as denominator,
        greatest(total.is_hidden, coalesce(reference.is_hidden, 0)) as is_hidden,
        total.n_persons,
        indicator.family in ('saving', 'decrease', 'increase', 'index') and reference.value is null
            as is_reference_missing,
        total.organisation_id is not null as has_rows
    from coverage
    inner join {{ ref("int_indicator") }} as indicator
        on coverage.programme_id = indicator.programme_id
        and coverage.indicator_id = indicator.indicator_id
    inner join division
        on coverage.organisation_id = division.organisation_id
    left join total
        on coverage.programme_id = total.programme_id
        and coverage.indicator_id = total.indicator_id
        and coverage.organisation_id = total.organisation_id
        and coverage.window_months = total.window_months
        and coverage.month = total.month
        and division.division_id = total.division_id
    left join reference
        on coverage.programme_id = reference.programme_id
        and coverage.indicator_id = reference.indicator_id
        and coverage.organisation_id = reference.organisation_id
        and coverage.window_months = reference.window_months
        and division.division_id = reference.division_id
),

computed as (
    select
        point.*,
        case family
            when 'sum' then {{ ratio("numerator", "scale") }}
            when 'level' then {{ ratio("numerator", "scale") }}
            when 'decrease' then {{ ratio("numerator", "scale") }}
            when 'increase' then {{ ratio("numerator", "scale") }}
            when 'index' then {{ ratio("numerator", "denominator") }} * 100
            when 'cumulative' then {{ ratio("numerator", "scale") }}
            when 'saving' then coalesce(value_offset, 0) + {{ ratio("numerator", "scale") }}
            when 'ratio' then {{ ratio("coalesce(numerator, 0)", "denominator") }} * scale
            when 'class_share' then {{ ratio("coalesce(numerator, 0)", "denominator") }} * 100
            when 'per_thousand' then {{ ratio("numerator", "denominator") }} * 1000
            when 'net_share' then {{ ratio("numerator - numerator_less", "denominator") }} * 100
        end as computed_value
    from point
),

judged as (
    select
        computed.*,
        case
            when not is_applicable then 'not_applicable'
            when is_delivered = 0 then 'no_data'
            when missing > 0 and is_between_rounds = 1 then 'not_applicable'
            when missing > 0 and missing = not_yet_due then 'not_yet_due'
            when missing > 0 or is_reference_missing then 'no_data'
            when not has_rows then 'not_applicable'
            when is_hidden = 1 then 'suppressed'
            when computed_value is null then 'not_applicable'
            when contested_reason is not null then 'provisional'
            else 'ok'
        end as value_status
    from computed
)

select
    programme_id,
    indicator_id,
    organisation_id,
    division_id,
    month,
    window_months,
    case when value_status in ('ok', 'provisional') then computed_value end as value,
    -- A division without a numerator row has none of it; what a ratio divides is shown as it was divided.
    case when value_status in ('ok', 'provisional') then coalesce(numerator, 0) end as numerator,
    case when value_status in ('ok', 'provisional') then denominator end as denominator,
    case when value_status in ('ok', 'provisional') then n_persons end as n_persons,
    value_status,
    case when value_status = 'provisional' then contested_reason end as provisional_reason,
    -- What a point without a value waits for; a window that is all there lacks what it is measured against.
    case
        when value_status not in ('no_data', 'not_yet_due') then null
        when missing = 0 and family = 'saving' then 'talousarvio'
        when missing = 0 then 'baseline'
        else waits_for
    end as waits_for
from judged
