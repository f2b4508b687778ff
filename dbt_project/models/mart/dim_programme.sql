select
    programme_id,
    organisation_id,
    name_fi,
    name_sv,
    name_en,
    translated,
    cast(period_start as date) as period_start,
    cast(period_end as date) as period_end
from {{ ref("programme") }}
