with standing as (
    {{ current_rows("kirjanpito") }}
)

-- The first four digits of an account are the national account; the rest is the county's own.
select
    organisation_id,
    kausi as month,
    substr(tili, 1, 4) as account_code,
    palveluluokka as service_class_code,
    toimiala as division_code,
    summa as amount_eur
from standing
