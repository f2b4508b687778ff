-- What each line of a project is going to cost, as the register that stands says it, at its newest month with an
-- actual: the actual of the years that have ended, and of the others the forecast. A forecast of a whole year stands
-- for that year (but never for less than has been spent), forecasts of single months for the months to come. What was
-- forecast at earlier months is not in a register that replaces the one before; `indicator.reported` has what was
-- said.
with newest as (
    select
        organisation_id,
        project_code,
        max(month) as month
    from {{ ref("int_project_line") }}
    where
        line_kind = 'toteuma'
        and last_day(month) <= {{ as_of() }}
    group by organisation_id, project_code
),

year_of_line as (
    select
        line.organisation_id,
        line.project_code,
        line.part_code,
        line.cost_line,
        line.line_class,
        line.year,
        newest.month,
        coalesce(sum(case when line.line_kind = 'toteuma' then line.amount_eur end), 0) as actual_eur,
        sum(case when line.line_kind = 'ennuste' and line.is_whole_year then line.amount_eur end) as year_forecast_eur,
        coalesce(sum(
            case
                when line.line_kind = 'ennuste' and not line.is_whole_year and line.month > newest.month
                    then line.amount_eur
            end
        ), 0) as month_forecast_eur
    from {{ ref("int_project_line") }} as line
    inner join newest
        on line.organisation_id = newest.organisation_id
        and line.project_code = newest.project_code
    where line.line_kind <> 'budjetti'
    group by
        line.organisation_id, line.project_code, line.part_code, line.cost_line, line.line_class, line.year,
        newest.month
)

select
    organisation_id,
    project_code,
    part_code,
    cost_line,
    line_class,
    year,
    month,
    case
        when make_date(year, 12, 1) <= month then actual_eur
        when year_forecast_eur is not null then greatest(year_forecast_eur, actual_eur)
        else actual_eur + month_forecast_eur
    end as estimate_eur
from year_of_line
