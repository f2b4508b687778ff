with standing as (
    {{ current_rows("talousarvio") }}
)

select
    organisation_id,
    vuosi as year,
    versio as budget_version,
    substr(tili, 1, 4) as account_code,
    palveluluokka as service_class_code,
    toimiala as division_code,
    summa as amount_eur
from standing
