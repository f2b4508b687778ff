-- Residents of municipalities and counties at the end of each year, and those aged 75 or more where ages are given.
select
    area_classification,
    area_code,
    year,
    -- Total rows where they are given, else the sum over sexes, ages or both.
    coalesce(
        sum(case when is_both_sexes and is_all_ages then persons end),
        sum(case when is_both_sexes and age is not null then persons end),
        sum(case when not is_both_sexes and is_all_ages then persons end),
        sum(case when not is_both_sexes and age is not null then persons end)
    ) as residents,
    coalesce(
        sum(case when is_both_sexes and age >= 75 then persons end),
        sum(case when not is_both_sexes and age >= 75 then persons end)
    ) as residents_75plus,
    -- Ages without the youngest are a part of the people and no substitute for a total row.
    max(case when is_all_ages or age = 0 then 1 else 0 end) = 1 as is_whole
from {{ ref("stg_vaesto") }}
where area_classification in ('municipality', 'county')
group by area_classification, area_code, year
