{{ config(alias="timeliness") }}

-- Does each extract of each organisation come when it was agreed to? Judged by the newest month whose due day has
-- passed. Followed is what was ever delivered, and what an indicator of a supplier rests on although nothing ever came.
with supplied as (
    select distinct
        organisation_id,
        extract_id
    from {{ ref("stg_receipt") }}
),

followed as (
    select
        organisation_id,
        extract_id
    from supplied

    union

    select
        source.organisation_id,
        source.extract_id
    from {{ ref("indicator_source") }} as source
    inner join {{ ref("stg_contract") }} as contract
        on source.extract_id = contract.extract_id
        and contract.scope = 'organisation'
    inner join supplied
        on source.organisation_id = supplied.organisation_id
),

scheduled as (
    select
        contract.extract_id,
        due.month,
        due.due_on,
        {{ as_of() }} > due.due_on as is_due
    from {{ ref("stg_contract") }} as contract
    inner join {{ ref("stg_due_date") }} as due
        on contract.due_day = due.due_day
),

newest_due as (
    select
        extract_id,
        max(month) as due_month,
        max(due_on) as due_on
    from scheduled
    where is_due
    group by extract_id
),

covered_month as (
    select distinct
        organisation_id,
        extract_id,
        month
    from {{ ref("int_covered_month") }}
),

covered as (
    select
        organisation_id,
        extract_id,
        min(month) as first_month,
        max(month) as last_month
    from covered_month
    group by organisation_id, extract_id
),

missing as (
    select
        covered.organisation_id,
        covered.extract_id,
        count(*) as months_missing
    from covered
    inner join scheduled
        on covered.extract_id = scheduled.extract_id
        and covered.first_month <= scheduled.month
        and scheduled.is_due
    left join covered_month
        on covered.organisation_id = covered_month.organisation_id
        and covered.extract_id = covered_month.extract_id
        and scheduled.month = covered_month.month
    where covered_month.month is null
    group by covered.organisation_id, covered.extract_id
),

-- What has come before its day is not waited for any more.
upcoming as (
    select
        followed.organisation_id,
        followed.extract_id,
        min(scheduled.month) as next_month,
        min(scheduled.due_on) as next_due_on
    from followed
    inner join scheduled
        on followed.extract_id = scheduled.extract_id
        and not scheduled.is_due
    left join covered_month
        on followed.organisation_id = covered_month.organisation_id
        and followed.extract_id = covered_month.extract_id
        and scheduled.month = covered_month.month
    where covered_month.month is null
    group by followed.organisation_id, followed.extract_id
),

-- When the month that is due first came: with the first delivery that holds it or, of an extract whose deliveries are
-- not of months, with the first since the month ended.
arrival as (
    select
        by_period.organisation_id,
        by_period.extract_id,
        by_period.received_at
    from (
        select
            organisation_id,
            extract_id,
            received_at,
            {{ each_element("periods") }} as period
        from {{ ref("stg_receipt") }}
        where decision = 'accepted'
    ) as by_period
    inner join newest_due
        on by_period.extract_id = newest_due.extract_id
        and {{ month_of_period("by_period.period") }} = newest_due.due_month

    union all

    select
        receipt.organisation_id,
        receipt.extract_id,
        receipt.received_at
    from {{ ref("stg_receipt") }} as receipt
    inner join {{ ref("coverage_rule") }} as rule
        on receipt.extract_id = rule.extract_id
        and rule.rule not in ('month', 'figure')
    inner join newest_due
        on receipt.extract_id = newest_due.extract_id
        and last_day(newest_due.due_month) <= cast(receipt.received_at as date)
    where receipt.decision = 'accepted'
),

arrived as (
    select
        organisation_id,
        extract_id,
        min(received_at) as first_received_at
    from arrival
    group by organisation_id, extract_id
),

awaited as (
    select distinct
        receipt.organisation_id,
        receipt.extract_id
    from {{ ref("stg_receipt") }} as receipt
    inner join {{ ref("int_delivery_awaited") }} as awaited
        on receipt.receipt_id = awaited.receipt_id
)

select
    followed.organisation_id,
    followed.extract_id,
    case
        when awaited.extract_id is not null then 'refused'
        when supplied.extract_id is null then 'never'
        when newest_due.due_month is null then 'not_scheduled'
        when covered.last_month is null then 'missing'
        when newest_due.due_month < covered.first_month then 'not_yet_due'
        when newest_due.due_month > {{ add_months("covered.last_month", var("ended_after_months")) }} then 'ended'
        when covered_month.month is null then 'missing'
        when cast(arrived.first_received_at as date) <= newest_due.due_on then 'in_time'
        else 'late'
    end as state,
    covered.first_month,
    covered.last_month,
    newest_due.due_month,
    newest_due.due_on,
    case when covered_month.month is not null then arrived.first_received_at end as first_received_at,
    coalesce(missing.months_missing, 0) as months_missing,
    upcoming.next_month,
    upcoming.next_due_on
from followed
inner join {{ ref("stg_contract") }} as contract
    on followed.extract_id = contract.extract_id
left join supplied
    on followed.organisation_id = supplied.organisation_id
    and followed.extract_id = supplied.extract_id
left join newest_due
    on followed.extract_id = newest_due.extract_id
left join covered
    on followed.organisation_id = covered.organisation_id
    and followed.extract_id = covered.extract_id
left join covered_month
    on followed.organisation_id = covered_month.organisation_id
    and followed.extract_id = covered_month.extract_id
    and newest_due.due_month = covered_month.month
left join arrived
    on followed.organisation_id = arrived.organisation_id
    and followed.extract_id = arrived.extract_id
left join missing
    on followed.organisation_id = missing.organisation_id
    and followed.extract_id = missing.extract_id
left join upcoming
    on followed.organisation_id = upcoming.organisation_id
    and followed.extract_id = upcoming.extract_id
left join awaited
    on followed.organisation_id = awaited.organisation_id
    and followed.extract_id = awaited.extract_id
