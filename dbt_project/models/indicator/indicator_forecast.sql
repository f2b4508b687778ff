{{ config(alias="forecast") }}

-- Every forecast of an indicator, month by month. How it was made stands in indicator.forecast_method.
select
    programme_id,
    subject_id as indicator_id,
    organisation_id,
    division_id,
    cast(month as date) as month,
    forecast_value,
    low_80,
    high_80,
    low_95,
    high_95,
    cast(origin_month as date) as origin_month,
    case when is_provisional then 'provisional' else 'ok' end as value_status
from {{ ref("int_forecast") }}
where
    kind = 'indicator'
    and month is not null
