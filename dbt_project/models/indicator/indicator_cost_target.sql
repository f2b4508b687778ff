{{ config(alias="cost_target") }}

-- Cost lines and divisions against the ranges that the programme gives them: twelve months of the ledger, less the
-- original budget of the same accounts and division, and the saving that the budget itself contained, because the
-- programme counts that in; where it is not known it counts as none, and a caveat says so. The way of a range opens
-- from there at the baseline month. Whether below a range is good depends on the line: own staff is an investment, so
-- the words do not judge.
{% set window = 12 %}

with target as (
    select
        target.*,
        coalesce(target.saving_in_budget_eur_million, 0) as start_eur_million,
        programme.organisation_id,
        calendar.month
    from {{ ref("cost_target") }} as target
    inner join {{ ref("programme") }} as programme
        on target.programme_id = programme.programme_id
    inner join {{ ref("int_calendar") }} as calendar
        on target.baseline_month <= calendar.month
),

-- The window of a point, by the coverage of what its measure is made from.
covered as (
    select
        target.programme_id,
        target.cost_target_id,
        target.month,
        sum(case when coverage.is_covered then 1 else 0 end) as covered_months,
        sum(case when not coverage.is_covered and not coverage.is_due then 1 else 0 end) as not_yet_due,
        max(coverage.contested_reason) as contested_reason
    from target
    inner join {{ ref("int_measure_source") }} as source
        on target.measure_id = source.measure_id
    left join {{ ref("int_coverage") }} as coverage
        on target.organisation_id = coverage.organisation_id
        and source.coverage_id = coverage.coverage_id
        and coverage.month between {{ add_months("target.month", 1 - window) }} and target.month
    group by target.programme_id, target.cost_target_id, target.month
),

spent as (
    select
        target.programme_id,
        target.cost_target_id,
        target.month,
        sum(measure.value) as value_eur
    from target
    inner join {{ ref("int_measure_disclosed") }} as measure
        on target.organisation_id = measure.organisation_id
        and target.measure_id = measure.measure_id
        and target.division_id = measure.division_id
        and measure.month between {{ add_months("target.month", 1 - window) }} and target.month
        and not measure.is_hidden
    group by target.programme_id, target.cost_target_id, target.month
),

budget as (
    select
        target.programme_id,
        target.cost_target_id,
        sum(budget.value) as value_eur
    from {{ ref("cost_target") }} as target
    inner join {{ ref("programme") }} as programme
        on target.programme_id = programme.programme_id
    inner join {{ ref("int_cost_measure") }} as budget
        on programme.organisation_id = budget.organisation_id
        and target.measure_id = budget.measure_id
        and target.division_id in ('all', budget.division_id)
        and year(target.baseline_month) = year(budget.month)
        and budget.scenario = 'budget_original'
    group by target.programme_id, target.cost_target_id
),

point as (
    select
        target.*,
        budget.value_eur / 1e6 as original_budget_eur_million,
        {{ on_path(
            "target.month", "target.baseline_month", "target.start_eur_million",
            "target.target_month", "target.change_low_eur_million"
        ) }} as expected_low_eur_million,
        {{ on_path(
            "target.month", "target.baseline_month", "target.start_eur_million",
            "target.target_month", "target.change_high_eur_million"
        ) }} as expected_high_eur_million,
        case
            when covered.covered_months < {{ window }} and covered.not_yet_due = {{ window }} - covered.covered_months
                then 'not_yet_due'
            when covered.covered_months < {{ window }} or budget.value_eur is null then 'no_data'
            when covered.contested_reason is not null then 'provisional'
            else 'ok'
        end as value_status,
        coalesce(spent.value_eur, 0) / 1e6 as spent_eur_million,
        covered.contested_reason
    from target
    inner join covered
        on target.programme_id = covered.programme_id
        and target.cost_target_id = covered.cost_target_id
        and target.month = covered.month
    left join spent
        on target.programme_id = spent.programme_id
        and target.cost_target_id = spent.cost_target_id
        and target.month = spent.month
    left join budget
        on target.programme_id = budget.programme_id
        and target.cost_target_id = budget.cost_target_id
),

valued as (
    select
        point.*,
        case when value_status in ('ok', 'provisional') then spent_eur_million end as value_eur_million,
        case
            when value_status in ('ok', 'provisional')
                then {{ rounded("start_eur_million + spent_eur_million - original_budget_eur_million") }}
        end as change_eur_million
    from point
)

select
    programme_id,
    organisation_id,
    cost_target_id,
    name_fi,
    name_sv,
    name_en,
    kind,
    measure_id,
    division_id,
    month,
    value_eur_million,
    original_budget_eur_million,
    cast(budget_eur_million as double) as stated_budget_eur_million,
    cast(saving_in_budget_eur_million as double) as saving_in_budget_eur_million,
    change_eur_million,
    cast(change_low_eur_million as double) as target_low_eur_million,
    cast(change_high_eur_million as double) as target_high_eur_million,
    target_month,
    {{ rounded("expected_low_eur_million") }} as expected_low_eur_million,
    {{ rounded("expected_high_eur_million") }} as expected_high_eur_million,
    case
        when change_eur_million is null then 'no_data'
        when change_low_eur_million is null then 'no_target'
        when change_eur_million < {{ rounded("expected_low_eur_million") }} then 'below_range'
        when change_eur_million > {{ rounded("expected_high_eur_million") }} then 'above_range'
        else 'in_range'
    end as range_status,
    case
        when saving_in_budget_eur_million is null and change_low_eur_million is not null then 'saving_in_budget_unknown'
    end as caveat,
    value_status,
    case when value_status = 'provisional' then contested_reason end as provisional_reason
from valued
