with standing as (
    {{ current_rows("asumisjono") }}
)

select
    organisation_id,
    pvm as counted_on,
    {{ month_of("pvm") }} as month,
    palvelu as service_class_code,
    kunta as municipality_code,
    jonottajia as waiting_persons,
    odotus_mediaani_pv as median_wait_days
from standing
