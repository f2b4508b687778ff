-- The status of each indicator at every month that has a value for the whole organisation, by the rule of
-- indicator.status, and how long it has been off track by then: `off_track_since` is the first of the months with a
-- value, unbroken by another status, that are off track. Months without a value neither make nor break a spell.
{% set key = "programme_id, indicator_id, organisation_id" %}

with placed as (
    select
        point.programme_id,
        point.indicator_id,
        point.organisation_id,
        point.month,
        point.value,
        point.value_status,
        point.provisional_reason,
        target.better,
        target.baseline_rule,
        target.baseline_value,
        target.target_kind,
        target.target_value,
        target.target_low,
        target.target_high,
        target.low_now,
        target.high_now,
        target.expected_value,
        case target.better when 'down' then -1 else 1 end as good_sign,
        0 as is_withheld
    from {{ ref("indicator_value") }} as point
    inner join {{ ref("int_indicator_target") }} as target
        on point.programme_id = target.programme_id
        and point.indicator_id = target.indicator_id
        and point.organisation_id = target.organisation_id
        and point.month = target.month
    where
        point.division_id = 'all'
        and point.value is not null
),

measured as (
    {{ measured_against_path("placed") }}
),

judged as (
    {{ judged_against_path("measured") }}
),

spell as (
    select
        judged.*,
        sum(case when status = 'off_track' then 0 else 1 end) over (
            partition by {{ key }}
            order by month
            rows between unbounded preceding and current row
        ) as spell_no
    from judged
)

select
    {{ key }},
    month,
    value,
    value_status,
    provisional_reason,
    expected_value,
    gap_to_expected,
    status,
    case
        when status = 'off_track' then min(case when status = 'off_track' then month end) over (
            partition by {{ key }}, spell_no
        )
    end as off_track_since,
    row_number() over (
        partition by {{ key }}
        order by month desc
    ) as newness
from spell
