{{ config(alias="project_reconciliation") }}

-- Every place where a project plan's own tables do not add up: lines against their parts, actual and forecast against
-- the total, funding against the costs, and the shares of own funding and state grant. The figures stay as the document
-- gives them; what is here is only the difference. An empty cell counts as nothing, and a line whose parts are all
-- empty is not divided there.
{% set figures = ["budget_eur", "actual_eur", "forecast_eur", "total_eur"] %}

with stated as (
    {% for figure in figures %}
    select
        programme_id,
        project_code,
        sub_project,
        line_no,
        parent_line_no,
        line_class,
        name_fi,
        '{{ figure }}' as figure,
        {{ figure }} as amount_eur
    from {{ ref("fct_project_plan") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- parts: the lines under a line.
part_sum as (
    select
        whole.programme_id,
        whole.project_code,
        whole.sub_project,
        'parts' as rule,
        whole.line_no,
        whole.name_fi,
        whole.figure,
        whole.amount_eur as stated_eur,
        sum(part.amount_eur) as computed_eur
    from stated as whole
    inner join stated as part
        on whole.programme_id = part.programme_id
        and whole.project_code = part.project_code
        and whole.sub_project = part.sub_project
        and whole.line_no = part.parent_line_no
        and whole.figure = part.figure
        and part.line_class = 'cost'
    group by
        whole.programme_id, whole.project_code, whole.sub_project, whole.line_no, whole.name_fi, whole.figure,
        whole.amount_eur
),

-- years: actual and forecast against the total.
year_sum as (
    select
        programme_id,
        project_code,
        sub_project,
        'years' as rule,
        line_no,
        name_fi,
        'total_eur' as figure,
        total_eur as stated_eur,
        coalesce(actual_eur, 0) + coalesce(forecast_eur, 0) as computed_eur
    from {{ ref("fct_project_plan") }}
),

total as (
    select *
    from stated
    where line_class = 'total'
),

-- funding: own funding and state grant together against the costs.
funding_sum as (
    select
        total.programme_id,
        total.project_code,
        total.sub_project,
        'funding' as rule,
        total.line_no,
        total.name_fi,
        total.figure,
        total.amount_eur as stated_eur,
        sum(coalesce(funding.amount_eur, 0)) as computed_eur
    from total
    inner join stated as funding
        on total.programme_id = funding.programme_id
        and total.project_code = funding.project_code
        and total.sub_project = funding.sub_project
        and total.figure = funding.figure
        and funding.line_class in ('own_funding', 'state_grant')
    group by
        total.programme_id, total.project_code, total.sub_project, total.line_no, total.name_fi, total.figure,
        total.amount_eur
),

-- share: what own funding and state grant ought to be of the costs, in whole euros.
funding_share as (
    select
        funding.programme_id,
        funding.project_code,
        funding.sub_project,
        'share' as rule,
        funding.line_no,
        funding.name_fi,
        funding.figure,
        funding.amount_eur as stated_eur,
        round(total.amount_eur * share.percent / 100, 0) as computed_eur
    from stated as funding
    inner join total
        on funding.programme_id = total.programme_id
        and funding.project_code = total.project_code
        and funding.sub_project = total.sub_project
        and funding.figure = total.figure
    inner join {{ ref("funding_share") }} as share
        on funding.programme_id = share.programme_id
        and funding.project_code = share.project_code
        and funding.line_class = share.line_class
)

select
    programme_id,
    project_code,
    sub_project,
    rule,
    line_no,
    name_fi,
    figure,
    cast(stated_eur as decimal(18, 2)) as stated_eur,
    cast(computed_eur as decimal(18, 2)) as computed_eur,
    cast(coalesce(stated_eur, 0) - computed_eur as decimal(18, 2)) as difference_eur,
    -- A euro or two is the rounding of the cells; more is not.
    abs(coalesce(stated_eur, 0) - computed_eur) <= 2 as is_rounding
from (
    select * from part_sum
    union all
    select * from year_sum
    union all
    select * from funding_sum
    union all
    select * from funding_share
) as compared
where coalesce(stated_eur, 0) <> computed_eur
