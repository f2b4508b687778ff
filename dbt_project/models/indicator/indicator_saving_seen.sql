{{ config(alias="saving_seen") }}

-- Savings that the register claims beside what the ledger shows, in the two cuts of the programme's own cost table: a
-- division against all of its costs, and a theme against the one cost line that it speaks of (seed saving_line). Both
-- sides are of the twelve months that end in the month.
--
-- budget_original: where the programme holds its costs against an original budget (seed cost_target), the claim of the
-- twelve months against that budget less the costs, with the saving that the budget held itself.
-- year_before: elsewhere, by how much the claim is larger than that of the twelve months before, against the costs of
-- those less the costs of these.
{% set window = 12 %}
{% set group_key = "organisation_id, programme_id, scope, group_id" %}

with claim as (
    select
        organisation_id,
        programme_id,
        month,
        action_code,
        claimed_eur,
        claimed_more_eur,
        month_status,
        contested_reason,
        'division' as scope,
        division_id as group_id,
        division_id,
        case when division_id <> 'unmapped' then 'cost_total_eur' end as measure_id,
        case when division_id = 'unmapped' then 'no_division' end as unseen_reason
    from {{ ref("int_saving_claim") }}

    union all

    select
        claim.organisation_id,
        claim.programme_id,
        claim.month,
        claim.action_code,
        claim.claimed_eur,
        claim.claimed_more_eur,
        claim.month_status,
        claim.contested_reason,
        'theme' as scope,
        coalesce(claim.theme, 'unmapped') as group_id,
        'all' as division_id,
        line.measure_id,
        case
            when claim.theme is null then 'no_goal'
            when line.measure_id is null then 'no_cost_line'
        end as unseen_reason
    from {{ ref("int_saving_claim") }} as claim
    left join {{ ref("saving_line") }} as line
        on claim.programme_id = line.programme_id
        and claim.theme = line.theme
),

-- An action whose stand of a year before is not known leaves its group without a claim: a sum of some is too small.
claimed as (
    select
        {{ group_key }},
        month,
        division_id,
        measure_id,
        unseen_reason,
        month_status,
        max(contested_reason) as contested_reason,
        count(*) as actions_count,
        case when count(claimed_eur) = count(*) then sum(claimed_eur) end as claimed_eur,
        case when count(claimed_more_eur) = count(*) then sum(claimed_more_eur) end as claimed_more_eur
    from claim
    group by {{ group_key }}, month, division_id, measure_id, unseen_reason, month_status
),

register_month as (
    select distinct
        organisation_id,
        month
    from claimed
),

ledger as (
    select
        register.organisation_id,
        register.month,
        sum(case when coverage.is_covered then 1 else 0 end) as covered_months,
        sum(case when not coverage.is_covered and not coverage.is_due then 1 else 0 end) as not_yet_due,
        max(coverage.contested_reason) as contested_reason
    from register_month as register
    left join {{ ref("int_coverage") }} as coverage
        on register.organisation_id = coverage.organisation_id
        and coverage.coverage_id = 'kirjanpito'
        and coverage.month between {{ add_months("register.month", 1 - window) }} and register.month
    group by register.organisation_id, register.month
),

ledger_before as (
    select
        register.organisation_id,
        register.month,
        sum(case when coverage.is_covered then 1 else 0 end) as covered_months
    from register_month as register
    left join {{ ref("int_coverage") }} as coverage
        on register.organisation_id = coverage.organisation_id
        and coverage.coverage_id = 'kirjanpito'
        and coverage.month between {{ add_months("register.month", 1 - 2 * window) }}
        and {{ add_months("register.month", -window) }}
    group by register.organisation_id, register.month
),

-- A hidden cell leaves the group without costs.
spent as (
    select
        claimed.organisation_id,
        claimed.programme_id,
        claimed.scope,
        claimed.group_id,
        claimed.month,
        max(case when measure.is_hidden then 1 else 0 end) as is_hidden,
        sum(case when measure.month > {{ add_months("claimed.month", -window) }} then measure.value else 0 end)
            as cost_eur,
        sum(case when measure.month <= {{ add_months("claimed.month", -window) }} then measure.value else 0 end)
            as cost_before_eur
    from claimed
    inner join {{ ref("int_measure_disclosed") }} as measure
        on claimed.organisation_id = measure.organisation_id
        and claimed.measure_id = measure.measure_id
        and claimed.division_id = measure.division_id
        and measure.month between {{ add_months("claimed.month", 1 - 2 * window) }} and claimed.month
    group by claimed.organisation_id, claimed.programme_id, claimed.scope, claimed.group_id, claimed.month
),

-- The year of the budget that the programme itself measures against.
budget_year as (
    select
        programme_id,
        min(year(baseline_month)) as budget_year
    from {{ ref("cost_target") }}
    group by programme_id
),

asked as (
    select distinct
        programme_id,
        organisation_id,
        measure_id,
        division_id
    from claimed
),

budget as (
    select
        asked.programme_id,
        asked.organisation_id,
        asked.measure_id,
        asked.division_id,
        sum(budget.value) as budget_eur
    from asked
    inner join budget_year
        on asked.programme_id = budget_year.programme_id
    inner join {{ ref("int_cost_measure") }} as budget
        on asked.organisation_id = budget.organisation_id
        and asked.measure_id = budget.measure_id
        and asked.division_id in ('all', budget.division_id)
        and budget_year.budget_year = year(budget.month)
        and budget.scenario = 'budget_original'
    group by asked.programme_id, asked.organisation_id, asked.measure_id, asked.division_id
),

