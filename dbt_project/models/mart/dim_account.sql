-- The newest edition of each account in the national chart.
with ranked as (
    select
        account_code,
        edition_year,
        name_fi,
        statement_fi,
        section_fi,
        group_fi,
        subgroup_fi,
        row_number() over (partition by account_code order by edition_year desc, name_fi asc) as newness
    from {{ ref("stg_tililuettelo") }}
)

select
    account_code,
    edition_year,
    name_fi,
    statement_fi,
    section_fi,
    group_fi,
    subgroup_fi
from ranked
where newness = 1
