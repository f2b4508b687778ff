-- Every indicator, division of its organisation and month has exactly one row: silence is never a missing row.
-- The number of months is counted from the dates, not from the calendar that the grid is made of.
with first_month as (
    select least(
        (select min(baseline_month) from {{ ref("indicator") }}),
        coalesce((select min({{ month_of_period("period") }}) from {{ ref("int_delivery_current") }}), {{ as_of() }})
    ) as month
),

expected as (
    select
        indicator.programme_id,
        indicator.indicator_id,
        count(distinct division.division_id)
        * max({{ months_between("first_month.month", as_of()) }} + 1) as expected_rows
    from {{ ref("indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
    inner join {{ ref("dim_division") }} as division
        on programme.organisation_id = division.organisation_id
    cross join first_month
    group by indicator.programme_id, indicator.indicator_id
),

found as (
    select
        programme_id,
        indicator_id,
        count(*) as found_rows
    from {{ ref("indicator_value") }}
    group by programme_id, indicator_id
)

select
    expected.*,
    found.found_rows
from expected
left join found
    on expected.programme_id = found.programme_id
    and expected.indicator_id = found.indicator_id
where expected.expected_rows <> coalesce(found.found_rows, 0)
