{{ config(alias="forecast_method") }}

-- How each indicator is forecast and how well that would have gone before, or why it is not.
with series as (
    select *
    from {{ ref("int_forecast") }}
    where
        kind = 'indicator'
        and month is null
)

select
    series.programme_id,
    series.subject_id as indicator_id,
    series.organisation_id,
    series.division_id,
    series.method,
    series.reason_no_forecast,
    cast(series.points as integer) as points,
    cast(series.origin_month as date) as origin_month,
    series.backtest_mae,
    series.naive_mae,
    {{ rounded("1 - " ~ ratio("series.backtest_mae", "series.naive_mae")) }} as skill,
    cast(series.origins as integer) as origins,
    source.target_month,
    source.target_value,
    source.target_low,
    source.target_high,
    series.probability_of_target,
    case
        when series.reason_no_forecast is not null then null
        when series.is_provisional then 'provisional'
        else 'ok'
    end as value_status
from series
inner join {{ ref("int_forecast_indicator") }} as source
    on series.programme_id = source.programme_id
    and series.subject_id = source.indicator_id
    and series.organisation_id = source.organisation_id
    and series.division_id = source.division_id
