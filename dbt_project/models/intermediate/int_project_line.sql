-- Lines of project finance with the class of their cost line: what nobody classed is a cost.
select
    line.*,
    coalesce(class.line_class, 'cost') as line_class
from {{ ref("stg_hanketalous") }} as line
left join {{ ref("project_line") }} as class
    on line.cost_line = class.cost_line
