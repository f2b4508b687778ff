{{ config(alias="caveat") }}

select
    caveat_id,
    text_fi,
    text_sv,
    text_en
from {{ ref("caveat") }}
