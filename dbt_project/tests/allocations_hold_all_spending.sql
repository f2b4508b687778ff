{{ config(severity="warn") }}

-- Spending of a grant on a part that no allocation names: it is in the total and under none of the allocations.
select
    line.organisation_id,
    line.project_code,
    line.part_code,
    sum(line.amount_eur) as amount_eur
from {{ ref("int_project_line") }} as line
inner join (select distinct grants.project_code from {{ ref("allocation") }} as grants) as granted
    on line.project_code = granted.project_code
left join {{ ref("allocation") }} as allocation
    on line.project_code = allocation.project_code
    and line.part_code = allocation.part_code
where
    line.line_class = 'cost'
    and line.line_kind = 'toteuma'
    and allocation.allocation_id is null
group by line.organisation_id, line.project_code, line.part_code
