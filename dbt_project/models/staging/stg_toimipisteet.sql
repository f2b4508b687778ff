with standing as (
    {{ current_rows("toimipisteet") }}
)

select
    organisation_id,
    kuukausi as month,
    toimipiste as site_code,
    toimiala as division_code,
    kaytossa = 'K' as is_in_use
from standing
