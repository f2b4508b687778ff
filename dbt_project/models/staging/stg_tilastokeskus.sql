with standing as (
    {{ current_rows("tilastokeskus") }}
)

select
    taulu as table_code,
    ulottuvuudet as dimension_codes,
    nimet as dimension_names,
    cast(vuosi as varchar) as period,
    tunnusluku as figure_id,
    tunnusluku_nimi as figure_name,
    yksikko as unit,
    cast(arvo as double) as value
from standing
