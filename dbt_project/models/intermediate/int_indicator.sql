-- The definitions in force on the as-of date: of each indicator the newest version that is valid by then, or its first
-- one where none is yet. Older versions stay in the seed, because releases have used them.
with ranked as (
    select
        indicator.*,
        row_number() over (
            partition by indicator.programme_id, indicator.indicator_id
            order by
                case when indicator.valid_from <= {{ as_of() }} then 0 else 1 end,
                case when indicator.valid_from <= {{ as_of() }} then -indicator.definition_version end,
                indicator.definition_version
        ) as newness
    from {{ ref("indicator") }} as indicator
)

select *
from ranked
where newness = 1
