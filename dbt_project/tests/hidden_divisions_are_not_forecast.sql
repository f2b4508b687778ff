-- A division that is hidden in any month that its measure is forecast from has no forecast.
select
    forecast.organisation_id,
    forecast.division_id,
    forecast.measure_id,
    forecast.month
from {{ ref("fct_measure_forecast") }} as forecast
inner join {{ ref("fct_measure") }} as actual
    on forecast.organisation_id = actual.organisation_id
    and forecast.division_id = actual.division_id
    and forecast.measure_id = actual.measure_id
    and actual.month between {{ add_months("forecast.origin_month", "1 - forecast.points") }} and forecast.origin_month
where
    forecast.month is not null
    and actual.value_status = 'suppressed'
