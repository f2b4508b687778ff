-- Full-time equivalents, and the persons of the own staff who stand behind them and behind sick leave. A person who
-- works in two divisions is one person of the organisation, so `all` is counted and not summed.
with staff as (
    select
        staff.organisation_id,
        staff.month,
        {{ division_id() }} as division_id,
        staff.person_hash,
        staff.fte_months,
        staff.employment_kind = 'vuokra' as is_hired
    from {{ ref("stg_henkilosto") }} as staff
    {{ join_division("staff") }}
)

select
    organisation_id,
    month,
    case when grouping(division_id) = 1 then 'all' else division_id end as division_id,
    cast(sum(case when is_hired then 0 else fte_months end) as double) as fte_months,
    cast(sum(case when is_hired then fte_months else 0 end) as double) as fte_hired_months,
    count(distinct case when not is_hired then person_hash end) as persons
from staff
group by grouping sets ((organisation_id, month, division_id), (organisation_id, month))
