select
    county_code,
    name_fi,
    name_sv,
    name_en,
    sotkanet_region_id
from {{ ref("stg_hyvinvointialueet") }}
