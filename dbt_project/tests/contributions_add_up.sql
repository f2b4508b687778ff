-- Every split has one whole, its whole is the difference of the two values, and its parts add up to it: within 1e-9,
-- of figures over ten thousand to thirteen digits, and millions of euros to the cent. A split that cannot be made has
-- no parts.
{% set split = "programme_id, indicator_id, organisation_id, against, dimension" %}

with total as (
    select
        {{ split }},
        max(status) as status,
        sum(case when part_kind = 'whole' then 1 else 0 end) as wholes,
        sum(case when part_kind <> 'whole' then 1 else 0 end) as parts,
        max(case when part_kind = 'whole' then contribution end) as change,
        max(case when part_kind = 'whole' then value_now - value_before end) as difference,
        greatest(1.0, max(case when part_kind = 'whole' then abs(coalesce(value_now, 0)) / 10000 else 0 end)) as size,
        sum(case when part_kind <> 'whole' then contribution end) as together,
        max(case when value_unit = 'EUR_million' then 1 else 0 end) as is_euros,
        round(max(case when part_kind = 'whole' then contribution end) * 1e8) as cents,
        sum(case when part_kind <> 'whole' then round(contribution * 1e8) end) as cents_together
    from {{ ref("indicator_contribution") }}
    group by {{ split }}
)

select *
from total
where
    wholes <> 1
    or abs(change - difference) > 1e-9 * size
    or (change is null and difference is not null)
    or (status = 'ok' and parts = 0)
    or (status <> 'ok' and parts > 0)
    or (status = 'ok' and not coalesce(abs(change - together) <= 1e-9 * size, false))
    or (status = 'ok' and is_euros = 1 and cents <> cents_together)
