-- The ledger and the budgets, added up once from the lake: everything about costs reads this table and no ledger line.
with actual as (
    select
        organisation_id,
        month,
        division_code,
        account_code,
        service_class_code,
        'actual' as scenario,
        sum(amount_eur) as amount_eur
    from {{ ref("stg_kirjanpito") }}
    group by organisation_id, month, division_code, account_code, service_class_code
),

-- A budget is of the whole year and stands in its December, so that sums of a calendar year compare like with like.
budget as (
    select
        organisation_id,
        make_date(cast(year as integer), 12, 1) as month,
        division_code,
        account_code,
        service_class_code,
        case budget_version when 'alkuperainen' then 'budget_original' else 'budget_revised' end as scenario,
        sum(amount_eur) as amount_eur
    from {{ ref("stg_talousarvio") }}
    group by organisation_id, year, division_code, account_code, service_class_code, budget_version
),

line as (
    select * from actual
    union all
    select * from budget
)

select
    line.organisation_id,
    {{ division_id() }} as division_id,
    line.month,
    line.account_code,
    line.service_class_code,
    line.scenario,
    cast(sum(line.amount_eur) as decimal(18, 2)) as amount_eur
from line
{{ join_division("line") }}
group by
    line.organisation_id, {{ division_id() }}, line.month, line.account_code, line.service_class_code, line.scenario
