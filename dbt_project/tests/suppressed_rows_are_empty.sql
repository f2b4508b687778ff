-- A hidden figure is hidden whole: no value, no numerator or denominator, no count of persons.
select
    'indicator.value' as published_table,
    organisation_id,
    division_id,
    month
from {{ ref("indicator_value") }}
where
    value_status not in ('ok', 'provisional')
    and coalesce(value, numerator, denominator, n_persons) is not null

union all

select
    'mart.fct_measure' as published_table,
    organisation_id,
    division_id,
    month
from {{ ref("fct_measure") }}
where
    value_status = 'suppressed'
    and coalesce(value, n_persons) is not null
