-- The interval of 95 % holds that of 80 %, which holds the forecast, and the forecasts begin right after their origin.
with forecast as (
    select
        indicator_id as subject_id,
        month,
        origin_month,
        forecast_value,
        low_80,
        high_80,
        low_95,
        high_95
    from {{ ref("indicator_forecast") }}

    union all

    select
        measure_id as subject_id,
        month,
        origin_month,
        forecast_value,
        low_80,
        high_80,
        low_95,
        high_95
    from {{ ref("fct_measure_forecast") }}
    where month is not null
)

select *
from forecast
where
    not (low_95 <= low_80 and low_80 <= forecast_value and forecast_value <= high_80 and high_80 <= high_95)
    or month <= origin_month
