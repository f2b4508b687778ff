with standing as (
    {{ current_rows("vaesto") }}
)

-- Areas come as KU075, 075, HVA10 or SSS; the prefix is the classification and decides what the digits mean.
select
    case
        when upper(trim(alue)) like 'KU%' then 'municipality'
        when upper(trim(alue)) like 'HVA%' then 'county'
        when length(trim(alue)) = 3 and try_cast(alue as integer) is not null then 'municipality'
        else 'other'
    end as area_classification,
    replace(replace(upper(trim(alue)), 'KU', ''), 'HVA', '') as area_code,
    -- Single years only; `100-` is the last. A band or a total has no age.
    try_cast(replace(trim(ika), '100-', '100') as integer) as age,
    upper(trim(ika)) = 'SSS' as is_all_ages,
    upper(trim(sukupuoli)) = 'SSS' as is_both_sexes,
    cast(vuosi as integer) as year,
    vaesto as persons
from standing
