-- Every organisation, monthly extract and month: is it covered, should it be by now, is it contested.
with expected as (
    select
        organisation.organisation_id,
        rule.extract_id,
        rule.rule,
        calendar.month,
        -- A month that has not ended is never due; population figures come by the end of April.
        case
            when rule.rule = 'year_end' then make_date(cast(year(calendar.month) as integer), 4, 30)
            when contract.due_day is null then last_day(calendar.month)
            else {{ add_months("calendar.month", 1) }} + (contract.due_day - 1)
        end as due_on
    from {{ ref("organisation") }} as organisation
    cross join {{ ref("coverage_rule") }} as rule
    cross join {{ ref("int_calendar") }} as calendar
    left join {{ ref("stg_contract") }} as contract
        on rule.extract_id = contract.extract_id
    where rule.rule <> 'budget'
),

delivered as (
    select distinct
        organisation_id,
        extract_id
    from {{ ref("int_delivery_current") }}
)

select
    expected.organisation_id,
    expected.extract_id,
    expected.rule,
    expected.month,
    delivered.organisation_id is not null as is_delivered,
    covered.month is not null as is_covered,
    {{ as_of() }} > expected.due_on as is_due,
    covered.month is not null and contested.month is not null as is_contested,
    case when covered.month is not null then contested.reason end as contested_reason
from expected
left join delivered
    on expected.extract_id = delivered.extract_id
    -- Public figures are delivered once for everybody.
    and delivered.organisation_id in (expected.organisation_id, 'public')
left join {{ ref("int_covered_month") }} as covered
    on expected.organisation_id = covered.organisation_id
    and expected.extract_id = covered.extract_id
    and expected.month = covered.month
left join {{ ref("int_contested_month") }} as contested
    on expected.organisation_id = contested.organisation_id
    and expected.extract_id = contested.extract_id
    and expected.month = contested.month
