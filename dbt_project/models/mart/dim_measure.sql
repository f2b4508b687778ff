select
    measure_id,
    extract_id,
    unit,
    name_fi,
    name_sv,
    name_en,
    has_division,
    disclosure_group
from {{ ref("measure") }}
