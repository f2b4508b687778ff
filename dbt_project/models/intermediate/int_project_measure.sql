-- Measures of project finance. Which project, part and class of lines a measure follows, and whether it is the month's
-- spending or the estimate of the whole, is data (project_rule).
with figure as (
    select
        organisation_id,
        'actual' as figure,
        project_code,
        part_code,
        line_class,
        month,
        amount_eur
    from {{ ref("int_project_line") }}
    where line_kind = 'toteuma'

    union all

    select
        organisation_id,
        'estimate' as figure,
        project_code,
        part_code,
        line_class,
        month,
        estimate_eur as amount_eur
    from {{ ref("int_project_estimate") }}
)

select
    figure.organisation_id,
    figure.month,
    rule.measure_id,
    cast(sum(figure.amount_eur) as double) as value
from figure
inner join {{ ref("project_rule") }} as rule
    on figure.figure = rule.figure
    and figure.project_code = rule.project_code
    and figure.line_class = rule.line_class
    and (rule.part_code is null or figure.part_code = rule.part_code)
group by figure.organisation_id, figure.month, rule.measure_id
