-- The divisions of each organisation: its own rows, and the default rows for the codes that it has no own row for.
with own as (
    select
        organisation_id,
        division_id,
        code,
        upper(trim(code)) as code_key,
        name_fi,
        name_sv,
        name_en
    from {{ ref("division") }}
    where coalesce(organisation_id, 'default') <> 'default'
),

inherited as (
    select
        organisation.organisation_id,
        division.division_id,
        division.code,
        upper(trim(division.code)) as code_key,
        division.name_fi,
        division.name_sv,
        division.name_en
    from {{ ref("organisation") }} as organisation
    cross join {{ ref("division") }} as division
    where coalesce(division.organisation_id, 'default') = 'default'
)

select * from own

union all

select inherited.*
from inherited
left join own
    on inherited.organisation_id = own.organisation_id
    and inherited.code_key = own.code_key
where own.code_key is null
