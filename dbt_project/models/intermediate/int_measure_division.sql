-- Every measure by division and month as it is in the extracts; measures of no division are given as `all`.
with cost as (
    select
        organisation_id,
        division_id,
        month,
        measure_id,
        value
    from {{ ref("int_cost_measure") }}
    where scenario = 'actual'
),

contact as (
    select
        organisation_id,
        division_id,
        month,
        measure_id,
        sum(value) as value
    from {{ ref("int_contact_measure") }}
    group by organisation_id, division_id, month, measure_id
),

staff as (
    {% for measure_id in ["fte_months", "fte_hired_months"] %}
    select
        organisation_id,
        division_id,
        month,
        '{{ measure_id }}' as measure_id,
        {{ measure_id }} as value
    from {{ ref("int_staff_monthly") }}
    where division_id <> 'all'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sick_leave as (
    select
        organisation_id,
        division_id,
        month,
        'sick_leave_days' as measure_id,
        sick_leave_days as value
    from {{ ref("int_sick_leave_monthly") }}
),

survey as (
    {% for measure_id in ["enps_respondents", "enps_promoters", "enps_detractors"] %}
    select
        organisation_id,
        division_id,
        month,
        '{{ measure_id }}' as measure_id,
        {{ measure_id }} as value
    from {{ ref("int_survey_round") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

site as (
    select
        site.organisation_id,
        {{ division_id() }} as division_id,
        site.month,
        'sites_in_use' as measure_id,
        cast(sum(case when site.is_in_use then 1 else 0 end) as double) as value
    from {{ ref("stg_toimipisteet") }} as site
    {{ join_division("site") }}
    group by site.organisation_id, {{ division_id() }}, site.month
),

-- The queue at the latest date of the month; earlier counts of the same month are the same people.
queue_at_latest as (
    select
        organisation_id,
        month,
        waiting_persons,
        median_wait_days,
        rank() over (partition by organisation_id, month order by counted_on desc) as place
    from {{ ref("stg_asumisjono") }}
),

queue as (
    select
        organisation_id,
        month,
        cast(sum(waiting_persons) as double) as housing_queue_persons,
        -- Medians cannot be added; this is their mean weighted by those waiting, and the measure's name says so.
        {{ ratio(
            "sum(waiting_persons * median_wait_days)",
            "sum(case when median_wait_days is not null then waiting_persons end)"
        ) }} as housing_wait_median_days
    from queue_at_latest
    where place = 1
    group by organisation_id, month
),

housing as (
    {% for measure_id in ["housing_queue_persons", "housing_wait_median_days"] %}
    select
        organisation_id,
        'all' as division_id,
        month,
        '{{ measure_id }}' as measure_id,
        {{ measure_id }} as value
    from queue
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

population as (
    {% for measure_id in ["residents", "residents_75plus"] %}
    select
        residents.organisation_id,
        'all' as division_id,
        calendar.month,
        '{{ measure_id }}' as measure_id,
        residents.{{ measure_id }} as value
    from {{ ref("int_residents_yearly") }} as residents
    inner join {{ ref("int_calendar") }} as calendar
        on year(calendar.month) = residents.year + 1
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

project as (
    select
        organisation_id,
        'all' as division_id,
        month,
        measure_id,
        value
    from {{ ref("int_project_measure") }}
),

client as (
    select
        organisation_id,
        'all' as division_id,
        month,
        measure_id,
        value
    from {{ ref("int_client_measure") }}
),

head_count as (
    select
        organisation_id,
        'all' as division_id,
        month,
        measure_id,
        sum(value) as value
    from {{ ref("int_count_monthly") }}
    group by organisation_id, month, measure_id
),

action as (
    select
        organisation_id,
        division_id,
        month,
        measure_id,
        value
    from {{ ref("int_action_measure") }}
),

-- Single figures are taken as given; one without a division is the whole organisation's. What has an extract of its own
-- is taken from there and never from a figure.
figure as (
    select
        figure.organisation_id,
        case when figure.division_code is null then 'all' else {{ division_id() }} end as division_id,
        figure.month,
        figure.measure_id,
        sum(figure.value) as value
    from {{ ref("stg_tunnusluvut") }} as figure
    inner join {{ ref("int_measure_source") }} as source
        on figure.measure_id = source.measure_id
        and source.rule = 'figure'
    {{ join_division("figure") }}
    group by
        figure.organisation_id,
        case when figure.division_code is null then 'all' else {{ division_id() }} end,
        figure.month,
        figure.measure_id
),

-- The mean over the organisation's extracts of the month; public figures are nobody's own.
quality as (
    select
        organisation_id,
        'all' as division_id,
        month,
        'data_quality_percent' as measure_id,
        avg(score_percent) as value
    from {{ ref("quality_score") }}
    where organisation_id <> 'public'
    group by organisation_id, month
)

{% for part in [
    "cost", "contact", "staff", "sick_leave", "survey", "site", "housing", "population", "project", "client",
    "head_count", "action", "figure", "quality"
] %}
select *
from {{ part }}
where value is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
