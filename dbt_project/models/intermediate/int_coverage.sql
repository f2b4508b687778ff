-- Every organisation, extract (or single figure) and month: is it covered, should it be by now, is it contested.
with source as (
    select distinct
        extract_id,
        coverage_id,
        rule
    from {{ ref("int_measure_source") }}
    where rule <> 'budget'
),

expected as (
    select
        organisation.organisation_id,
        source.extract_id,
        source.coverage_id,
        source.rule,
        calendar.month,
        -- A month that has not ended is never due; population figures come by the end of April.
        case
            when source.rule = 'year_end' then make_date(cast(year(calendar.month) as integer), 4, 30)
            else coalesce(due.due_on, last_day(calendar.month))
        end as due_on
    from {{ ref("organisation") }} as organisation
    cross join source
    cross join {{ ref("int_calendar") }} as calendar
    left join {{ ref("stg_contract") }} as contract
        on source.extract_id = contract.extract_id
    left join {{ ref("stg_due_date") }} as due
        on contract.due_day = due.due_day
        and calendar.month = due.month
),

delivered as (
    select distinct
        organisation_id,
        {{ coverage_of("extract_id", "period") }} as coverage_id
    from {{ ref("int_delivery_current") }}

    union

    select
        covered.organisation_id,
        covered.coverage_id
    from {{ ref("int_covered_month") }} as covered
    inner join source
        on covered.coverage_id = source.coverage_id
        and source.rule = 'night'
)

select
    expected.organisation_id,
    expected.extract_id,
    expected.coverage_id,
    expected.rule,
    expected.month,
    expected.due_on,
    delivered.organisation_id is not null as is_delivered,
    covered.month is not null as is_covered,
    {{ as_of() }} > expected.due_on as is_due,
    covered.month is not null and contested.month is not null as is_contested,
    case when covered.month is not null then contested.reason end as contested_reason,
    -- What a figure of this one month can be called.
    case
        when covered.month is not null and contested.month is not null then 'provisional'
        when covered.month is not null then 'ok'
        when delivered.organisation_id is not null and not {{ as_of() }} > expected.due_on then 'not_yet_due'
        else 'no_data'
    end as month_status
from expected
left join delivered
    on expected.coverage_id = delivered.coverage_id
    -- Public figures are delivered once for everybody.
    and delivered.organisation_id in (expected.organisation_id, 'public')
left join {{ ref("int_covered_month") }} as covered
    on expected.organisation_id = covered.organisation_id
    and expected.coverage_id = covered.coverage_id
    and expected.month = covered.month
left join {{ ref("int_contested_month") }} as contested
    on expected.organisation_id = contested.organisation_id
    and expected.coverage_id = contested.coverage_id
    and expected.month = contested.month
