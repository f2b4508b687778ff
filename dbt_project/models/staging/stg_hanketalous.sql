with standing as (
    {{ current_rows("hanketalous") }}
)

-- A line of the whole year is counted in its December.
select
    organisation_id,
    lower(trim(hanke)) as project_code,
    lower(trim(osa_alue)) as part_code,
    lower(trim(kululaji)) as cost_line,
    laji as line_kind,
    cast(vuosi as integer) as year,
    kuukausi is null as is_whole_year,
    coalesce(kuukausi, make_date(cast(vuosi as integer), 12, 1)) as month,
    summa as amount_eur
from standing
