select
    programme_id,
    organisation_id,
    name_fi,
    cast(period_start as date) as period_start,
    cast(period_end as date) as period_end
from {{ ref("programme") }}
