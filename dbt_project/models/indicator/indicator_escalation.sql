{{ config(alias="escalation") }}

-- The list for the weekly meeting of the management: what is stuck, for how long, why, whose it is and what to do next.
-- Warnings of severity low stay in indicator.warning. The severe come first, then what has lasted longest, then what is
-- largest in euros; the id parts the rest, so that the same night gives the same list.
with ranked as (
    select
        warning.*,
        row_number() over (
            partition by warning.organisation_id, warning.programme_id
            order by
                case warning.severity when 'high' then 0 else 1 end,
                -- How long a guard rail was compared over is no waiting time.
                case when warning.kind = 'coincides_with_worse' then 0 else warning.months_count end desc,
                case when warning.unit = 'EUR' then warning.difference_value else 0 end desc,
                warning.warning_id
        ) as place
    from {{ ref("indicator_warning") }} as warning
    where warning.severity in ('high', 'medium')
),

-- The duty that asks for such a list, where the programme has one.
weekly as (
    select
        programme_id,
        min(report_id) as report_id
    from {{ ref("reporting_duty") }}
    where cadence = 'weekly'
    group by programme_id
)

select
    ranked.organisation_id,
    ranked.programme_id,
    cast(ranked.place as integer) as place,
    ranked.warning_id,
    ranked.kind,
    ranked.subject_kind,
    ranked.subject_id,
    ranked.subject_name_fi,
    ranked.subject_name_sv,
    ranked.subject_name_en,
    ranked.other_id,
    ranked.other_name_fi,
    ranked.other_name_sv,
    ranked.other_name_en,
    ranked.severity,
    ranked.month,
    ranked.since_month,
    ranked.months_count,
    ranked.owner_role,
    ranked.reason,
    case ranked.kind
        when 'claimed_not_seen' then 'reconcile_claim_with_ledger'
        when 'coincides_with_worse' then 'assess_effect_on_service'
        when 'overdue_measure' then 'set_new_end_or_stop'
        when 'off_track_months' then 'decide_correction'
        when 'stale_data' then 'deliver_data'
    end as next_step,
    ranked.unit,
    ranked.value,
    ranked.reference_value,
    ranked.difference_value,
    ranked.country_difference,
    ranked.value_status,
    ranked.provisional_reason,
    weekly.report_id
from ranked
left join weekly
    on ranked.programme_id = weekly.programme_id
where ranked.place <= {{ var("escalation_places") }}
