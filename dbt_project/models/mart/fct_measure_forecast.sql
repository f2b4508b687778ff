-- The forecast of staffing, service volumes, money and whatever else comes monthly, by division and month. The
-- divisions and what is not shown beside them sum to `all`.
with series as (
    select *
    from {{ ref("int_forecast") }}
    where
        kind = 'measure'
        and month is null
),

forecast as (
    select *
    from {{ ref("int_forecast") }}
    where
        kind = 'measure'
        and month is not null
)

select
    series.organisation_id,
    series.division_id,
    series.subject_id as measure_id,
    cast(forecast.month as date) as month,
    forecast.forecast_value,
    forecast.low_80,
    forecast.high_80,
    forecast.low_95,
    forecast.high_95,
    cast(series.origin_month as date) as origin_month,
    series.method,
    series.reason_no_forecast,
    cast(series.points as integer) as points,
    series.backtest_mae,
    series.naive_mae,
    {{ rounded("1 - " ~ ratio("series.backtest_mae", "series.naive_mae")) }} as skill,
    case
        when series.reason_no_forecast is not null then null
        when series.is_provisional then 'provisional'
        else 'ok'
    end as value_status
from series
left join forecast
    on series.organisation_id = forecast.organisation_id
    and series.division_id = forecast.division_id
    and series.subject_id = forecast.subject_id
