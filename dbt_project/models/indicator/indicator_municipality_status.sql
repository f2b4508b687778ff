{{ config(alias="municipality_status") }}

-- Yearly paths by municipality and together (`all`): the plan's share and persons beside what the extracts say at the
-- newest month of the year. The share is of the residents that the indicator itself divides by: those of 31 December of
-- the year before. Every year of the plan that has begun has a row.
with planned as (
    select
        path.programme_id,
        path.indicator_id,
        programme.organisation_id,
        path.municipality_code,
        path.municipality_name,
        cast(path.year as integer) as year,
        path.kind as plan_kind,
        cast(path.persons as double) as plan_persons,
        cast(path.residents_75plus as double) as plan_residents,
        cast(path.share_percent as double) as plan_share_percent,
        indicator.better,
        indicator.numerator as measure_id
    from {{ ref("municipality_path") }} as path
    inner join {{ ref("programme") }} as programme
        on path.programme_id = programme.programme_id
    inner join {{ ref("int_indicator") }} as indicator
        on path.programme_id = indicator.programme_id
        and path.indicator_id = indicator.indicator_id
    where cast(path.year as integer) <= year({{ as_of() }})
),

newest as (
    select
        organisation_id,
        year(month) as year,
        max(month) as month
    from {{ ref("int_covered_month") }}
    where coverage_id = 'asiakasmaarat'
    group by organisation_id, year(month)
),

-- A municipality that the month speaks of has no clients where it has no row; one that it does not speak of at all is
-- missing.
spoken_of as (
    select distinct
        organisation_id,
        month,
        municipality_code
    from {{ ref("int_count_monthly") }}

    union

    select distinct
        organisation_id,
        month,
        'all' as municipality_code
    from {{ ref("int_count_monthly") }}
),

counted as (
    select
        count_row.organisation_id,
        count_row.measure_id,
        count_row.month,
        case when grouping(count_row.municipality_code) = 1 then 'all' else count_row.municipality_code end
            as municipality_code,
        sum(count_row.value) as persons
    from {{ ref("int_count_monthly") }} as count_row
    group by grouping sets (
        (count_row.organisation_id, count_row.measure_id, count_row.month, count_row.municipality_code),
        (count_row.organisation_id, count_row.measure_id, count_row.month)
    )
),

residents as (
    select
        area_code as municipality_code,
        cast(null as varchar) as organisation_id,
        year,
        residents_75plus
    from {{ ref("int_area_residents") }}
    where area_classification = 'municipality'

    union all

    select
        'all' as municipality_code,
        organisation_id,
        year,
        residents_75plus
    from {{ ref("int_residents_yearly") }}
),

found as (
    select
        planned.*,
        newest.month,
        case when spoken_of.month is not null then coalesce(counted.persons, 0) end as persons,
        coverage.contested_reason,
        cast(residents.residents_75plus as double) as residents_75plus
    from planned
    left join newest
        on planned.organisation_id = newest.organisation_id
        and planned.year = newest.year
    left join {{ ref("int_coverage") }} as coverage
        on planned.organisation_id = coverage.organisation_id
        and newest.month = coverage.month
        and coverage.coverage_id = 'asiakasmaarat'
    left join spoken_of
        on planned.organisation_id = spoken_of.organisation_id
        and planned.municipality_code = spoken_of.municipality_code
        and newest.month = spoken_of.month
    left join counted
        on planned.organisation_id = counted.organisation_id
        and planned.measure_id = counted.measure_id
        and planned.municipality_code = counted.municipality_code
        and newest.month = counted.month
    left join residents
        on planned.municipality_code = residents.municipality_code
        and planned.organisation_id = coalesce(residents.organisation_id, planned.organisation_id)
        and planned.year - 1 = residents.year
),

-- Fewer clients than may be shown hide every municipality of that indicator and year, so that the total gives none
-- away.
guarded as (
    select
        found.*,
        max(case when persons > 0 and persons < {{ small_number() }} then 1 else 0 end) over (
            partition by programme_id, indicator_id, organisation_id, year
        ) = 1
        and (municipality_code <> 'all' or (persons > 0 and persons < {{ small_number() }})) as is_hidden
    from found
),

shared as (
    select
        guarded.*,
        case when not is_hidden then persons end as shown_persons,
        case when not is_hidden then 100 * {{ ratio("persons", "residents_75plus") }} end as share_percent
    from guarded
)

select
    programme_id,
    indicator_id,
    organisation_id,
    municipality_code,
    municipality_name,
    year,
    month,
    shown_persons as persons,
    residents_75plus,
    share_percent,
    plan_kind,
    plan_persons,
    plan_residents,
    plan_share_percent,
    -- Positive is good, in percentage points.
    {{ rounded("(share_percent - plan_share_percent) * case better when 'down' then -1 else 1 end") }} as gap_percent,
    case
        when is_hidden then 'suppressed'
        when share_percent is null then 'no_data'
        when contested_reason is not null then 'provisional'
        else 'ok'
    end as value_status,
    case
        when is_hidden then null
        when persons is null then 'asiakasmaarat'
        when share_percent is null then 'vaesto'
    end as waits_for
from shared
