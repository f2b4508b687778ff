with standing as (
    {{ current_rows("enps_vastaukset", key=["kysely", "vastaus_id"]) }}
)

select
    organisation_id,
    kysely as round_code,
    vastauspvm as answered_on,
    toimiala as division_code,
    arvosana as score
from standing
