with standing as (
    {{ current_rows("tunnusluvut") }}
)

select
    organisation_id,
    kuukausi as month,
    trim(tunnusluku) as measure_id,
    toimiala as division_code,
    cast(arvo as double) as value
from standing
