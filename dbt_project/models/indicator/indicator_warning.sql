{{ config(alias="warning") }}

-- One row a warning, of the programmes that run or have ended within the setting. Each kind is a CTE of its own with
-- the same columns; the names of what it is about are joined at the end. Two figures beside one another are told as
-- being so at the same time: nothing here says that one is because of the other.
{% set off_track = var("off_track_months") %}
{% set overdue = var("overdue_months") %}
{% set stale = var("stale_months") %}

with running as (
    select
        programme_id,
        organisation_id
    from {{ ref("programme") }}
    where {{ month_of(as_of()) }} <= {{ add_months(month_of("period_end"), var("warning_after_months")) }}
),

-- Who answers for a group of claims: the role with the largest claim in it, as the register names it.
claim_owner as (
    select
        organisation_id,
        programme_id,
        month,
        scope,
        group_id,
        owner_role,
        row_number() over (
            partition by organisation_id, programme_id, month, scope, group_id
            order by sum(claimed_eur) desc, owner_role
        ) as place
    from (
        {% for scope, column in [("division", "division_id"), ("theme", "coalesce(theme, 'unmapped')")] %}
        select
            organisation_id,
            programme_id,
            month,
            '{{ scope }}' as scope,
            {{ column }} as group_id,
            {{ role_only("owner_role") }} as owner_role,
            claimed_eur
        from {{ ref("int_saving_claim") }}
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as claim
    where owner_role is not null
    group by organisation_id, programme_id, month, scope, group_id, owner_role
),

-- The newest month that could be judged: a ledger that is late does not silence a warning.
claim_judged as (
    select
        seen.*,
        row_number() over (
            partition by organisation_id, programme_id, scope, group_id
            order by month desc
        ) as newness
    from {{ ref("indicator_saving_seen") }} as seen
    where status in ('seen', 'not_seen', 'no_claim')
),

claimed_not_seen as (
    select
        claim.programme_id,
        claim.organisation_id,
        'claimed_not_seen' as kind,
        'saving_' || claim.scope as subject_kind,
        claim.group_id as subject_id,
        cast(null as varchar) as other_kind,
        cast(null as varchar) as other_id,
        claim.month,
        claim.since_month,
        claim.months_count,
        case when claim.difference_eur >= {{ var("claim_high_eur") }} then 'high' else 'medium' end as severity,
        owner.owner_role,
        case when claim.basis = 'year_before' then claim.reason || '_year_before' else claim.reason end as reason,
        'EUR' as unit,
        claim.seen_eur as value,
        claim.claimed_eur as reference_value,
        claim.difference_eur as difference_value,
        cast(null as double) as country_difference,
        claim.value_status,
        claim.provisional_reason
    from claim_judged as claim
    left join claim_owner as owner
        on claim.organisation_id = owner.organisation_id
        and claim.programme_id = owner.programme_id
        and claim.month = owner.month
        and claim.scope = owner.scope
        and claim.group_id = owner.group_id
        and owner.place = 1
    where
        claim.newness = 1
        and claim.status = 'not_seen'
        and claim.months_count >= {{ var("claim_months") }}
),

-- An indicator of money: euros that are to fall, or saved euros that are to rise. Costs within a band are no saving.
saving_indicator as (
    select
        indicator.programme_id,
        indicator.indicator_id,
        indicator.theme,
        indicator.owner_role,
        stand.organisation_id,
        stand.month,
        stand.value_status,
        stand.provisional_reason
    from {{ ref("int_indicator") }} as indicator
    inner join {{ ref("indicator_status") }} as stand
        on indicator.programme_id = stand.programme_id
        and indicator.indicator_id = stand.indicator_id
    where
        indicator.unit in ('EUR', 'EUR_million')
        and indicator.better in ('up', 'down')
        and stand.status in ('on_track', 'achieved')
),

-- Pressing only where the change is also worse than the whole country's by as much as counts.
coincides_with_worse as (
    select
        saving.programme_id,
        saving.organisation_id,
        'coincides_with_worse' as kind,
        'indicator' as subject_kind,
        saving.indicator_id as subject_id,
        'guard_rail' as other_kind,
        rail.guard_rail_id as other_id,
        rail.month,
        rail.month as since_month,
        {{ months_between("rail.before_month", "rail.month") }} as months_count,
        case
            when rail.country_status = 'worse' then 'high'
            when rail.country_status in ('same', 'better') then 'low'
            else 'medium'
        end as severity,
        saving.owner_role,
        case
            when rail.country_status = 'worse' then 'worse_than_country'
            when rail.country_status in ('same', 'better') then 'worse_as_country'
            else 'worse_than_before'
        end as reason,
        rail.unit,
        rail.value,
        rail.before_value as reference_value,
        {{ rounded("rail.value - rail.before_value") }} as difference_value,
        {{ rounded("rail.country_value - rail.country_before_value") }} as country_difference,
        case
            when rail.value_status = 'provisional' or saving.value_status = 'provisional' then 'provisional'
            else 'ok'
        end as value_status,
        coalesce(rail.provisional_reason, saving.provisional_reason) as provisional_reason
    from saving_indicator as saving
    inner join {{ ref("guard_rail_theme") }} as theme
        on saving.theme = theme.theme
        and coalesce(theme.programme_id, saving.programme_id) = saving.programme_id
    inner join {{ ref("indicator_guard_rail") }} as rail
        on saving.organisation_id = rail.organisation_id
        and theme.guard_rail_id = rail.guard_rail_id
        and rail.status = 'worse'
),

register_month as (
    select
        organisation_id,
        max(month) as month
    from {{ ref("int_action_monthly") }}
    group by organisation_id
),

action as (
    select
        action.*,
        case
            when action.ends_on < last_day(action.ends_on) then {{ month_of("action.ends_on") }}
            else {{ add_months(month_of("action.ends_on"), 1) }}
        end as overdue_since
    from {{ ref("int_action_monthly") }} as action
    inner join register_month
        on action.organisation_id = register_month.organisation_id
        and action.month = register_month.month
),

-- A register that names a goal of no programme still belongs to the organisation's running one, where there is one.
overdue_measure as (
    select
        running.programme_id,
        action.organisation_id,
        'overdue_measure' as kind,
        'action' as subject_kind,
        action.action_code as subject_id,
        cast(null as varchar) as other_kind,
        cast(null as varchar) as other_id,
        action.month,
        action.overdue_since as since_month,
        {{ months_between("action.overdue_since", "action.month") }} + 1 as months_count,
        {{ severity_by(months_between("action.overdue_since", "action.month") ~ " + 1", overdue) }} as severity,
        {{ role_only("action.owner_role") }} as owner_role,
        case action.state
            when 'viivassa' then 'late_by_register'
            when 'ei_aloitettu' then 'not_begun'
            else 'end_has_passed'
        end as reason,
        'percent' as unit,
        cast(action.completion_percent as double) as value,
        cast(100 as double) as reference_value,
        cast(100 - action.completion_percent as double) as difference_value,
        cast(null as double) as country_difference,
        coverage.month_status as value_status,
        coverage.contested_reason as provisional_reason
    from action
    inner join running
        on action.organisation_id = running.organisation_id
        and coalesce(action.programme_id, running.programme_id) = running.programme_id
    left join {{ ref("int_coverage") }} as coverage
        on action.organisation_id = coverage.organisation_id
        and action.month = coverage.month
        and coverage.coverage_id = 'toimenpiteet'
    where
        action.is_overdue
        and {{ months_between("action.overdue_since", "action.month") }} + 1 >= {{ overdue[0] }}
),

off_track_months as (
    select
        stand.programme_id,
        stand.organisation_id,
        'off_track_months' as kind,
        'indicator' as subject_kind,
        stand.indicator_id as subject_id,
        cast(null as varchar) as other_kind,
        cast(null as varchar) as other_id,
        stand.month,
        stand.off_track_since as since_month,
        {{ months_between("stand.off_track_since", "stand.month") }} + 1 as months_count,
        {{ severity_by(months_between("stand.off_track_since", "stand.month") ~ " + 1", off_track) }} as severity,
        indicator.owner_role,
        'off_track_in_a_row' as reason,
        indicator.unit,
        stand.value,
        stand.expected_value as reference_value,
        stand.gap_to_expected as difference_value,
        cast(null as double) as country_difference,
        stand.value_status,
        stand.provisional_reason
    from {{ ref("int_status_monthly") }} as stand
    inner join {{ ref("int_indicator") }} as indicator
        on stand.programme_id = indicator.programme_id
        and stand.indicator_id = indicator.indicator_id
    where
        stand.newness = 1
        and stand.status = 'off_track'
        and {{ months_between("stand.off_track_since", "stand.month") }} + 1 >= {{ off_track[0] }}
),

-- Extracts and single figures that come month by month and that an indicator of the programme needs.
needed as (
    select distinct
        term.programme_id,
        term.organisation_id,
        term.extract_id,
        term.coverage_id
    from {{ ref("int_indicator_term") }} as term

    union

    select
        programme_id,
        organisation_id,
        'toimenpiteet' as extract_id,
        'toimenpiteet' as coverage_id
    from {{ ref("programme") }}
),

delivered as (
    select
        needed.programme_id,
        needed.organisation_id,
        needed.extract_id,
        needed.coverage_id,
        max(case when coverage.is_covered then coverage.month end) as covered_month,
        max(case when coverage.is_due then coverage.month end) as due_month
    from needed
    inner join {{ ref("int_coverage") }} as coverage
        on needed.organisation_id = coverage.organisation_id
        and needed.coverage_id = coverage.coverage_id
    where coverage.rule in ('month', 'figure')
    group by needed.programme_id, needed.organisation_id, needed.extract_id, needed.coverage_id
),

-- What has been silent for longer than the setting counts as ended and is no longer waited for.
stale_data as (
    select
        delivered.programme_id,
        delivered.organisation_id,
        'stale_data' as kind,
        'extract' as subject_kind,
        delivered.coverage_id as subject_id,
        cast(null as varchar) as other_kind,
        cast(null as varchar) as other_id,
        delivered.covered_month as month,
        {{ add_months("delivered.covered_month", 1) }} as since_month,
        {{ months_between("delivered.covered_month", "delivered.due_month") }} as months_count,
        {{ severity_by(months_between("delivered.covered_month", "delivered.due_month"), stale) }} as severity,
        contract.owner as owner_role,
        'not_delivered_when_due' as reason,
        'months' as unit,
        cast({{ months_between("delivered.covered_month", "delivered.due_month") }} as double) as value,
        cast(null as double) as reference_value,
        cast(null as double) as difference_value,
        cast(null as double) as country_difference,
        'ok' as value_status,
        cast(null as varchar) as provisional_reason
    from delivered
    left join {{ ref("stg_contract") }} as contract
        on delivered.extract_id = contract.extract_id
    where
        {{ months_between("delivered.covered_month", "delivered.due_month") }} >= {{ stale[0] }}
        and {{ months_between("delivered.covered_month", "delivered.due_month") }} <= {{ var("ended_after_months") }}
),

every_warning as (
    {% for kind in [
        "claimed_not_seen", "coincides_with_worse", "overdue_measure", "off_track_months", "stale_data"
    ] %}
    select * from {{ kind }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

division_name as (
    select distinct
        organisation_id,
        division_id,
        name_fi,
        name_sv,
        name_en
    from {{ ref("dim_division") }}
),

-- What each kind of subject is called. A single figure is called by its measure, another extract by its contract.
subject_name as (
    select
        'saving_division' as subject_kind,
        division_id as subject_id,
        cast(null as varchar) as programme_id,
        organisation_id,
        min(name_fi) as name_fi,
        min(name_sv) as name_sv,
        min(name_en) as name_en
    from division_name
    group by division_id, organisation_id

    union all

    select
        'saving_theme' as subject_kind,
        line.theme as subject_id,
        line.programme_id,
        programme.organisation_id,
        measure.name_fi,
        measure.name_sv,
        measure.name_en
    from {{ ref("saving_line") }} as line
    inner join {{ ref("programme") }} as programme
        on line.programme_id = programme.programme_id
    inner join {{ ref("measure") }} as measure
        on line.measure_id = measure.measure_id

    union all

    select
        'indicator' as subject_kind,
        indicator_id as subject_id,
        programme_id,
        cast(null as varchar) as organisation_id,
        name_fi,
        name_sv,
        name_en
    from {{ ref("int_indicator") }}

    union all

    select
        'action' as subject_kind,
        action_code as subject_id,
        cast(null as varchar) as programme_id,
        organisation_id,
        name as name_fi,
        name as name_sv,
        name as name_en
    from action

    union all

    select
        'extract' as subject_kind,
        extract_id as subject_id,
        cast(null as varchar) as programme_id,
        cast(null as varchar) as organisation_id,
        title_fi as name_fi,
        title_sv as name_sv,
        title_en as name_en
    from {{ ref("stg_contract") }}

    union all

    select
        'extract' as subject_kind,
        coverage_id as subject_id,
        cast(null as varchar) as programme_id,
        cast(null as varchar) as organisation_id,
        name_fi,
        name_sv,
        name_en
    from {{ ref("int_measure_source") }}
    where rule = 'figure'
)

select
    warning.organisation_id,
    warning.programme_id,
    warning.kind || ':' || warning.programme_id || ':' || warning.subject_kind || ':' || warning.subject_id
    || coalesce(':' || warning.other_id, '') as warning_id,
    warning.kind,
    warning.subject_kind,
    warning.subject_id,
    subject.name_fi as subject_name_fi,
    subject.name_sv as subject_name_sv,
    subject.name_en as subject_name_en,
    warning.other_kind,
    warning.other_id,
    rail.name_fi as other_name_fi,
    rail.name_sv as other_name_sv,
    rail.name_en as other_name_en,
    warning.month,
    warning.since_month,
    cast(warning.months_count as integer) as months_count,
    warning.severity,
    warning.owner_role,
    warning.reason,
    warning.unit,
    warning.value,
    warning.reference_value,
    warning.difference_value,
    warning.country_difference,
    warning.value_status,
    warning.provisional_reason
from every_warning as warning
inner join running
    on warning.programme_id = running.programme_id
    and warning.organisation_id = running.organisation_id
left join subject_name as subject
    on warning.subject_kind = subject.subject_kind
    and warning.subject_id = subject.subject_id
    and coalesce(subject.programme_id, warning.programme_id) = warning.programme_id
    and coalesce(subject.organisation_id, warning.organisation_id) = warning.organisation_id
left join {{ ref("indicator_guard_rail") }} as rail
    on warning.organisation_id = rail.organisation_id
    and warning.other_id = rail.guard_rail_id
