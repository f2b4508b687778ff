-- The finance tables of a project's plan, line by line, as the document gives them: also where they do not add up.
select
    plan.programme_id,
    plan.project_code,
    plan.sub_project,
    cast(plan.line_no as integer) as line_no,
    cast(plan.level as integer) as level,
    cast(plan.parent_line_no as integer) as parent_line_no,
    plan.line_class,
    plan.name_fi,
    cast(plan.budget_eur as decimal(18, 2)) as budget_eur,
    cast(plan.actual_eur as decimal(18, 2)) as actual_eur,
    cast(plan.forecast_eur as decimal(18, 2)) as forecast_eur,
    cast(plan.total_eur as decimal(18, 2)) as total_eur,
    document.title as document
from {{ ref("project_document_line") }} as plan
inner join {{ ref("document") }} as document
    on plan.document_id = document.document_id
