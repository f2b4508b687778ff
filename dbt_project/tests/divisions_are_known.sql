{{ config(severity="warn") }}

-- Division codes that map to nothing: their euros are in `unmapped` until a row is added to the seed `division`.
select
    organisation_id,
    min(month) as first_month,
    sum(amount_eur) as amount_eur
from {{ ref("fct_cost_monthly") }}
where division_id = 'unmapped'
group by organisation_id
