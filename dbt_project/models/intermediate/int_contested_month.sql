-- Months whose standing data a newer delivery wanted to replace and could not: it was refused by the reader or failed
-- by the guard. What is computed from them is provisional until a later delivery is accepted.
with turned_down as (
    select
        receipt.organisation_id,
        receipt.extract_id,
        receipt.file_name,
        receipt.received_at,
        receipt.periods
    from {{ ref("stg_receipt") }} as receipt
    left join {{ ref("stg_verdict") }} as verdict
        on receipt.organisation_id = verdict.organisation_id
        and receipt.extract_id = verdict.extract_id
        and receipt.delivery_id = verdict.delivery_id
    where
        receipt.decision = 'refused'
        or (receipt.decision = 'accepted' and verdict.verdict = 'failed')
),

by_period as (
    select
        turned_down.organisation_id,
        turned_down.extract_id,
        turned_down.file_name,
        turned_down.received_at,
        {{ each_element("turned_down.periods") }} as period
    from turned_down
),

contested_period as (
    select
        by_period.organisation_id,
        by_period.extract_id,
        by_period.period,
        by_period.file_name,
        by_period.received_at
    from by_period
    inner join {{ ref("int_delivery_current") }} as standing
        on by_period.organisation_id = standing.organisation_id
        and by_period.extract_id = standing.extract_id
        and by_period.period = standing.period
        and {{ delivered_after("by_period", "standing") }}
),

newest_covered as (
    select
        organisation_id,
        extract_id,
        coverage_id,
        max(month) as month
    from {{ ref("int_covered_month") }}
    group by organisation_id, extract_id, coverage_id
),

-- Without periods (an unreadable file, or an extract that has none) the newest covered month is in doubt.
contested_newest as (
    select
        newest_covered.organisation_id,
        turned_down.extract_id,
        newest_covered.coverage_id,
        newest_covered.month,
        turned_down.file_name,
        turned_down.received_at
    from turned_down
    inner join newest_covered
        on turned_down.extract_id = newest_covered.extract_id
        and turned_down.organisation_id in (newest_covered.organisation_id, 'public')
    left join {{ ref("int_delivery_current") }} as standing
        on turned_down.organisation_id = standing.organisation_id
        and turned_down.extract_id = standing.extract_id
        and not {{ delivered_after("turned_down", "standing") }}
    where
        {{ list_length("turned_down.periods") }} = 0
        and standing.delivery_id is null
),

-- Yearly public figures serve every organisation in the months of the next year.
contested as (
    select
        period.organisation_id,
        period.extract_id,
        {{ coverage_of("period.extract_id", "period.period") }} as coverage_id,
        {{ month_of_period("period.period") }} as month,
        period.file_name,
        period.received_at
    from contested_period as period
    where {{ month_of_period("period.period") }} is not null

    union all

    select
        covered.organisation_id,
        period.extract_id,
        covered.coverage_id,
        covered.month,
        period.file_name,
        period.received_at
    from contested_period as period
    inner join {{ ref("coverage_rule") }} as rule
        on period.extract_id = rule.extract_id
        and rule.rule = 'year_end'
    inner join {{ ref("int_covered_month") }} as covered
        on period.extract_id = covered.extract_id
        and year(covered.month) = try_cast(period.period as integer) + 1

    union all

    select * from contested_newest
),

ranked as (
    select
        contested.*,
        row_number() over (
            partition by organisation_id, coverage_id, month
            order by received_at desc, file_name desc
        ) as newness
    from contested
)

select
    organisation_id,
    coverage_id,
    month,
    'refused: ' || extract_id || ' ' || file_name as reason
from ranked
where newness = 1
