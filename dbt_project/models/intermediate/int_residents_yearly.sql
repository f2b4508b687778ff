-- Residents of each organisation at the end of a year: its own county row where one is given, else the sum of ALL its
-- municipalities. One missing municipality and there is no figure: a denominator that is too small is worse.
with by_municipality as (
    select
        member.organisation_id,
        area.year,
        sum(area.residents) as residents,
        case when count(area.residents_75plus) = count(*) then sum(area.residents_75plus) end as residents_75plus,
        count(*) as municipalities
    from {{ ref("organisation_municipality") }} as member
    inner join {{ ref("int_area_residents") }} as area
        on member.municipality_code = area.area_code
        and area.area_classification = 'municipality'
        and area.is_whole
    group by member.organisation_id, area.year
),

complete as (
    select
        by_municipality.organisation_id,
        by_municipality.year,
        by_municipality.residents,
        by_municipality.residents_75plus
    from by_municipality
    inner join (
        select
            organisation_id,
            count(*) as municipalities
        from {{ ref("organisation_municipality") }}
        group by organisation_id
    ) as needed
        on by_municipality.organisation_id = needed.organisation_id
        and by_municipality.municipalities = needed.municipalities
),

by_county as (
    select
        organisation.organisation_id,
        area.year,
        area.residents,
        area.residents_75plus
    from {{ ref("organisation") }} as organisation
    inner join {{ ref("int_area_residents") }} as area
        on organisation.county_code = area.area_code
        and area.area_classification = 'county'
        and area.is_whole
)

select
    coalesce(by_county.organisation_id, complete.organisation_id) as organisation_id,
    coalesce(by_county.year, complete.year) as year,
    cast(coalesce(by_county.residents, complete.residents) as double) as residents,
    cast(coalesce(by_county.residents_75plus, complete.residents_75plus) as double) as residents_75plus
from by_county
full outer join complete
    on by_county.organisation_id = complete.organisation_id
    and by_county.year = complete.year
