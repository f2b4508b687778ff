{{ config(alias="guard_rail") }}

-- Access, quality and staff beside the savings: of every organisation with a programme and every guard rail the newest
-- figure, the one to compare it with, and whether it is worse by as much as counts. A public figure is of a year that
-- has ended and stands in its December. Two figures on different sides of a break in the series are not compared.
with followed as (
    select
        organisation.organisation_id,
        rail.*
    from (select distinct organisation_id from {{ ref("programme") }}) as organisation
    cross join {{ ref("guard_rail") }} as rail
),

-- The same year may stand under Sotkanet's own region and under the county: the county's row is taken.
published as (
    select
        figure.*,
        make_date(cast(figure.year as integer), 12, 1) as month,
        row_number() over (
            partition by figure.source, figure.figure_id, figure.organisation_id, figure.area_code = 'FI', figure.year
            order by case when figure.area_classification = 'hyvinvointialue' then 0 else 1 end, figure.area_code
        ) as place
    from {{ ref("fct_public_figure") }} as figure
    where
        figure.sex = 'total'
        and figure.value is not null
        and (figure.organisation_id is not null or figure.area_code = 'FI')
        and make_date(cast(figure.year as integer), 12, 31) <= {{ as_of() }}
),

-- Months of an own measure that its extract covers; a hidden one stays hidden in everything made of it.
own_term as (
    select
        followed.organisation_id,
        followed.guard_rail_id,
        followed.rule,
        followed.window_months,
        coverage.month,
        coverage.contested_reason,
        term.role,
        measure.value,
        coalesce(measure.is_hidden, false) as is_hidden
    from followed
    inner join (
        {% for role in ["numerator", "numerator_less", "denominator"] %}
        select
            guard_rail_id,
            '{{ role }}' as role,
            {{ role }} as measure_id
        from {{ ref("guard_rail") }}
        where {{ role }} is not null
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as term
        on followed.guard_rail_id = term.guard_rail_id
    inner join {{ ref("int_measure_source") }} as source
        on term.measure_id = source.measure_id
    inner join {{ ref("int_coverage") }} as coverage
        on followed.organisation_id = coverage.organisation_id
        and source.coverage_id = coverage.coverage_id
        and coverage.is_covered
    left join {{ ref("int_measure_disclosed") }} as measure
        on followed.organisation_id = measure.organisation_id
        and term.measure_id = measure.measure_id
        and measure.division_id = 'all'
        and coverage.month = measure.month
),

own_month as (
    select
        organisation_id,
        guard_rail_id,
        rule,
        window_months,
        month,
        max(contested_reason) as contested_reason,
        max(case when is_hidden then 1 else 0 end) as is_hidden,
        max(case when role = 'numerator' then value end) as numerator,
        max(case when role = 'numerator_less' then value end) as numerator_less,
        max(case when role = 'denominator' then value end) as denominator
    from own_term
    group by organisation_id, guard_rail_id, rule, window_months, month
),

summed as (
    select
        ending.organisation_id,
        ending.guard_rail_id,
        ending.rule,
        ending.month,
        max(part.contested_reason) as contested_reason,
        max(part.is_hidden) as is_hidden,
        sum(part.numerator) as numerator,
        sum(part.numerator_less) as numerator_less,
        sum(part.denominator) as denominator
    from own_month as ending
    inner join own_month as part
        on ending.organisation_id = part.organisation_id
        and ending.guard_rail_id = part.guard_rail_id
        and part.month between {{ add_months("ending.month", "1 - ending.window_months") }} and ending.month
    group by ending.organisation_id, ending.guard_rail_id, ending.rule, ending.month, ending.window_months
    -- Every month of the window, and of a survey the months with a round.
    having count(*) = ending.window_months and (ending.rule <> 'net_share' or sum(part.denominator) > 0)
),

point as (
    select
        followed.organisation_id,
        followed.guard_rail_id,
        'year' as period_kind,
        own_area.month,
        own_area.value,
        0 as is_hidden,
        cast(null as varchar) as contested_reason,
        country.value as country_value,
        coalesce(own_area.year >= own_area.break_year, true) as is_after_break
    from followed
    inner join published as own_area
        on followed.organisation_id = own_area.organisation_id
        and followed.source = own_area.source
        and followed.figure_id = own_area.figure_id
        and own_area.place = 1
    left join published as country
        on followed.source = country.source
        and followed.figure_id = country.figure_id
        and country.area_code = 'FI'
        and own_area.month = country.month
        and country.place = 1

    union all

    select
        organisation_id,
        guard_rail_id,
        'month' as period_kind,
        month,
        case
            when is_hidden = 1 then null
            when rule = 'net_share'
                then 100 * {{ ratio("coalesce(numerator, 0) - coalesce(numerator_less, 0)", "denominator") }}
            else numerator
        end as value,
        is_hidden,
        contested_reason,
        cast(null as double) as country_value,
        true as is_after_break
    from summed
    where is_hidden = 1 or numerator is not null
),

newest as (
    select
        point.*,
        row_number() over (partition by organisation_id, guard_rail_id order by month desc) as place
    from point
),

-- The newest of at least a year before, and of no longer than the setting: the same month where there is one.
earlier as (
    select
        newest.organisation_id,
        newest.guard_rail_id,
        before.month,
        before.value,
        before.is_hidden,
        before.contested_reason,
        before.country_value,
        before.is_after_break = newest.is_after_break as is_comparable,
        row_number() over (
            partition by newest.organisation_id, newest.guard_rail_id
            order by before.month desc
        ) as place
    from newest
    inner join point as before
        on newest.organisation_id = before.organisation_id
        and newest.guard_rail_id = before.guard_rail_id
        and before.month between {{ add_months("newest.month", "-" ~ var("guard_rail_back_months")) }}
        and {{ add_months("newest.month", -12) }}
    where newest.place = 1
),

compared as (
    select
        followed.*,
        newest.period_kind,
        newest.month,
        newest.value,
        before.month as before_month,
        before.is_comparable,
        coalesce(newest.is_hidden, 0) as is_hidden,
        coalesce(before.is_hidden, 0) as is_before_hidden,
        newest.contested_reason,
        before.contested_reason as before_contested_reason,
        {{ months_between("newest.month", month_of(as_of())) }} > {{ var("guard_rail_age_months") }} as is_too_old,
        case when before.is_comparable then before.value end as before_value,
        newest.country_value,
        case when before.is_comparable then before.country_value end as country_before_value
    from followed
    left join newest
        on followed.organisation_id = newest.organisation_id
        and followed.guard_rail_id = newest.guard_rail_id
        and newest.place = 1
    left join earlier as before
        on followed.organisation_id = before.organisation_id
        and followed.guard_rail_id = before.guard_rail_id
        and before.place = 1
),

changed as (
    select
        compared.*,
        case worse when 'up' then 1 else -1 end as worse_sign,
        {% for own, before, name in [
            ("value", "before_value", "change"), ("country_value", "country_before_value", "country_change")
        ] %}
        {{ rounded(
            "case change_kind when 'percent' then 100 * " ~ ratio(own ~ " - " ~ before, "abs(" ~ before ~ ")")
            ~ " else " ~ own ~ " - " ~ before ~ " end"
        ) }} as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from compared
),

judged as (
    select
        changed.*,
        {{ rounded("change - country_change") }} as excess_change,
        case
            when change is null or is_too_old then 'no_data'
            when worse_sign * change >= counts_change then 'worse'
            when -worse_sign * change >= counts_change then 'better'
            else 'same'
        end as status
    from changed
)

select
    organisation_id,
    guard_rail_id,
    name_fi,
    name_sv,
    name_en,
    kind,
    source,
    source_text,
    licence,
    unit,
    worse,
    change_kind,
    counts_change,
    period_kind,
    month,
    value,
    before_month,
    before_value,
    change as change_value,
    country_value,
    country_before_value,
    country_change,
    excess_change,
    case
        when excess_change is null or status = 'no_data' then 'no_data'
        when worse_sign * excess_change >= counts_change then 'worse'
        when -worse_sign * excess_change >= counts_change then 'better'
        else 'same'
    end as country_status,
    status,
    case
        when month is null then 'no_figure'
        when is_hidden = 1 then 'hidden'
        when is_too_old then 'too_old'
        when is_before_hidden = 1 then 'hidden'
        when not is_comparable then 'series_break'
        when change is null then 'nothing_before'
        when status = 'worse' then 'change_counts'
        when status = 'better' then 'change_counts'
        else 'change_is_small'
    end as reason,
    case
        when is_hidden = 1 or (status = 'no_data' and is_before_hidden = 1) then 'suppressed'
        when value is null then 'no_data'
        when contested_reason is not null or before_contested_reason is not null then 'provisional'
        else 'ok'
    end as value_status,
    case when value is not null then coalesce(contested_reason, before_contested_reason) end as provisional_reason
from judged
