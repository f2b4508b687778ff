with standing as (
    {{ current_rows("asiakasmaarat") }}
)

select
    organisation_id,
    kuukausi as month,
    palvelu as service,
    kunta as municipality_code,
    ikaryhma as age_group,
    asiakkaita as clients,
    paikkoja as places
from standing
