{{ config(severity="warn") }}

-- The arithmetic of an indicator's forecast, given the months that have been, must give the value that is published for
-- them. Where it does not there is no forecast, and somebody must look.
select *
from {{ ref("indicator_forecast_method") }}
where reason_no_forecast = 'not_reproduced'
