with standing as (
    {{ current_rows("tililuettelo") }}
)

select
    tili as account_code,
    cast(vuosi as integer) as edition_year,
    nimi as name_fi,
    ylaluokka1 as statement_fi,
    ylaluokka2 as section_fi,
    ylaluokka3 as group_fi,
    ylaluokka4 as subgroup_fi
from standing
