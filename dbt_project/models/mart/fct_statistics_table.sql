-- Tables of Statistics Finland as they are published, one row a cell; codes and names of the dimensions stay texts.
select
    table_code,
    dimension_codes,
    dimension_names,
    period,
    figure_id,
    figure_name,
    unit,
    value
from {{ ref("stg_tilastokeskus") }}
