with standing as (
    {{ current_rows("sotkanet") }}
)

select
    indikaattori as figure_id,
    luokitus as area_classification,
    alue_id as sotkanet_region_id,
    alue_koodi as area_code,
    cast(vuosi as integer) as year,
    sukupuoli as sex,
    cast(arvo as double) as value,
    cast(absoluuttinen as double) as absolute_value
from standing
