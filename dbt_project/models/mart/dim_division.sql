-- Divisions of every organisation, with the two that every organisation has: the total and what maps to nothing.
select
    organisation_id,
    division_id,
    code,
    name_fi,
    name_sv,
    name_en
from {{ ref("int_division") }}

union all

select
    organisation_id,
    'all' as division_id,
    cast(null as varchar) as code,
    'Koko organisaatio' as name_fi,
    'Hela organisationen' as name_sv,
    'Whole organisation' as name_en
from {{ ref("organisation") }}

union all

select
    organisation_id,
    'unmapped' as division_id,
    cast(null as varchar) as code,
    'Tuntematon toimiala' as name_fi,
    'Okänd sektor' as name_sv,
    'Unknown division' as name_en
from {{ ref("organisation") }}
