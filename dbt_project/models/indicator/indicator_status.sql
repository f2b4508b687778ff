{{ config(alias="status") }}

-- Where each indicator stands against its path, at the latest month that has a value.
with latest as (
    select
        programme_id,
        indicator_id,
        organisation_id,
        month,
        value,
        value_status,
        provisional_reason,
        waits_for,
        row_number() over (
            partition by programme_id, indicator_id, organisation_id
            order by case when value is not null then 0 else 1 end, month desc
        ) as place,
        max(case when value_status in ('suppressed', 'not_reportable') then 1 else 0 end) over (
            partition by programme_id, indicator_id, organisation_id
        ) as is_withheld
    from {{ ref("indicator_value") }}
    where division_id = 'all'
),

-- The extracts and single figures that an indicator needs and that nobody has delivered for the organisation.
needed as (
    select distinct
        programme_id,
        indicator_id,
        organisation_id,
        coverage_id
    from {{ ref("int_indicator_term") }}

    union

    select
        ranking.programme_id,
        ranking.indicator_id,
        term.organisation_id,
        term.coverage_id
    from {{ ref("int_indicator") }} as ranking
    inner join {{ ref("int_indicator_term") }} as term
        on ranking.programme_id = term.programme_id
        and ranking.ranked_indicator_id = term.indicator_id

    union

    select
        indicator.programme_id,
        indicator.indicator_id,
        programme.organisation_id,
        'talousarvio' as coverage_id
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("programme") }} as programme
        on indicator.programme_id = programme.programme_id
    where
        indicator.family = 'saving'
        or indicator.baseline_rule = 'original_budget'
),

missing as (
    select
        needed.programme_id,
        needed.indicator_id,
        needed.organisation_id,
        {{ texts_together("needed.coverage_id") }} as waits_for
    from needed
    left join (
        select
            organisation_id,
            {{ coverage_of("extract_id", "period") }} as coverage_id
        from {{ ref("int_delivery_current") }}

        union

        select
            organisation_id,
            coverage_id
        from {{ ref("int_covered_month") }}
    ) as delivered
        on needed.coverage_id = delivered.coverage_id
        and delivered.organisation_id in (needed.organisation_id, 'public')
    where delivered.coverage_id is null
    group by needed.programme_id, needed.indicator_id, needed.organisation_id
),

placed as (
    select
        target.programme_id,
        target.indicator_id,
        target.organisation_id,
        target.better,
        target.baseline_rule,
        target.baseline_month,
        target.baseline_value,
        target.target_kind,
        target.target_value,
        target.target_weakest,
        target.target_low,
        target.target_high,
        target.target_month,
        target.low_now,
        target.high_now,
        case when latest.value is not null then latest.month end as month,
        latest.value,
        latest.value_status,
        latest.provisional_reason,
        latest.is_withheld,
        case when latest.value is not null then target.expected_value end as expected_value,
        case target.better when 'down' then -1 else 1 end as good_sign,
        coalesce(missing.waits_for, case when latest.value is null then latest.waits_for end) as waits_for
    from {{ ref("int_indicator_target") }} as target
    left join latest
        on target.programme_id = latest.programme_id
        and target.indicator_id = latest.indicator_id
        and target.organisation_id = latest.organisation_id
        and latest.place = 1
    left join missing
        on target.programme_id = missing.programme_id
        and target.indicator_id = missing.indicator_id
        and target.organisation_id = missing.organisation_id
    -- Without a value the target is that of tonight.
    where target.month = case when latest.value is not null then latest.month else {{ month_of(as_of()) }} end
),

measured as (
    {{ measured_against_path("placed") }}
),

judged as (
    {{ judged_against_path("measured") }}
)

select
    judged.programme_id,
    judged.indicator_id,
    judged.organisation_id,
    judged.month,
    judged.value,
    case when judged.value is not null then judged.value_status end as value_status,
    judged.baseline_month,
    judged.baseline_value,
    judged.target_value,
    judged.target_weakest,
    judged.target_low,
    judged.target_high,
    judged.target_month,
    judged.expected_value,
    {{ rounded(ratio("judged.value - judged.baseline_value", "judged.target_value - judged.baseline_value")) }}
        as progress_share,
    judged.status,
    judged.gap_to_expected,
    forecast.forecast_value,
    forecast.low_80 as forecast_low,
    forecast.high_80 as forecast_high,
    variation.signal as spc_signal,
    judged.waits_for,
    judged.provisional_reason,
    indicator.caveats,
    indicator.definition_version
from judged
inner join {{ ref("int_indicator") }} as indicator
    on judged.programme_id = indicator.programme_id
    and judged.indicator_id = indicator.indicator_id
left join {{ ref("indicator_spc") }} as variation
    on judged.programme_id = variation.programme_id
    and judged.indicator_id = variation.indicator_id
    and judged.organisation_id = variation.organisation_id
    and judged.month = variation.month
    and variation.division_id = 'all'
-- What it will be at the target month; nothing where that is past.
left join {{ ref("indicator_forecast") }} as forecast
    on judged.programme_id = forecast.programme_id
    and judged.indicator_id = forecast.indicator_id
    and judged.organisation_id = forecast.organisation_id
    and forecast.division_id = 'all'
    and judged.target_month = forecast.month
