-- Clients and places by municipality. Which service and age a measure counts is data (count_rule).
select
    counted.organisation_id,
    counted.municipality_code,
    counted.month,
    rule.measure_id,
    cast(sum(case rule.figure when 'clients' then counted.clients else counted.places end) as double) as value
from {{ ref("stg_asiakasmaarat") }} as counted
inner join {{ ref("count_rule") }} as rule
    on counted.service = rule.service
    and (rule.age_group is null or counted.age_group = rule.age_group)
group by counted.organisation_id, counted.municipality_code, counted.month, rule.measure_id
