-- Every indicator, division of its organisation and month, from the programme's first baseline (or start) to the as-of
-- date, has
-- exactly one row: silence is never a missing row. The months are counted from the dates, not from the calendar that
-- the grid is made of.
with programme_start as (
    select
        programme.programme_id,
        coalesce(min(indicator.baseline_month), {{ month_of("max(programme.period_start)") }}) as month
    from {{ ref("programme") }} as programme
    inner join {{ ref("int_indicator") }} as indicator
        on programme.programme_id = indicator.programme_id
    group by programme.programme_id
),

expected as (
    select
        indicator.programme_id,
        indicator.indicator_id,
        count(distinct division.division_id)
        * max({{ months_between("programme_start.month", as_of()) }} + 1) as expected_rows
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
    inner join programme_start
        on indicator.programme_id = programme_start.programme_id
    inner join {{ ref("dim_division") }} as division
        on programme.organisation_id = division.organisation_id
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
