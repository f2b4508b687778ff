-- The months that the standing deliveries of each extract speak of, and of each single figure where it comes alone. How
-- an extract tells that is data (coverage_rule); a covered month without rows means "none", an uncovered one means "not
-- known".
with newest as (
    select
        organisation_id,
        extract_id,
        max(received_at) as received_at
    from {{ ref("int_delivery_current") }}
    group by organisation_id, extract_id
),

-- month: the month is a period of a standing delivery. figure: the same, of each single figure by itself.
by_period as (
    select
        current_delivery.organisation_id,
        current_delivery.extract_id,
        {{ coverage_of("current_delivery.extract_id", "current_delivery.period") }} as coverage_id,
        {{ month_of_period("current_delivery.period") }} as month
    from {{ ref("int_delivery_current") }} as current_delivery
    inner join {{ ref("coverage_rule") }} as rule
        on current_delivery.extract_id = rule.extract_id
        and rule.rule in ('month', 'figure')
),

-- spell: from the month of the earliest start through the last month that had ended when the newest file came.
spell_span as (
    select
        organisation_id,
        {{ month_of("min(start_date)") }} as first_month
    from {{ ref("stg_sairauspoissaolot") }}
    group by organisation_id
),

by_spell as (
    select
        spell_span.organisation_id,
        newest.extract_id,
        newest.extract_id as coverage_id,
        calendar.month
    from spell_span
    inner join newest
        on spell_span.organisation_id = newest.organisation_id
    inner join {{ ref("coverage_rule") }} as rule
        on newest.extract_id = rule.extract_id
        and rule.rule = 'spell'
    inner join {{ ref("int_calendar") }} as calendar
        on spell_span.first_month <= calendar.month
        and least({{ as_of() }}, cast(newest.received_at as date)) >= last_day(calendar.month)
),

-- project: from the first through the last month with an actual, of the projects that a measure follows. The running
-- month has not ended, and an actual of a whole year says nothing before its December is over.
project_span as (
    select
        line.organisation_id,
        min(line.month) as first_month,
        max(line.month) as last_month
    from {{ ref("stg_hanketalous") }} as line
    inner join (select distinct project_code from {{ ref("project_rule") }}) as followed
        on line.project_code = followed.project_code
    where
        line.line_kind = 'toteuma'
        and last_day(line.month) <= {{ as_of() }}
    group by line.organisation_id
),

by_project as (
    select
        project_span.organisation_id,
        rule.extract_id,
        rule.extract_id as coverage_id,
        calendar.month
    from project_span
    cross join {{ ref("coverage_rule") }} as rule
    inner join {{ ref("int_calendar") }} as calendar
        on calendar.month between project_span.first_month and project_span.last_month
    where rule.rule = 'project'
),

-- round: the months of the survey's rounds.
by_round as (
    select
        survey.organisation_id,
        rule.extract_id,
        rule.extract_id as coverage_id,
        survey.month
    from {{ ref("int_survey_round") }} as survey
    cross join {{ ref("coverage_rule") }} as rule
    where rule.rule = 'round'
),

-- year_end: the figure of 31 December serves the months of the next year.
by_year_end as (
    select
        residents.organisation_id,
        rule.extract_id,
        rule.extract_id as coverage_id,
        calendar.month
    from {{ ref("int_residents_yearly") }} as residents
    cross join {{ ref("coverage_rule") }} as rule
    inner join {{ ref("int_calendar") }} as calendar
        on year(calendar.month) = residents.year + 1
    where rule.rule = 'year_end'
),

-- night: computed for whoever has delivered anything, in every month.
by_night as (
    select
        newest.organisation_id,
        rule.extract_id,
        rule.extract_id as coverage_id,
        calendar.month
    from (select distinct organisation_id from newest) as newest
    cross join {{ ref("coverage_rule") }} as rule
    cross join {{ ref("int_calendar") }} as calendar
    where
        rule.rule = 'night'
        and newest.organisation_id <> 'public'
)

select distinct
    organisation_id,
    extract_id,
    coverage_id,
    month
from (
    select * from by_period
    union all
    select * from by_spell
    union all
    select * from by_project
    union all
    select * from by_round
    union all
    select * from by_year_end
    union all
    select * from by_night
) as covered
where month <= {{ as_of() }}
