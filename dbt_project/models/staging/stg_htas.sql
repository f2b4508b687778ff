with standing as (
    {{ current_rows("htas") }}
)

select
    organisaatio_koodi as county_code,
    cast(vuosi as integer) as year,
    cast(toimintamenot_meur as double) as operating_costs_eur_million
from standing
