-- What each indicator needs, one row a term: the measure, how many months of it are summed, and for whom.
-- An indicator is computed for the organisation of its programme; one that another indicator ranks is computed for
-- every organisation. A baseline over a window of its own is one more window of the same indicator, and so is the
-- single month of its chart.
with scope as (
    select
        indicator.programme_id,
        indicator.indicator_id,
        programme.organisation_id
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id

    union

    select
        ranking.programme_id,
        ranking.ranked_indicator_id as indicator_id,
        organisation.organisation_id
    from {{ ref("int_indicator") }} as ranking
    cross join {{ ref("organisation") }} as organisation
    where ranking.ranked_indicator_id is not null
),

-- For whom over which windows: the indicator's own, that of its baseline, and of the programme's own organisation the
-- single month, which its variation is judged by.
span as (
    select
        scope.programme_id,
        scope.indicator_id,
        scope.organisation_id,
        indicator.window_months
    from scope
    inner join {{ ref("int_indicator") }} as indicator
        on scope.programme_id = indicator.programme_id
        and scope.indicator_id = indicator.indicator_id

    union

    select
        scope.programme_id,
        scope.indicator_id,
        scope.organisation_id,
        indicator.baseline_window_months as window_months
    from scope
    inner join {{ ref("int_indicator") }} as indicator
        on scope.programme_id = indicator.programme_id
        and scope.indicator_id = indicator.indicator_id
    where indicator.baseline_window_months is not null

    union

    select
        indicator.programme_id,
        indicator.indicator_id,
        programme.organisation_id,
        1 as window_months
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
    where {{ is_charted("indicator") }}
),

term as (
    {% for role in ["numerator", "numerator_less", "denominator"] %}
    select
        programme_id,
        indicator_id,
        family,
        has_division,
        '{{ role }}' as role,
        {{ role }} as measure_id
    from {{ ref("int_indicator") }}
    where {{ role }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    term.programme_id,
    term.indicator_id,
    span.organisation_id,
    term.family,
    term.has_division,
    span.window_months,
    term.role,
    term.measure_id,
    measure.extract_id,
    measure.coverage_id,
    case
        -- Residents are a stock: the figure of the month, never a sum of twelve.
        when term.family = 'per_thousand' and term.role = 'denominator' then 1
        -- So is a level; a window of it only says how many months must be covered behind the figure.
        when term.family = 'level' then 1
        else span.window_months
    end as term_months,
    case
        when term.family = 'per_thousand' and term.role = 'denominator' then 1
        when measure.is_difference then span.window_months + 1
        else span.window_months
    end as covered_months,
    case when measure.is_difference then {{ month_of("programme.period_start") }} end as covered_not_before,
    -- A cumulative sum runs from the programme's start; NULL means the window decides.
    case when term.family = 'cumulative' then {{ month_of("programme.period_start") }} end as summed_from,
    -- The project register is delivered whole, so a covered month vouches for all the months before it; of what comes
    -- month by month every month since the start is needed.
    case when term.family = 'cumulative' and measure.rule <> 'project' then {{ month_of("programme.period_start") }} end
        as covered_since
from term
inner join span
    on term.programme_id = span.programme_id
    and term.indicator_id = span.indicator_id
inner join {{ ref("int_measure_source") }} as measure
    on term.measure_id = measure.measure_id
inner join {{ ref("programme") }} as programme
    on term.programme_id = programme.programme_id
