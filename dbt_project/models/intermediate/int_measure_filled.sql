-- The measures of every covered month, with `all` and with the zeros: a covered month without rows means none of it.
-- A division is filled for a measure only if it has ever had a row of it: rescue services have no clinics.
with reported as (
    select
        value.organisation_id,
        value.division_id,
        value.month,
        value.measure_id,
        value.value
    from {{ ref("int_measure_division") }} as value
    inner join {{ ref("measure") }} as measure
        on value.measure_id = measure.measure_id
    inner join {{ ref("int_coverage") }} as coverage
        on value.organisation_id = coverage.organisation_id
        and measure.extract_id = coverage.extract_id
        and value.month = coverage.month
        and coverage.is_covered
),

ever as (
    select distinct
        organisation_id,
        division_id,
        measure_id
    from reported
    where division_id <> 'all'
),

empty as (
    select
        coverage.organisation_id,
        place.division_id,
        coverage.month,
        measure.measure_id,
        cast(0 as double) as value
    from {{ ref("int_coverage") }} as coverage
    inner join {{ ref("measure") }} as measure
        on coverage.extract_id = measure.extract_id
        and measure.empty_month = 'zero'
    inner join (
        select * from ever
        union all
        select distinct
            coverage.organisation_id,
            'all' as division_id,
            measure.measure_id
        from {{ ref("int_coverage") }} as coverage
        inner join {{ ref("measure") }} as measure
            on coverage.extract_id = measure.extract_id
        where coverage.is_covered
    ) as place
        on coverage.organisation_id = place.organisation_id
        and measure.measure_id = place.measure_id
    where coverage.is_covered
),

total as (
    select
        organisation_id,
        'all' as division_id,
        month,
        measure_id,
        sum(value) as value
    from reported
    group by organisation_id, month, measure_id
),

everything as (
    select * from reported where division_id <> 'all'
    union all
    select * from total
    union all
    select * from empty
)

select
    organisation_id,
    division_id,
    month,
    measure_id,
    sum(value) as value
from everything
group by organisation_id, division_id, month, measure_id
