with standing as (
    {{ current_rows("hyvinvointialueet") }}
)

select
    koodi as county_code,
    nimi_fi as name_fi,
    nimi_sv as name_sv,
    nimi_en as name_en,
    cast(sotkanet_alue_id as varchar) as sotkanet_region_id
from standing
