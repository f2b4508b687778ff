-- The register's sums by division. What was realised in a month is the stand less that of the register before, so that
-- years of savings can be added up from months.
with stand as (
    select
        organisation_id,
        division_id,
        month,
        sum(saving_planned_eur) as saving_planned_eur,
        sum(saving_realised_eur) as saving_realised_eur,
        sum(investment_eur) as investment_eur
    from {{ ref("int_action_monthly") }}
    group by organisation_id, division_id, month
),

register as (
    select distinct
        organisation_id,
        month
    from stand
),

division as (
    select distinct
        organisation_id,
        division_id
    from stand
),

-- A division that has left the register has given its stand back.
whole as (
    select
        register.organisation_id,
        division.division_id,
        register.month,
        stand.saving_planned_eur,
        stand.saving_realised_eur,
        stand.investment_eur,
        coalesce(stand.saving_realised_eur, 0) - coalesce(lag(stand.saving_realised_eur) over (
            partition by register.organisation_id, division.division_id
            order by register.month
        ), 0) as saving_realised_month_eur
    from register
    inner join division
        on register.organisation_id = division.organisation_id
    left join stand
        on division.organisation_id = stand.organisation_id
        and division.division_id = stand.division_id
        and register.month = stand.month
)

{% for measure_id in [
    "saving_planned_eur", "saving_realised_eur", "saving_realised_month_eur", "investment_eur"
] %}
select
    organisation_id,
    division_id,
    month,
    '{{ measure_id }}' as measure_id,
    cast({{ measure_id }} as double) as value
from whole
where {{ measure_id }} is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
