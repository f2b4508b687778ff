select
    organisation_id,
    county_code,
    kind,
    name_fi,
    name_sv,
    name_en
from {{ ref("organisation") }}
