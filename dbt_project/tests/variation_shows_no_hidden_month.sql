-- A point of a chart is a month whose figures may all be shown: none of what it is made of is hidden there, in that
-- division and month.
select
    spc.programme_id,
    spc.indicator_id,
    spc.division_id,
    spc.month,
    source.measure_id
from {{ ref("indicator_spc") }} as spc
inner join {{ ref("indicator_source") }} as source
    on spc.programme_id = source.programme_id
    and spc.indicator_id = source.indicator_id
    and spc.organisation_id = source.organisation_id
    and source.role <> 'baseline'
inner join {{ ref("fct_measure") }} as measure
    on spc.organisation_id = measure.organisation_id
    and spc.division_id = measure.division_id
    and spc.month = measure.month
    and source.measure_id = measure.measure_id
where measure.value_status = 'suppressed'
