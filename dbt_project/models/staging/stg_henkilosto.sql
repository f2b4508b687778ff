with standing as (
    {{ current_rows("henkilosto") }}
)

select
    organisation_id,
    kuukausi as month,
    henkilo as person_hash,
    toimiala as division_code,
    palvelussuhde as employment_kind,
    htv as fte_months
from standing
