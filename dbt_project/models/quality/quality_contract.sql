{{ config(alias="contract") }}

-- What was agreed of each extract that can be delivered tonight, in the words of its contract.
select
    extract_id,
    version,
    title_fi,
    title_sv,
    title_en,
    scope,
    delivery_mode,
    cadence,
    due_day,
    owner
from {{ ref("stg_contract") }}
