select
    programme_id,
    fact_id,
    cast(value as double) as value,
    unit,
    period,
    certainty,
    document,
    note
from {{ ref("programme_fact") }}
