-- `indicator.caveats` speaks only the closed vocabulary of the seed `caveat`.
with used as (
    select
        indicator_id,
        {{ each_element("split(caveats, '|')") }} as caveat_id
    from {{ ref("indicator") }}
)

select used.*
from used
left join {{ ref("caveat") }} as caveat
    on used.caveat_id = caveat.caveat_id
where caveat.caveat_id is null
