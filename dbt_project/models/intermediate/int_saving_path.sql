-- The saving accumulated since the start of a programme against the programme's accumulated path, by month. The path of
-- a year's saving accumulates evenly within the year. Programmes that have baskets have such a path.
with yearly as (
    select
        path.programme_id,
        programme.organisation_id,
        cast(path.saving_of_year_eur_million as double) as saving_eur_million,
        cast(path.year as integer) as year,
        sum(cast(path.saving_of_year_eur_million as double)) over (
            partition by path.programme_id
            order by path.year
            rows between unbounded preceding and current row
        ) as accumulated_eur_million
    from {{ ref("saving_path") }} as path
    inner join {{ ref("programme") }} as programme
        on path.programme_id = programme.programme_id
)

select
    yearly.programme_id,
    yearly.organisation_id,
    calendar.month,
    {{ rounded("yearly.accumulated_eur_million - yearly.saving_eur_million * (12 - month(calendar.month)) / 12.0") }}
        as path_eur_million,
    case when coverage.is_covered then coalesce(realised.value, 0) / 1e6 end as realised_eur_million,
    coverage.month_status as value_status
from yearly
inner join {{ ref("int_calendar") }} as calendar
    on yearly.year = year(calendar.month)
inner join {{ ref("int_coverage") }} as coverage
    on yearly.organisation_id = coverage.organisation_id
    and calendar.month = coverage.month
    and coverage.coverage_id = 'toimenpiteet'
left join {{ ref("int_measure_filled") }} as realised
    on yearly.organisation_id = realised.organisation_id
    and calendar.month = realised.month
    and realised.measure_id = 'saving_realised_eur'
    and realised.division_id = 'all'
