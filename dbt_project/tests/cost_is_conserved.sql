-- Euros are neither lost nor made between the lake and the cost table. The lake is read here without staging, so that a
-- fault of its joins shows.
with standing as (
    select distinct
        organisation_id,
        delivery_id,
        period
    from {{ ref("int_delivery_current") }}
    where extract_id = 'kirjanpito'
),

lake as (
    select
        line.organisation_id,
        line.kausi as month,
        sum(line.summa) as lake_eur
    from {{ lake("kirjanpito") }} as line
    inner join standing
        on line.organisation_id = standing.organisation_id
        and line.delivery_id = standing.delivery_id
        and line.period = standing.period
    group by line.organisation_id, line.kausi
),

mart as (
    select
        organisation_id,
        month,
        sum(amount_eur) as mart_eur
    from {{ ref("fct_cost_monthly") }}
    where scenario = 'actual'
    group by organisation_id, month
)

select
    coalesce(lake.organisation_id, mart.organisation_id) as organisation_id,
    coalesce(lake.month, mart.month) as month,
    lake.lake_eur,
    mart.mart_eur
from lake
full outer join mart
    on lake.organisation_id = mart.organisation_id
    and lake.month = mart.month
where lake.lake_eur is distinct from mart.mart_eur
