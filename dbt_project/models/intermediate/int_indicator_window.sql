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
        -- The project register is delivered whole, so a covered month vouches for all the months before it.
        {{ add_months("calendar.month", "1 - term.term_months") }} as covered_from
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
        extract_id,
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
        {{ months_between("needed.covered_from", "needed.month") }} + 1
        - sum(case when coverage.is_covered then 1 else 0 end) as missing,
        sum(case when not coverage.is_covered and not coverage.is_due then 1 else 0 end) as not_yet_due,
        max(case when coverage.is_delivered then 1 else 0 end) as is_delivered,
        max(case when coverage.rule = 'round' and coverage.is_delivered then 1 else 0 end) as is_between_rounds,
        max(coverage.contested_reason) as contested_reason
    from extract_month as needed
    left join {{ ref("int_coverage") }} as coverage
        on needed.organisation_id = coverage.organisation_id
        and needed.extract_id = coverage.extract_id
        and coverage.month between needed.covered_from and needed.month
    group by
        needed.programme_id, needed.indicator_id, needed.organisation_id, needed.window_months, needed.month,
        needed.extract_id, needed.covered_from
),

coverage as (
    select
        {{ point_key }},
        sum(missing) as missing,
        sum(not_yet_due) as not_yet_due,
        min(is_delivered) as is_delivered,
        max(case when missing > 0 then is_between_rounds else 0 end) as is_between_rounds,
        max(contested_reason) as contested_reason
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

-- The family `saving` measures against the original budget of the baseline's year, for the whole organisation.
budget as (
    select
        organisation_id,
        month,
        measure_id,
        sum(value) as value
    from {{ ref("int_cost_measure") }}
    where scenario = 'budget_original'
    group by organisation_id, month, measure_id
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
        indicator.value_offset,
        indicator.has_division or division.division_id = 'all' as is_applicable,
        coverage.missing,
        coverage.not_yet_due,
        coverage.is_delivered,
        coverage.is_between_rounds,
        coverage.contested_reason,
        case when indicator.family = 'saving' then budget.value - total.numerator else total.numerator end as numerator,
        total.numerator_less,
        -- No contact class with any numerator is a share of zero; no class at all leaves nothing to divide by.
        total.denominator,
        total.is_hidden,
        total.n_persons,
        indicator.family = 'saving' and budget.value is null as is_budget_missing,
        total.organisation_id is not null as has_rows
    from coverage
    inner join {{ ref("indicator") }} as indicator
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
    left join budget
        on coverage.organisation_id = budget.organisation_id
        and indicator.numerator = budget.measure_id
        and year(indicator.baseline_month) = year(budget.month)
),

computed as (
    select
        point.*,
        case family
            when 'sum' then {{ ratio("numerator", "scale") }}
            when 'level' then {{ ratio("numerator", "scale") }}
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
            when is_delivered = 0 or is_budget_missing then 'no_data'
            when missing > 0 and is_between_rounds = 1 then 'not_applicable'
            when missing > 0 and missing = not_yet_due then 'not_yet_due'
            when missing > 0 then 'no_data'
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
    case when value_status = 'provisional' then contested_reason end as provisional_reason
from judged