-- The document writes a saving as a negative change.
held_saving as (
    select
        programme_id,
        measure_id,
        division_id,
        max(-saving_in_budget_eur_million * 1e6) as saving_in_budget_eur
    from {{ ref("cost_target") }}
    group by programme_id, measure_id, division_id
),

compared as (
    select
        claimed.*,
        budget.budget_eur,
        held_saving.saving_in_budget_eur,
        case
            when claimed.unseen_reason is null and budget.budget_eur is not null then 'budget_original'
            when claimed.unseen_reason is null then 'year_before'
        end as basis,
        case
            when
                claimed.unseen_reason is null
                and ledger.covered_months = {{ window }}
                and coalesce(spent.is_hidden, 0) = 0
                then coalesce(spent.cost_eur, 0)
        end as cost_eur,
        case
            when ledger_before.covered_months = {{ window }} and coalesce(spent.is_hidden, 0) = 0
                then coalesce(spent.cost_before_eur, 0)
        end as cost_before_eur,
        coalesce(spent.is_hidden, 0) as is_hidden,
        ledger.covered_months + ledger.not_yet_due = {{ window }} and ledger.not_yet_due > 0 as is_not_yet_due,
        -- What is not held against the ledger does not rest on it.
        case when claimed.unseen_reason is null then ledger.contested_reason end as ledger_contested_reason
    from claimed
    inner join ledger
        on claimed.organisation_id = ledger.organisation_id
        and claimed.month = ledger.month
    inner join ledger_before
        on claimed.organisation_id = ledger_before.organisation_id
        and claimed.month = ledger_before.month
    left join spent
        on claimed.organisation_id = spent.organisation_id
        and claimed.programme_id = spent.programme_id
        and claimed.scope = spent.scope
        and claimed.group_id = spent.group_id
        and claimed.month = spent.month
    left join budget
        on claimed.programme_id = budget.programme_id
        and claimed.organisation_id = budget.organisation_id
        and claimed.measure_id = budget.measure_id
        and claimed.division_id = budget.division_id
    left join held_saving
        on claimed.programme_id = held_saving.programme_id
        and claimed.measure_id = held_saving.measure_id
        and claimed.division_id = held_saving.division_id
),

-- What cannot be seen still says what is claimed. Euros are to the cent, so that the order of a sum decides nothing.
seen as (
    select
        compared.*,
        round(case when basis = 'year_before' then claimed_more_eur else claimed_eur end, 2) as compared_claim_eur,
        case basis
            when 'budget_original' then budget_eur
            when 'year_before' then cost_before_eur
        end as reference_eur,
        round(
            case basis
                when 'budget_original' then budget_eur - cost_eur + coalesce(saving_in_budget_eur, 0)
                when 'year_before' then cost_before_eur - cost_eur
            end,
            2
        ) as seen_eur
    from compared
),

judged as (
    select
        seen.*,
        case
            when unseen_reason is not null then 'cannot_be_seen'
            when compared_claim_eur is null or seen_eur is null then 'no_data'
            when compared_claim_eur < {{ var("claim_least_eur") }} then 'no_claim'
            when 100 * seen_eur >= {{ var("claim_seen_percent") }} * compared_claim_eur then 'seen'
            else 'not_seen'
        end as status
    from seen
),

-- A spell of `not_seen`: months of the same status that only months without data part.
spell as (
    select
        judged.*,
        case when status <> 'no_data' then sum(case when status not in ('not_seen', 'no_data') then 1 else 0 end) over (
            partition by {{ group_key }}
            order by month
            rows between unbounded preceding and current row
        ) end as spell_no
    from judged
),

counted as (
    select
        spell.*,
        case when status = 'not_seen' then min(case when status = 'not_seen' then month end) over spell_so_far end
            as since_month,
        case when status = 'not_seen' then sum(case when status = 'not_seen' then 1 else 0 end) over spell_so_far end
            as months_count
    from spell
    window spell_so_far as (
        partition by {{ group_key }}, spell_no
        order by month
        rows between unbounded preceding and current row
    )
)

select
    programme_id,
    organisation_id,
    scope,
    group_id,
    division_id,
    measure_id,
    month,
    actions_count,
    basis,
    compared_claim_eur as claimed_eur,
    round(cost_eur, 2) as cost_eur,
    round(reference_eur, 2) as reference_eur,
    case when basis = 'budget_original' then cast(saving_in_budget_eur as double) end as saving_in_budget_eur,
    seen_eur,
    round(compared_claim_eur - seen_eur, 2) as difference_eur,
    status,
    since_month,
    cast(months_count as integer) as months_count,
    case
        when unseen_reason is not null then unseen_reason
        when is_hidden = 1 then 'hidden'
        when compared_claim_eur is null then 'register_too_short'
        when seen_eur is null and is_not_yet_due then 'ledger_not_yet_due'
        when seen_eur is null then 'ledger_too_short'
        when status = 'no_claim' then 'claim_below_limit'
        when status = 'seen' then 'costs_show_it'
        when seen_eur < 0 then 'costs_have_grown'
        else 'costs_show_too_little'
    end as reason,
    case when basis = 'budget_original' and saving_in_budget_eur is null then 'saving_in_budget_unknown' end as caveat,
    case
        when status = 'no_data' and is_hidden = 1 then 'suppressed'
        when status = 'no_data' and is_not_yet_due then 'not_yet_due'
        when status = 'no_data' then 'no_data'
        when month_status = 'provisional' or ledger_contested_reason is not null then 'provisional'
        else 'ok'
    end as value_status,
    case when status <> 'no_data' then coalesce(contested_reason, ledger_contested_reason) end as provisional_reason
from counted
