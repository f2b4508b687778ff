{{ config(alias="spc") }}

{% set one_phase = "partition by programme_id, indicator_id, organisation_id, division_id, phase" %}
{% set by_month = one_phase ~ " order by month" %}

-- Process control of the monthly series: an XmR chart of each indicator, for the whole organisation and each division.
-- The limits of a phase are those of all its points. Neighbours are the points next to one another, whatever months lie
-- between. Sides and directions are 1 (high, rising), -1 (low, falling) or 0 (neither).
with ranged as (
    select
        *,
        abs(value - lag(value) over ({{ by_month }})) as moving_range,
        cast(coalesce(sign({{ rounded("value - lag(value) over (" ~ by_month ~ ")") }}), 0) as integer) as step
    from {{ ref("int_chart_point") }}
),

averaged as (
    select
        *,
        count(*) over ({{ one_phase }}) as points_in_phase,
        avg(value) over ({{ one_phase }}) as centre,
        avg(moving_range) over ({{ one_phase }}) as raw_mean_range
    from ranged
),

-- Screened once: a range out of all proportion is a change of the process, and no part of its common variation.
marked as (
    select
        *,
        {{ "true" if var("spc_screening") else "false" }}
        and {{ rounded("moving_range") }} >= {{ rounded(spc_range_factor() ~ " * raw_mean_range") }} as is_extreme_range
    from averaged
),

screened as (
    select
        *,
        {{ rounded("avg(case when not is_extreme_range then moving_range end) over (" ~ one_phase ~ ")") }} > 0
            as has_ordinary_range,
        avg(case when not is_extreme_range then moving_range end) over ({{ one_phase }}) as ordinary_mean_range
    from marked
),

-- Where screening would leave nothing but zeros (a stock that moves seldom) all ranges count: between limits of no
-- width every point would be a signal.
limited as (
    select
        *,
        coalesce(has_ordinary_range and is_extreme_range, false) as is_range_screened,
        case when has_ordinary_range then ordinary_mean_range else raw_mean_range end as mean_moving_range
    from screened
),

-- `reach` is how far the limits are from the centre; the outer third begins at two thirds of it.
reached as (
    select
        *,
        {{ spc_limit_factor() }} * mean_moving_range as reach,
        cast(coalesce(sign({{ rounded("value - centre") }}), 0) as integer) as side
    from limited
),

placed as (
    select
        *,
        case when {{ rounded("abs(value - centre) - reach") }} > 0 then side else 0 end as outside,
        case when {{ rounded("abs(value - centre) - 2 * reach / 3") }} > 0 then side else 0 end as outer_side
    from reached
),

-- A run goes on while the side stays, a trend while the step does.
turned as (
    select
        *,
        case when side = lag(side) over ({{ by_month }}) then 0 else 1 end as is_new_run,
        case when step = lag(step) over ({{ by_month }}) then 0 else 1 end as is_new_trend
    from placed
),

numbered as (
    select
        *,
        sum(is_new_run) over ({{ by_month }}) as run_number,
        sum(is_new_trend) over ({{ by_month }}) as trend_number
    from turned
),

-- So many points are in the row; so many steps of one direction make a trend of one point more.
counted as (
    select
        *,
        case when side <> 0 then count(*) over ({{ one_phase }}, run_number) else 0 end as run_points,
        case when step <> 0 then 1 + count(*) over ({{ one_phase }}, trend_number) else 0 end as trend_points
    from numbered
),

-- The point that a trend starts from belongs to it, and so its last one, where it may turn into another.
signalled as (
    select
        *,
        case when run_points >= {{ spc_run_points() }} then side else 0 end as run_side,
        case
            when trend_points >= {{ spc_trend_points() }} then step
            when lead(trend_points) over ({{ by_month }}) >= {{ spc_trend_points() }}
                then lead(step) over ({{ by_month }})
            else 0
        end as trend_side,
        case
            when
                outer_side <> 0
                and (
                    outer_side = lag(outer_side, 1) over ({{ by_month }})
                    or outer_side = lag(outer_side, 2) over ({{ by_month }})
                    or outer_side = lead(outer_side, 1) over ({{ by_month }})
                    or outer_side = lead(outer_side, 2) over ({{ by_month }})
                )
                then outer_side
            else 0
        end as pair_side
    from counted
),

-- The rule of the strongest evidence speaks for the point.
ruled as (
    select
        *,
        case
            when outside <> 0 then 'outside'
            when run_side <> 0 then 'run'
            when trend_side <> 0 then 'trend'
            when pair_side <> 0 then 'two_of_three'
            else 'none'
        end as signal_rule,
        case
            when outside <> 0 then outside
            when run_side <> 0 then run_side
            when trend_side <> 0 then trend_side
            else pair_side
        end as signal_side,
        case better when 'up' then 1 when 'down' then -1 else 0 end as good_side,
        centre - reach as lower_limit,
        centre + reach as upper_limit
    from signalled
),

-- Does all that common variation gives meet the target of the month, none of it, or some? A target on a limit is not
-- outside it.
assured as (
    select
        *,
        case
            when target_now is null and target_low_now is null and target_high_now is null then 'no_target'
            when reach is null then null
            when better = 'within' then
                case
                    when
                        coalesce({{ rounded("lower_limit - target_low_now") }} > 0, true)
                        and coalesce({{ rounded("target_high_now - upper_limit") }} > 0, true)
                        then 'consistently_hits'
                    when
                        coalesce({{ rounded("target_low_now - upper_limit") }} > 0, false)
                        or coalesce({{ rounded("lower_limit - target_high_now") }} > 0, false)
                        then 'consistently_misses'
                    else 'hit_or_miss'
                end
            when {{ rounded("good_side * (target_now - centre) + reach") }} < 0 then 'consistently_hits'
            when {{ rounded("good_side * (target_now - centre) - reach") }} > 0 then 'consistently_misses'
            else 'hit_or_miss'
        end as assurance
    from ruled
)

select
    programme_id,
    indicator_id,
    organisation_id,
    division_id,
    month,
    value,
    value_kind,
    value_status,
    provisional_reason,
    n_persons,
    phase,
    points_in_phase,
    points_in_phase < {{ spc_points_needed() }} as is_trial,
    {{ rounded("centre") }} as centre,
    {{ rounded("lower_limit") }} as lower_limit,
    {{ rounded("upper_limit") }} as upper_limit,
    {{ rounded("moving_range") }} as moving_range,
    is_range_screened,
    {{ rounded("mean_moving_range") }} as mean_moving_range,
    {{ rounded(spc_range_factor() ~ " * mean_moving_range") }} as moving_range_limit,
    outside <> 0 as is_outside,
    run_side <> 0 as is_in_run,
    trend_side <> 0 as is_in_trend,
    pair_side <> 0 as is_two_of_three,
    case
        when signal_side = 0 then 'none'
        when good_side = 0 then 'neutral'
        when signal_side = good_side then 'improvement'
        else 'concern'
    end as signal,
    signal_rule,
    case signal_side when 1 then 'high' when -1 then 'low' else 'none' end as signal_side,
    {{ rounded("target_now") }} as target_now,
    {{ rounded("target_low_now") }} as target_low_now,
    {{ rounded("target_high_now") }} as target_high_now,
    assurance,
    definition_version
from assured
