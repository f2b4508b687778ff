{{ config(alias="score") }}

-- How far each extract of each month can be trusted, in percent: the share of its checks that passed (an ERROR weighs
-- three times a WARN), whether it came by its due day, whether the month is there at all, and the share of rows that
-- were not rejected. A part that cannot be told yet is left out and the others weigh more. A monthly extract is scored
-- by the month that it speaks of, another by the month that it came in.
{% set weight = var("score_weights") %}

with delivered as (
    select
        receipt.organisation_id,
        receipt.extract_id,
        receipt.delivery_id,
        receipt.received_at,
        receipt.rows_read,
        receipt.rows_rejected,
        receipt.periods,
        rule.rule
    from {{ ref("stg_receipt") }} as receipt
    inner join {{ ref("coverage_rule") }} as rule
        on receipt.extract_id = rule.extract_id
    where receipt.decision = 'accepted'
),

-- The months of a monthly extract from the first one that ever came, those that are missing among them, until it counts
-- as ended.
followed as (
    select
        coverage.organisation_id,
        coverage.extract_id,
        coverage.month,
        coverage.due_on,
        coverage.is_covered,
        coverage.is_due
    from {{ ref("int_coverage") }} as coverage
    inner join (
        select
            organisation_id,
            extract_id,
            min(month) as first_month,
            max(month) as last_month
        from {{ ref("int_covered_month") }}
        group by organisation_id, extract_id
    ) as span
        on coverage.organisation_id = span.organisation_id
        and coverage.extract_id = span.extract_id
        and coverage.month >= span.first_month
        and coverage.month <= {{ add_months("span.last_month", var("ended_after_months")) }}
    where
        coverage.rule = 'month'
        and (coverage.is_covered or coverage.is_due)
),

arrived as (
    select
        organisation_id,
        extract_id,
        month,
        min(received_at) as first_received_at
    from (
        select
            organisation_id,
            extract_id,
            received_at,
            {{ month_of_period("period") }} as month
        from (
            select
                organisation_id,
                extract_id,
                received_at,
                {{ each_element("periods") }} as period
            from delivered
            where rule = 'month'
        ) as by_period
    ) as by_month
    group by organisation_id, extract_id, month
),

-- The delivery that stands for the month, or the newest of the month it came in.
standing as (
    select
        current_delivery.organisation_id,
        current_delivery.extract_id,
        {{ month_of_period("current_delivery.period") }} as month,
        current_delivery.delivery_id
    from {{ ref("int_delivery_current") }} as current_delivery
    inner join {{ ref("coverage_rule") }} as rule
        on current_delivery.extract_id = rule.extract_id
        and rule.rule = 'month'

    union all

    select
        organisation_id,
        extract_id,
        month,
        delivery_id
    from (
        select
            organisation_id,
            extract_id,
            {{ month_of("received_at") }} as month,
            delivery_id,
            row_number() over (
                partition by organisation_id, extract_id, {{ month_of("received_at") }}
                order by received_at desc, delivery_id desc
            ) as newness
        from delivered
        where rule <> 'month'
    ) as ranked
    where newness = 1
),

-- The checks of the night that judged a delivery, and those that it failed.
judged as (
    select
        verdict.organisation_id,
        verdict.extract_id,
        verdict.delivery_id,
        result.check_id,
        max(case result.severity when 'ERROR' then 3 else 1 end) as weight,
        max(
            case
                when
                    result.status in ('failed', 'error')
                    and verdict.delivery_id = coalesce(result.delivery_id, verdict.delivery_id)
                    then 1
                else 0
            end
        ) as is_failed
    from {{ ref("stg_verdict") }} as verdict
    inner join {{ ref("stg_check_result") }} as result
        on verdict.run_id = result.run_id
        and verdict.organisation_id = result.organisation_id
        and verdict.extract_id = result.extract_id
    group by verdict.organisation_id, verdict.extract_id, verdict.delivery_id, result.check_id
),

checked as (
    select
        organisation_id,
        extract_id,
        delivery_id,
        count(*) as checks_count,
        sum(is_failed) as checks_failed,
        {{ ratio("sum(weight * (1 - is_failed))", "sum(weight)") }} as checks_share
    from judged
    group by organisation_id, extract_id, delivery_id
),

scored_month as (
    select
        organisation_id,
        extract_id,
        month
    from followed

    union

    select
        organisation_id,
        extract_id,
        month
    from standing
    where month <= {{ as_of() }}
),

part as (
    select
        scored_month.organisation_id,
        scored_month.extract_id,
        scored_month.month,
        standing.delivery_id,
        checked.checks_count,
        checked.checks_failed,
        checked.checks_share,
        case
            when followed.month is null then null
            when cast(arrived.first_received_at as date) <= followed.due_on then 1.0
            when arrived.first_received_at is not null or followed.is_due then 0.0
        end as timeliness_share,
        case
            when followed.is_covered then 1.0
            when followed.is_due then 0.0
        end as completeness_share,
        1 - {{ ratio("delivered.rows_rejected", "delivered.rows_read") }} as accepted_share
    from scored_month
    left join followed
        on scored_month.organisation_id = followed.organisation_id
        and scored_month.extract_id = followed.extract_id
        and scored_month.month = followed.month
    left join arrived
        on scored_month.organisation_id = arrived.organisation_id
        and scored_month.extract_id = arrived.extract_id
        and scored_month.month = arrived.month
    left join standing
        on scored_month.organisation_id = standing.organisation_id
        and scored_month.extract_id = standing.extract_id
        and scored_month.month = standing.month
    left join checked
        on standing.organisation_id = checked.organisation_id
        and standing.extract_id = checked.extract_id
        and standing.delivery_id = checked.delivery_id
    left join delivered
        on standing.organisation_id = delivered.organisation_id
        and standing.extract_id = delivered.extract_id
        and standing.delivery_id = delivered.delivery_id
)

select
    organisation_id,
    extract_id,
    month,
    {{ rounded(ratio(
        "100 * ("
        ~ weight.checks ~ " * coalesce(checks_share, 0) + " ~ weight.timeliness ~ " * coalesce(timeliness_share, 0) + "
        ~ weight.completeness ~ " * coalesce(completeness_share, 0) + "
        ~ weight.rejects ~ " * coalesce(accepted_share, 0))",
        "case when checks_share is null then 0 else " ~ weight.checks ~ " end + "
        ~ "case when timeliness_share is null then 0 else " ~ weight.timeliness ~ " end + "
        ~ "case when completeness_share is null then 0 else " ~ weight.completeness ~ " end + "
        ~ "case when accepted_share is null then 0 else " ~ weight.rejects ~ " end"
    )) }} as score_percent,
    checks_share,
    cast(timeliness_share as double) as timeliness_share,
    cast(completeness_share as double) as completeness_share,
    accepted_share,
    checks_count,
    cast(checks_failed as bigint) as checks_failed
from part
