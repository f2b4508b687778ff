-- Every cost measure, to the cent, for every organisation and month: as it is shown, as its divisions add up, as the
-- cost table gives it, and as the accepted rows of the lake give it. The lake is read here without staging and the
-- rules are applied anew, so that a fault of the models shows.
with standing as (
    select distinct
        organisation_id,
        delivery_id,
        period
    from {{ ref("int_delivery_current") }}
    where extract_id = 'kirjanpito'
),

lake_line as (
    select
        line.organisation_id,
        line.kausi as month,
        substr(line.tili, 1, 4) as account_code,
        line.palveluluokka as service_class_code,
        sum(line.summa) as amount_eur
    from {{ lake("kirjanpito") }} as line
    inner join standing
        on line.organisation_id = standing.organisation_id
        and line.delivery_id = standing.delivery_id
        and line.period = standing.period
    group by line.organisation_id, line.kausi, substr(line.tili, 1, 4), line.palveluluokka
),

counted as (
    select
        'lake' as place,
        line.organisation_id,
        line.month,
        rule.measure_id,
        line.amount_eur * rule.sign as amount_eur
    from lake_line as line
    inner join {{ ref("cost_rule") }} as rule
        on line.account_code between rule.account_from and rule.account_to
        and (
            rule.service_class_from is null
            or line.service_class_code between rule.service_class_from and rule.service_class_to
        )

    union all

    select
        'cost table' as place,
        cost.organisation_id,
        cost.month,
        rule.measure_id,
        cost.amount_eur * rule.sign as amount_eur
    from {{ ref("fct_cost_monthly") }} as cost
    inner join {{ ref("cost_rule") }} as rule
        on cost.account_code between rule.account_from and rule.account_to
        and (
            rule.service_class_from is null
            or cost.service_class_code between rule.service_class_from and rule.service_class_to
        )
    where cost.scenario = 'actual'

    union all

    select
        case when shown.division_id = 'all' then 'shown' else 'divisions' end as place,
        shown.organisation_id,
        shown.month,
        shown.measure_id,
        cast(round(shown.value, 2) as decimal(18, 2)) as amount_eur
    from {{ ref("fct_measure") }} as shown
    inner join (select distinct measure_id from {{ ref("cost_rule") }}) as cost_measure
        on shown.measure_id = cost_measure.measure_id
),

-- Where a place has no row it says zero, as the others must.
compared as (
    select
        organisation_id,
        month,
        measure_id,
        sum(case when place = 'lake' then amount_eur else 0 end) as lake_eur,
        sum(case when place = 'cost table' then amount_eur else 0 end) as cost_table_eur,
        sum(case when place = 'shown' then amount_eur else 0 end) as shown_eur,
        sum(case when place = 'divisions' then amount_eur else 0 end) as divisions_eur
    from counted
    group by organisation_id, month, measure_id
)

select *
from compared
where
    lake_eur <> cost_table_eur
    or lake_eur <> shown_eur
    or lake_eur <> divisions_eur
