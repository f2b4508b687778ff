-- Budget, actual, forecast and the whole of each line of each project, by year, as the register that stands says it.
-- `estimate_eur` counts the actual of the years that have ended and the forecast of the rest.
with line as (
    select
        organisation_id,
        project_code,
        part_code,
        cost_line,
        line_class,
        year,
        sum(case when line_kind = 'budjetti' then amount_eur end) as budget_eur,
        sum(case when line_kind = 'toteuma' then amount_eur end) as actual_eur,
        sum(case when line_kind = 'ennuste' then amount_eur end) as forecast_eur
    from {{ ref("int_project_line") }}
    group by organisation_id, project_code, part_code, cost_line, line_class, year
)

select
    line.organisation_id,
    line.project_code,
    line.part_code,
    line.cost_line,
    line.line_class,
    line.year,
    cast(line.budget_eur as decimal(18, 2)) as budget_eur,
    cast(line.actual_eur as decimal(18, 2)) as actual_eur,
    cast(line.forecast_eur as decimal(18, 2)) as forecast_eur,
    cast(estimate.estimate_eur as decimal(18, 2)) as estimate_eur
from line
left join {{ ref("int_project_estimate") }} as estimate
    on line.organisation_id = estimate.organisation_id
    and line.project_code = estimate.project_code
    and line.part_code is not distinct from estimate.part_code
    and line.cost_line = estimate.cost_line
    and line.year = estimate.year
