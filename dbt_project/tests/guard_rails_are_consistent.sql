-- What the seeds of early warning name exists, and their codes are of the closed vocabularies: one query for all.
with named as (
    select
        'guard_rail.figure_id' as place,
        rail.figure_id as named,
        figure.figure_id as found
    from {{ ref("guard_rail") }} as rail
    left join {{ ref("public_indicator") }} as figure
        on rail.source = figure.source
        and rail.figure_id = figure.figure_id
    where rail.rule = 'public'

    {% for role in ["numerator", "numerator_less", "denominator"] %}
    union all

    select
        'guard_rail.{{ role }}' as place,
        rail.{{ role }} as named,
        measure.measure_id as found
    from {{ ref("guard_rail") }} as rail
    left join {{ ref("measure") }} as measure
        on rail.{{ role }} = measure.measure_id
    where
        rail.{{ role }} is not null
        {%- if role == "numerator" %}
        or rail.rule <> 'public'
        {%- else %}
        or rail.rule = 'net_share'
        {%- endif %}
    {% endfor %}

    {% for column, values in {
        "kind": ["access", "quality", "staff"],
        "source": ["sotkanet", "own"],
        "rule": ["public", "level", "sum", "net_share"],
        "worse": ["up", "down"],
        "change_kind": ["absolute", "percent"],
    }.items() %}
    union all

    select
        'guard_rail.{{ column }}' as place,
        {{ column }} as named,
        case
            when {{ column }} in ('{{ values | join("', '") }}')
                then {{ column }}
        end as found
    from {{ ref("guard_rail") }}
    {% endfor %}

    union all

    -- A public figure waits for its licence; an own one has a window to be summed over.
    select
        'guard_rail.licence or window_months' as place,
        guard_rail_id as named,
        case when rule = 'public' then licence else cast(window_months as varchar) end as found
    from {{ ref("guard_rail") }}

    union all

    select
        'guard_rail_theme.guard_rail_id' as place,
        speaks.guard_rail_id as named,
        rail.guard_rail_id as found
    from {{ ref("guard_rail_theme") }} as speaks
    left join {{ ref("guard_rail") }} as rail
        on speaks.guard_rail_id = rail.guard_rail_id

    union all

    select
        'guard_rail_theme.theme' as place,
        speaks.theme as named,
        followed.theme as found
    from {{ ref("guard_rail_theme") }} as speaks
    left join (
        select theme from {{ ref("indicator") }}
        union
        select theme from {{ ref("goal") }}
    ) as followed
        on speaks.theme = followed.theme

    union all

    select
        'saving_line.theme' as place,
        line.theme as named,
        goal.theme as found
    from {{ ref("saving_line") }} as line
    left join (
        select distinct
            programme_id,
            theme
        from {{ ref("goal") }}
    ) as goal
        on line.programme_id = goal.programme_id
        and line.theme = goal.theme

    union all

    select
        'saving_line.measure_id' as place,
        line.measure_id as named,
        rule.measure_id as found
    from {{ ref("saving_line") }} as line
    left join (select distinct measure_id from {{ ref("cost_rule") }}) as rule
        on line.measure_id = rule.measure_id

    union all

    select
        'saving_line.document_id' as place,
        line.document_id as named,
        document.document_id as found
    from {{ ref("saving_line") }} as line
    left join {{ ref("document") }} as document
        on line.programme_id = document.programme_id
        and line.document_id = document.document_id
)

select *
from named
where found is null
