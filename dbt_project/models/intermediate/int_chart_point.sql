-- The monthly series that the variation of an indicator is judged by: one row a point that may be shown. A month
-- without a value (not covered, hidden, between two rounds of a survey) has no row. The target is of the point's size.
{% set series = "programme_id, indicator_id, organisation_id, division_id" %}

with charted as (
    select
        indicator.programme_id,
        indicator.indicator_id,
        programme.organisation_id,
        indicator.definition_version,
        indicator.better,
        indicator.window_months,
        {{ month_of("programme.period_start") }} as programme_start,
        case
            when indicator.family = 'cumulative' then 'month_addition'
            -- A scale as long as the window makes a sum the mean of its months, which compares with a single month.
            when
                indicator.family in ('sum', 'saving', 'decrease', 'increase', 'per_thousand')
                and indicator.window_months > 1
                and indicator.scale <> indicator.window_months
                then 'month_amount'
            else 'month_value'
        end as value_kind,
        case
            when
                indicator.family in ('sum', 'saving', 'decrease', 'increase')
                and indicator.scale = indicator.window_months
                then indicator.window_months
            else 1
        end as months_in_mean
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
    where {{ is_charted("indicator") }}
),

-- The chart begins with the months that the first followed value is made of.
followed as (
    select
        programme_id,
        min(month) as first_month
    from {{ ref("indicator_value") }}
    group by programme_id
),

path as (
    select
        programme_id,
        indicator_id,
        organisation_id,
        month,
        expected_value,
        low_now,
        high_now,
        month >= baseline_month as is_in_force,
        month > baseline_month as is_moving,
        expected_value - lag(expected_value) over by_month as expected_addition,
        low_now - lag(low_now) over by_month as low_addition,
        high_now - lag(high_now) over by_month as high_addition
    from {{ ref("int_indicator_target") }}
    window by_month as (partition by programme_id, indicator_id, organisation_id order by month)
),

month_point as (
    select
        charted.programme_id,
        charted.indicator_id,
        charted.organisation_id,
        point.division_id,
        point.month,
        charted.definition_version,
        charted.better,
        charted.value_kind,
        charted.window_months,
        case
            when charted.value_kind <> 'month_addition' then point.value * charted.months_in_mean
            -- Nothing has been summed before the programme's first month; later a month is known by the one before it.
            when point.month = charted.programme_start then point.value
            else point.value - lag(point.value) over by_month
        end as value,
        point.value_status,
        point.provisional_reason,
        point.n_persons
    from charted
    inner join {{ ref("int_indicator_window") }} as point
        on charted.programme_id = point.programme_id
        and charted.indicator_id = point.indicator_id
        and charted.organisation_id = point.organisation_id
        and point.window_months = 1
    window by_month as (
        partition by charted.programme_id, charted.indicator_id, charted.organisation_id, point.division_id
        order by point.month
    )
),

shown as (
    select month_point.*
    from month_point
    inner join followed
        on month_point.programme_id = followed.programme_id
        and month_point.month >= {{ add_months("followed.first_month", "1 - month_point.window_months") }}
    where month_point.value is not null
),

-- The months that a new phase begins with, of each series; a rebase that names no division is of all of them.
phase_start as (
    select distinct
        shown.programme_id,
        shown.indicator_id,
        shown.division_id,
        rebase.month
    from (select distinct {{ series }} from shown) as shown
    inner join {{ ref("spc_rebase") }} as rebase
        on shown.programme_id = rebase.programme_id
        and shown.indicator_id = rebase.indicator_id
        and coalesce(rebase.division_id, shown.division_id) = shown.division_id
),

phase as (
    select
        shown.programme_id,
        shown.indicator_id,
        shown.division_id,
        shown.month,
        count(*) as begun
    from shown
    inner join phase_start
        on shown.programme_id = phase_start.programme_id
        and shown.indicator_id = phase_start.indicator_id
        and shown.division_id = phase_start.division_id
        and shown.month >= phase_start.month
    group by shown.programme_id, shown.indicator_id, shown.division_id, shown.month
),

-- Of a yearly sum a month's target is what twelve of them would add up to; of a running total the month's step of the
-- path. The path is the whole organisation's, from the month of the baseline on.
aimed as (
    select
        shown.*,
        cast(1 + coalesce(phase.begun, 0) as integer) as phase,
        case
            when shown.division_id <> 'all' then 'none'
            when shown.value_kind = 'month_addition' and path.is_moving then 'step'
            when shown.value_kind = 'month_addition' then 'none'
            when path.is_in_force then 'path'
            else 'none'
        end as target_form,
        case when shown.value_kind = 'month_amount' then shown.window_months else 1 end as months_in_target,
        path.expected_value,
        path.low_now,
        path.high_now,
        path.expected_addition,
        path.low_addition,
        path.high_addition
    from shown
    left join phase
        on shown.programme_id = phase.programme_id
        and shown.indicator_id = phase.indicator_id
        and shown.division_id = phase.division_id
        and shown.month = phase.month
    left join path
        on shown.programme_id = path.programme_id
        and shown.indicator_id = path.indicator_id
        and shown.organisation_id = path.organisation_id
        and shown.month = path.month
)

select
    programme_id,
    indicator_id,
    organisation_id,
    division_id,
    month,
    definition_version,
    better,
    value_kind,
    value,
    value_status,
    provisional_reason,
    n_persons,
    phase,
    {% for now, path_value, addition in [
        ("target_now", "expected_value", "expected_addition"),
        ("target_low_now", "low_now", "low_addition"),
        ("target_high_now", "high_now", "high_addition")
    ] %}
    case target_form
        when 'path' then {{ ratio(path_value, "months_in_target") }}
        when 'step' then {{ addition }}
    end as {{ now }}{% if not loop.last %},{% endif %}
    {% endfor %}
from aimed
