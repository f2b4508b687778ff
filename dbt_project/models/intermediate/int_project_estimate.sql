-- What each line of a project is going to cost, as seen at the end of each month of its register: actual to date and
-- the forecast of what is left. A forecast of a whole year stands for that year until the year has ended; forecasts of
-- single months stand for the months that are still to come.
with followed_month as (
    select
        span.organisation_id,
        span.project_code,
        calendar.month
    from (
        select
            organisation_id,
            project_code,
            min(month) as first_month,
            max(month) as last_month
        from {{ ref("int_project_line") }}
        where line_kind = 'toteuma'
        group by organisation_id, project_code
    ) as span
    inner join {{ ref("int_calendar") }} as calendar
        on calendar.month between span.first_month and span.last_month
),

year_of_line as (
    select
        line.organisation_id,
        line.project_code,
        line.part_code,
        line.cost_line,
        line.line_class,
        line.year,
        followed_month.month,
        coalesce(
            sum(case when line.line_kind = 'toteuma' and line.month <= followed_month.month then line.amount_eur end), 0
        ) as actual_eur,
        sum(case when line.line_kind = 'ennuste' and line.is_whole_year then line.amount_eur end) as year_forecast_eur,
        coalesce(sum(
            case
                when line.line_kind = 'ennuste' and not line.is_whole_year and line.month > followed_month.month
                    then line.amount_eur
            end
        ), 0) as month_forecast_eur
    from {{ ref("int_project_line") }} as line
    inner join followed_month
        on line.organisation_id = followed_month.organisation_id
        and line.project_code = followed_month.project_code
    where line.line_kind <> 'budjetti'
    group by
        line.organisation_id, line.project_code, line.part_code, line.cost_line, line.line_class, line.year,
        followed_month.month
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
        when year_forecast_eur is not null then year_forecast_eur
        else actual_eur + month_forecast_eur
    end as estimate_eur
from year_of_line
