-- The cost measures of the ledger and of both budgets: one set of account and class rules for all three, so that a
-- baseline is always of the same accounts as the actuals.
select
    cost.organisation_id,
    cost.division_id,
    cost.month,
    cost.scenario,
    rule.measure_id,
    cast(sum(cost.amount_eur * rule.sign) as double) as value
from {{ ref("fct_cost_monthly") }} as cost
inner join {{ ref("cost_rule") }} as rule
    on cost.account_code between rule.account_from and rule.account_to
    and (
        rule.service_class_from is null
        or cost.service_class_code between rule.service_class_from and rule.service_class_to
    )
group by cost.organisation_id, cost.division_id, cost.month, cost.scenario, rule.measure_id
