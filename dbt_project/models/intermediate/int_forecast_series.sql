-- The months that forecasts are made from, as they are published and no others: a hidden month is here without its
-- value, so that nothing that is forecast can hold more than what is shown. What comes month by month is forecast, and
-- whatever an indicator is made of.
with forecast_measure as (
    select
        organisation.organisation_id,
        measure.measure_id
    from {{ ref("int_measure_source") }} as measure
    cross join {{ ref("organisation") }} as organisation
    where measure.rule = 'month'

    union

    select
        organisation_id,
        measure_id
    from {{ ref("int_indicator_term") }}
)

select
    measure.organisation_id,
    measure.measure_id,
    measure.division_id,
    measure.month,
    measure.value,
    measure.value_status,
    {{ month_of(as_of()) }} as as_of_month
from {{ ref("fct_measure") }} as measure
inner join forecast_measure
    on measure.organisation_id = forecast_measure.organisation_id
    and measure.measure_id = forecast_measure.measure_id
