-- What the forecast of each indicator starts from: its definition, its newest published value with the parts of it, and
-- its target. One row an indicator and division.
{% set point_key = "programme_id, indicator_id, organisation_id, division_id" %}

with point as (
    select
        value.*,
        -- The newest month with a value comes first; without any the newest of all.
        row_number() over (
            partition by {{ point_key }}
            order by case when value is not null then 0 else 1 end, month desc
        ) as place,
        max(case when value is not null then month end) over (partition by {{ point_key }}) as newest_month,
        max(case when value_status = 'suppressed' then month end) over (partition by {{ point_key }}) as hidden_month,
        min(case when value_status = 'not_applicable' then 1 else 0 end) over (partition by {{ point_key }})
            as is_never_applicable
    from {{ ref("indicator_value") }} as value
),

term_months as (
    select
        term.programme_id,
        term.indicator_id,
        term.organisation_id,
        max(case when term.role = 'numerator' then term.term_months end) as numerator_months,
        max(case when term.role = 'numerator_less' then term.term_months end) as numerator_less_months,
        max(case when term.role = 'denominator' then term.term_months end) as denominator_months
    from {{ ref("int_indicator_term") }} as term
    inner join {{ ref("int_indicator") }} as indicator
        on term.programme_id = indicator.programme_id
        and term.indicator_id = indicator.indicator_id
        and term.window_months = indicator.window_months
    group by term.programme_id, term.indicator_id, term.organisation_id
)

select
    point.programme_id,
    point.indicator_id,
    point.organisation_id,
    point.division_id,
    indicator.family,
    indicator.scale,
    indicator.value_offset,
    indicator.numerator,
    indicator.numerator_less,
    indicator.denominator,
    term_months.numerator_months,
    term_months.numerator_less_months,
    term_months.denominator_months,
    point.newest_month as origin_month,
    point.value as origin_value,
    point.numerator as origin_numerator,
    point.denominator as origin_denominator,
    coalesce(point.hidden_month > point.newest_month, point.hidden_month is not null) as is_suppressed,
    point.value_status = 'provisional' as is_provisional,
    indicator.better,
    -- A target that is of each year anew has no month to forecast to.
    case when indicator.baseline_rule <> 'previous_year' then target.target_month end as target_month,
    target.target_value,
    target.target_low,
    target.target_high
from point
inner join {{ ref("int_indicator") }} as indicator
    on point.programme_id = indicator.programme_id
    and point.indicator_id = indicator.indicator_id
left join term_months
    on point.programme_id = term_months.programme_id
    and point.indicator_id = term_months.indicator_id
    and point.organisation_id = term_months.organisation_id
-- The path is the whole organisation's.
left join {{ ref("int_indicator_target") }} as target
    on point.programme_id = target.programme_id
    and point.indicator_id = target.indicator_id
    and point.organisation_id = target.organisation_id
    and point.division_id = 'all'
    and target.month = {{ month_of(as_of()) }}
where
    point.place = 1
    -- A division that the indicator has never been of is not missing a forecast.
    and (point.division_id = 'all' or point.is_never_applicable = 0)
