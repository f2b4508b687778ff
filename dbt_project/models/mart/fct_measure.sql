-- The measures as they may be shown: cells of few persons are hidden here as in the indicators.
select
    measure.organisation_id,
    measure.division_id,
    measure.month,
    measure.measure_id,
    case when not measure.is_hidden then measure.value end as value,
    case when not measure.is_hidden then measure.n_persons end as n_persons,
    case
        when measure.is_hidden then 'suppressed'
        when coverage.is_contested then 'provisional'
        else 'ok'
    end as value_status
from {{ ref("int_measure_disclosed") }} as measure
inner join {{ ref("int_measure_source") }} as declared
    on measure.measure_id = declared.measure_id
inner join {{ ref("int_coverage") }} as coverage
    on measure.organisation_id = coverage.organisation_id
    and declared.coverage_id = coverage.coverage_id
    and measure.month = coverage.month
