-- The newest edition of each national service class.
with ranked as (
    select
        service_class_code,
        edition_year,
        name_fi,
        group_fi,
        row_number() over (partition by service_class_code order by edition_year desc, name_fi asc) as newness
    from {{ ref("stg_palveluluokitus") }}
)

select
    service_class_code,
    edition_year,
    name_fi,
    group_fi
from ranked
where newness = 1
