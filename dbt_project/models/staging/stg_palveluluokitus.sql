with standing as (
    {{ current_rows("palveluluokitus") }}
)

select
    palveluluokka as service_class_code,
    cast(vuosi as integer) as edition_year,
    nimi as name_fi,
    ylaluokka as group_fi
from standing
