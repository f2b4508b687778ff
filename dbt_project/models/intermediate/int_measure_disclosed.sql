-- The one gate for small groups: which measure cells may be shown. All figures of a group (sick leave and staffing,
-- or the survey) open and close together, because one of them would give away the others.
with measured as (
    select
        filled.organisation_id,
        filled.division_id,
        filled.month,
        filled.measure_id,
        filled.value,
        -- A count of clients has just those behind it, and opens and closes by itself.
        case when measure.disclosure_group = 'self' then 'self ' || filled.measure_id else measure.disclosure_group end
            as disclosure_group,
        case when measure.disclosure_group = 'self' then cast(filled.value as bigint) else count.persons end as persons
    from {{ ref("int_measure_filled") }} as filled
    inner join {{ ref("measure") }} as measure
        on filled.measure_id = measure.measure_id
    left join {{ ref("int_person_count") }} as count
        on filled.organisation_id = count.organisation_id
        and filled.division_id = count.division_id
        and filled.month = count.month
        and measure.disclosure_group = count.disclosure_group
),

cell as (
    select
        organisation_id,
        division_id,
        month,
        disclosure_group,
        coalesce(max(persons), 0) as persons,
        -- A division without persons and with nothing but zeros has nobody to protect.
        coalesce(max(persons), 0) < {{ small_number() }}
        and not (coalesce(max(persons), 0) = 0 and max(abs(value)) = 0) as is_small
    from measured
    where disclosure_group is not null
    group by organisation_id, division_id, month, disclosure_group
),

neighbour as (
    select
        organisation_id,
        division_id,
        month,
        disclosure_group,
        is_small,
        sum(case when is_small and division_id <> 'all' then 1 else 0 end) over month_group as small_divisions,
        sum(case when not is_small and division_id <> 'all' then 1 else 0 end) over month_group as open_divisions,
        max(case when is_small and division_id = 'all' then 1 else 0 end) over month_group as small_total,
        -- The open division with the fewest persons comes first; one without persons would hide nothing.
        row_number() over (
            partition by organisation_id, month, disclosure_group, is_small, division_id = 'all'
            order by case when persons = 0 then 1 else 0 end, persons, division_id
        ) as place
    from cell
    window month_group as (partition by organisation_id, month, disclosure_group)
),

decided as (
    select
        organisation_id,
        division_id,
        month,
        disclosure_group,
        is_small
        or small_total = 1
        -- A single hidden division could be had by subtraction from the total: hide the next one with it, or the
        -- total where there is no next one.
        or (small_divisions = 1 and division_id <> 'all' and place = 1)
        or (small_divisions = 1 and division_id = 'all' and open_divisions = 0) as is_hidden
    from neighbour
)

select
    measured.organisation_id,
    measured.division_id,
    measured.month,
    measured.measure_id,
    measured.value,
    measured.persons as n_persons,
    coalesce(decided.is_hidden, false) as is_hidden
from measured
left join decided
    on measured.organisation_id = decided.organisation_id
    and measured.division_id = decided.division_id
    and measured.month = decided.month
    and measured.disclosure_group = decided.disclosure_group
