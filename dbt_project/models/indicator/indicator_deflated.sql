{{ config(alias="deflated") }}

-- Costs (what is better small, or within a band) at the prices of the baseline's year, beside the nominal value and
-- never instead of it. A window that ends in month m holds m months of its year and 12 - m of the year before, and
-- its price level is weighed so. A year without an index has no deflated value: nothing is guessed.
with price as (
    select
        index_id,
        cast(year as integer) as year,
        cast(value as double) as value
    from {{ ref("price_index") }}
),

cost as (
    select
        point.programme_id,
        point.indicator_id,
        point.organisation_id,
        point.division_id,
        point.month,
        point.value,
        year(indicator.baseline_month) as price_year
    from {{ ref("indicator_value") }} as point
    inner join {{ ref("int_indicator") }} as indicator
        on point.programme_id = indicator.programme_id
        and point.indicator_id = indicator.indicator_id
    where
        indicator.unit = 'EUR_million'
        and indicator.family = 'sum'
        and indicator.better <> 'up'
        and indicator.window_months = 12
        and indicator.baseline_month is not null
        and point.value is not null
)

select
    cost.programme_id,
    cost.indicator_id,
    cost.organisation_id,
    cost.division_id,
    cost.month,
    base.index_id,
    cast(cost.price_year as integer) as price_year,
    cost.value as nominal_value,
    cost.value * {{ ratio(
        "12 * base.value", "month(cost.month) * this_year.value + (12 - month(cost.month)) * coalesce(last_year.value, 0)"
    ) }} as deflated_value
from cost
inner join price as base
    on cost.price_year = base.year
inner join price as this_year
    on base.index_id = this_year.index_id
    and year(cost.month) = this_year.year
left join price as last_year
    on base.index_id = last_year.index_id
    and year(cost.month) - 1 = last_year.year
-- A December needs no year before.
where last_year.value is not null or month(cost.month) = 12
