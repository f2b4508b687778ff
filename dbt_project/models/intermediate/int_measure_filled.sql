-- The measures of every covered month, with `all` and with the zeros: a covered month without rows means none of it.
-- A division is filled for a measure only if it has ever had a row of it: rescue services have no clinics. The
-- figures of one disclosure group are filled for the same divisions: staff without sick leave has none of it, and a
-- hidden division that had no row would leave the other hidden one to be had by subtraction.
with reported as (
    select
        value.organisation_id,
        value.division_id,
        value.month,
        value.measure_id,
        value.value
    from {{ ref("int_measure_division") }} as value
    inner join {{ ref("int_measure_source") }} as measure
        on value.measure_id = measure.measure_id
    inner join {{ ref("int_coverage") }} as coverage
        on value.organisation_id = coverage.organisation_id
        and measure.coverage_id = coverage.coverage_id
        and value.month = coverage.month
        and coverage.is_covered
),

ever as (
    select
        organisation_id,
        division_id,
        measure_id
    from reported
    where division_id <> 'all'

    union

    select
        reported.organisation_id,
        reported.division_id,
        peer.measure_id
    from reported
    inner join {{ ref("int_measure_source") }} as own
        on reported.measure_id = own.measure_id
    inner join {{ ref("int_measure_source") }} as peer
        on own.disclosure_group = peer.disclosure_group
        and peer.has_division
    where reported.division_id <> 'all'
),

covered as (
    select
        coverage.organisation_id,
        coverage.month,
        measure.measure_id
    from {{ ref("int_coverage") }} as coverage
    inner join {{ ref("int_measure_source") }} as measure
        on coverage.coverage_id = measure.coverage_id
        and measure.empty_month = 'zero'
    where coverage.is_covered
),

zero as (
    select
        covered.organisation_id,
        ever.division_id,
        covered.month,
        covered.measure_id,
        cast(0 as double) as value
    from covered
    inner join ever
        on covered.organisation_id = ever.organisation_id
        and covered.measure_id = ever.measure_id

    union all

    select
        organisation_id,
        'all' as division_id,
        month,
        measure_id,
        cast(0 as double) as value
    from covered
),

total as (
    select
        organisation_id,
        'all' as division_id,
        month,
        measure_id,
        -- A figure given for the whole organisation is its total, whatever its divisions add up to.
        coalesce(sum(case when division_id = 'all' then value end), sum(value)) as value
    from reported
    group by organisation_id, month, measure_id
),

everything as (
    select *
    from reported
    where division_id <> 'all'

    union all

    select * from total

    union all

    select * from zero
)

select
    organisation_id,
    division_id,
    month,
    measure_id,
    sum(value) as value
from everything
group by organisation_id, division_id, month, measure_id
