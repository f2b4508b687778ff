with standing as (
    {{ current_rows("asiakaskontaktit") }}
)

select
    organisation_id,
    {{ month_of("pvm") }} as month,
    toimiala as division_code,
    palvelu as service_class_code,
    upper(yhteystapa) as mode_code,
    kanava as channel,
    asiakas as client_hash,
    peruttu = 'K' as is_cancelled
from standing
