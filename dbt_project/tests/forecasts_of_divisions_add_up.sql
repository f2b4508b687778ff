-- Where the divisions that are forecast have always been all of a measure, their forecasts sum to that of the total, to
-- the cent.
with division as (
    select
        organisation_id,
        measure_id,
        month,
        origin_month,
        points,
        sum(case when division_id <> 'all' then forecast_value end) as divisions,
        sum(case when division_id = 'all' then forecast_value end) as total
    from {{ ref("fct_measure_forecast") }}
    where month is not null
    group by organisation_id, measure_id, month, origin_month, points
),

-- What the total has had beside the divisions that are forecast.
beside as (
    select
        actual.organisation_id,
        actual.measure_id,
        actual.month,
        sum(case when actual.division_id = 'all' then actual.value else -actual.value end) as value
    from {{ ref("fct_measure") }} as actual
    inner join (
        select distinct
            organisation_id,
            division_id,
            measure_id
        from {{ ref("fct_measure_forecast") }}
        where month is not null
    ) as forecast
        on actual.organisation_id = forecast.organisation_id
        and actual.division_id = forecast.division_id
        and actual.measure_id = forecast.measure_id
    group by actual.organisation_id, actual.measure_id, actual.month
)

select
    division.organisation_id,
    division.measure_id,
    division.month
from division
inner join beside
    on division.organisation_id = beside.organisation_id
    and division.measure_id = beside.measure_id
    and beside.month between {{ add_months("division.origin_month", "1 - division.points") }} and division.origin_month
where division.divisions is not null
group by division.organisation_id, division.measure_id, division.month, division.divisions, division.total
having max(abs(beside.value)) < 1e-6 and abs(division.divisions - division.total) > 0.005
